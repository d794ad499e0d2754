export type {
  KnowledgeBatch,
  KnowledgeBlock,
  KnowledgeEntries,
  KnowledgeInteraction,
  KnowledgeQuery,
  KnowledgeSchema,
} from './centre/contract/data.ts';
export type {
  AlignmentMap,
  AlignOptions,
  KnowledgeAlignment,
  KnowledgeAnswer,
  KnowledgePrecision,
  KnowledgeStats,
  KnowledgeStore,
  KnowledgeVersion,
  PublishOptions,
  ReadOptions,
} from './centre/contract/store.ts';
export type { BlobRows, FoundBlobs, KnowledgeTables, RemovedIds, VersionWriter } from './centre/contract/tables.ts';
export { hasKnowledgeStore, type OpenKnowledgeOptions, openKnowledgeStore } from './centre/open.ts';
export type { RedisOptions, StoreOptions } from './centre/options.ts';
export { createKnowledgeStore } from './centre/store/knowledge-store.ts';
export { errors as knowledgeErrors } from './errors.ts';
export { type CategoryKnowledgeOptions, extractCategoryKnowledge } from './pretraining/category-knowledge.ts';
export {
  type EntriesOptions,
  knowledgeEntries,
  type ServedSchemaOptions,
  servedSchema,
} from './pretraining/entries.ts';
export {
  type ExtractOptions,
  extractKnowledge,
  KNOWLEDGE_PARTS,
  type KnowledgePart,
  servedValues,
} from './pretraining/extract.ts';
export {
  createSuperDomain,
  type ProgressiveWindow,
  progressiveWindows,
  SEQUENCE_LENGTH,
  SUPER_DOMAIN_DEFAULTS,
  type SuperDomain,
  type SuperDomainOptions,
  superDomainOf,
} from './pretraining/super-domain.ts';
export type { UserCategoryOptions, UserCategorySource } from './pretraining/user-categories.ts';
export { type AskedWindow, evaluateRanking, type RankEvaluationOptions } from './protocol/evaluate.ts';
export type { MethodFigures, RankEvaluation } from './protocol/measure.ts';
