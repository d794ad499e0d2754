export { type EncodeCatalogueOptions, type EncodedCatalogue, encodeCatalogue } from './catalogue.ts';
export { type CatalogueVectorsOptions, catalogueVectors } from './catalogue-vectors.ts';
export type { FailedSource } from './errors.ts';
export { createLexicalEncoder, type LexicalOptions, loadLexicalEncoder, saveLexicalEncoder } from './lexical.ts';
export { loadOnnxEncoder, type OnnxEncoderOptions } from './onnx.ts';
export { type OpenEncoderOptions, openEncoder } from './open.ts';
export { DEFAULT_MODEL, type ResolveOptions, resolveModel } from './sources.ts';
export { DEFAULT_TEMPLATE, ITEM_TEMPLATES, type ItemTemplate, itemText } from './text.ts';
export type { ModelFiles, TextEncoder, WorkUnits } from './types.ts';
