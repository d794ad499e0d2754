/**
 * The page that the service shows at `/`: its files, and the answers that it reads.
 *
 * The page is in `page/` (Preact, uPlot) and is built into `dist/page/`, which is what is published.
 * The answers are schemas, so that the service documents what it sends and the page knows its types.
 *
 * @module @lorekeep/dashboard
 */
export { type DataHealth, dataSchema } from './contract/data.ts';
export {
  type ItemView,
  itemViewSchema,
  type Landing,
  landingSchema,
  type Nearest,
  type UserView,
  userViewSchema,
  type Why,
} from './contract/explorer.ts';
export { type Exposure, exposureSchema } from './contract/exposure.ts';
export { type KnowledgeHealth, knowledgeSchema } from './contract/knowledge.ts';
export { type ItemSpaceMap, mapSchema } from './contract/map.ts';
export { type Model, modelSchema, type Quality } from './contract/model.ts';
export { type Outcomes, outcomesSchema } from './contract/outcomes.ts';
export type { NearItem, ShownItem } from './contract/parts.ts';
export { type System, systemSchema } from './contract/system.ts';
export { errors as dashboardErrors } from './errors.ts';
export { type PageFile, pageFiles } from './files.ts';
