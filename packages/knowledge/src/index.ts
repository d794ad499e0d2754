export type {
  KnowledgeBatch,
  KnowledgeBlock,
  KnowledgeEntries,
  KnowledgeInteraction,
  KnowledgeQuery,
  KnowledgeSchema,
} from './centre/contract.ts';
