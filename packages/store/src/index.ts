export { fingerprintOf } from './interaction-log.ts';
export { openStore, type StoreOptions } from './sqlite.ts';
export {
  type EmbeddingKey,
  type Event,
  type ImportRecord,
  type ImportTransaction,
  type InteractionLog,
  type Item,
  PASSIVE_EVENT_TYPES,
  type Store,
  type StoreCounts,
} from './types.ts';
export { MAX_ID_LENGTH } from './validate.ts';
