/**
 * Frozen text encoders: the contract `TextEncoder`, the encoders behind `openEncoder`, and the job
 * that embeds a catalogue. An encoder of your own implements `TextEncoder`.
 *
 * @module @lorekeep/encoder
 */

export { errors as encoderErrors, type FailedSource } from './errors.ts';
export { DEFAULT_TEMPLATE, itemText, templateFor, textHash } from './item-text/item-text.ts';
export { DEFAULT_TEXT_TOKENS, defineTemplate, ITEM_TEMPLATES, type ItemTemplate } from './item-text/templates.ts';
export { type CatalogueVectorsOptions, catalogueVectors } from './job/catalogue-vectors.ts';
export { contentVectors } from './job/content-vectors.ts';
export { type EncodeCatalogueOptions, type EncodedCatalogue, encodeCatalogue } from './job/encode-catalogue.ts';
export { type CatalogueEstimate, estimateCatalogue } from './job/estimate.ts';
export type { CatalogueOptions } from './job/survey.ts';
export {
  createEmptyLexicalEncoder,
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
export { openTransformers, type TransformersOptions } from './providers/transformers-js.ts';
export { transformersVersion } from './providers/transformers-library.ts';
export { loadOnnxEncoder, type OnnxEncoderOptions } from './runtime/onnx-encoder.ts';
export { DEFAULT_MODEL } from './sources/known-models.ts';
export { type ResolveOptions, resolveModel } from './sources/resolve.ts';
export type { ModelFiles } from './sources/source.ts';
export type { EncoderSettings, TextEncoder, WorkUnits } from './text-encoder.ts';
export { PRECISIONS, type Precision } from './transformer/layers/int8.ts';
