export { type EncodeCatalogueOptions, type EncodedCatalogue, encodeCatalogue } from './catalogue.ts';
export { type CatalogueVectorsOptions, catalogueVectors } from './catalogue-vectors.ts';
export type { FailedSource } from './errors.ts';
export { type CatalogueEstimate, estimateCatalogue } from './estimate.ts';
export { PRECISIONS, type Precision } from './graph/int8.ts';
export { createLexicalEncoder, type LexicalOptions, loadLexicalEncoder, saveLexicalEncoder } from './lexical.ts';
export { loadOnnxEncoder, type OnnxEncoderOptions } from './onnx.ts';
export { isBuiltIn, type OpenEncoderOptions, openEncoder } from './open.ts';
export {
  ENDPOINT_DEFAULTS,
  ENDPOINT_LIMITS,
  type EndpointOptions,
  endpointSettings,
} from './providers/endpoint-options.ts';
export { compareProbes } from './providers/probe.ts';
export { openTransformers, type TransformersOptions, transformersVersion } from './providers/transformers.ts';
export { DEFAULT_MODEL, type ResolveOptions, resolveModel } from './sources.ts';
export {
  DEFAULT_TEMPLATE,
  DEFAULT_TEXT_TOKENS,
  defineTemplate,
  ITEM_TEMPLATES,
  type ItemTemplate,
  itemText,
  templateFor,
} from './text.ts';
export type { EncoderSettings, ModelFiles, TextEncoder, WorkUnits } from './types.ts';
