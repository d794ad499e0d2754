export type { FailedSource } from './errors.ts';
export {
  DEFAULT_TEMPLATE,
  DEFAULT_TEXT_TOKENS,
  defineTemplate,
  ITEM_TEMPLATES,
  type ItemTemplate,
  itemText,
  templateFor,
} from './item-text/item-text.ts';
export { type CatalogueVectorsOptions, catalogueVectors } from './job/catalogue-vectors.ts';
export { type EncodeCatalogueOptions, type EncodedCatalogue, encodeCatalogue } from './job/encode-catalogue.ts';
export { type CatalogueEstimate, estimateCatalogue } from './job/estimate.ts';
export {
  createLexicalEncoder,
  type LexicalOptions,
  loadLexicalEncoder,
  saveLexicalEncoder,
} from './lexical/lexical-encoder.ts';
export { isBuiltIn, type OpenEncoderOptions, openEncoder } from './open-encoder.ts';
export {
  ENDPOINT_DEFAULTS,
  ENDPOINT_LIMITS,
  type EndpointOptions,
  endpointSettings,
} from './providers/endpoint-options.ts';
export { compareProbes } from './providers/probe.ts';
export { openTransformers, type TransformersOptions, transformersVersion } from './providers/transformers-js.ts';
export { loadOnnxEncoder, type OnnxEncoderOptions } from './runtime/onnx-encoder.ts';
export { DEFAULT_MODEL, type ResolveOptions, resolveModel } from './sources/resolve.ts';
export type { EncoderSettings, ModelFiles, TextEncoder, WorkUnits } from './text-encoder.ts';
export { PRECISIONS, type Precision } from './transformer/layers/int8.ts';
