export { fingerprintOf } from './corpus.ts';
export { openStore, type StoreOptions } from './sqlite.ts';
export {
  type Corpus,
  type EmbeddingKey,
  type Event,
  type ImportRecord,
  type ImportTransaction,
  type Item,
  PASSIVE_EVENT_TYPES,
  type Store,
  type StoreCounts,
} from './types.ts';
export { MAX_ID_LENGTH } from './validate.ts';
