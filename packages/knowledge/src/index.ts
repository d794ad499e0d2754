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
export { type OpenKnowledgeOptions, openKnowledgeStore } from './centre/open.ts';
export type { RedisOptions, StoreOptions } from './centre/options.ts';
export { createKnowledgeStore } from './centre/store/knowledge-store.ts';
export { errors as knowledgeErrors } from './errors.ts';
