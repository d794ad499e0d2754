export { readInitialTowers } from './bundle/initial-towers.ts';
export { type Bundle, openBundle } from './bundle/load.ts';
export { type BundleManifest, readManifest } from './bundle/manifest.ts';
export { PARAMETERS, writeBundle } from './bundle/write.ts';
export { mergeNewItems } from './composition/lists.ts';
export { type Engine, openEngine } from './engine/engine.ts';
export { requestInvalid } from './engine/request-invalid.ts';
export {
  eventSchema,
  flattenIssues,
  idSchema,
  itemSchema,
  MAX_BATCH,
  MAX_K,
  type Recommendations,
  recommendationsSchema,
  recommendSchema,
} from './engine/requests.ts';
export { errors, errors as recommenderErrors } from './errors.ts';
export { evaluateBundle } from './evaluation/evaluate-bundle.ts';
export { evaluateTrained } from './evaluation/evaluate-trained.ts';
export { type RecommenderConfig, recommenderOptions, resolveConfig } from './options/options.ts';
export { type Preset, presets } from './options/presets.ts';
export { type PublicationManifest, readCurrent } from './publication/publication.ts';
export { publish } from './publication/publish.ts';
export { type Selected, type TrainOptions, trainRecommender } from './training/train.ts';
