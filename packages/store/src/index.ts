export type { Catalogue, Item } from './contract/catalogue.ts';
export type { Deleted, Deletion, EventFilter, StoreProblem, UndoneImport } from './contract/deletion.ts';
export type { EmbeddingStore } from './contract/embedding-store.ts';
export { type Event, type EventLog, type InteractionLog, PASSIVE_EVENT_TYPES } from './contract/event-log.ts';
export type { ImportAllOptions, ImportRecord, Imports, ImportTransaction, ReplacedEvents } from './contract/imports.ts';
export {
  codePointLength,
  eventTypeProblem,
  idProblem,
  MAX_EVENT_TYPE_LENGTH,
  MAX_ID_LENGTH,
  MAX_TIMESTAMP,
} from './contract/limits.ts';
export { fingerprintOf } from './contract/log-fingerprint.ts';
export type { Settings } from './contract/settings.ts';
export type { Store, StoreCounts, StoreOptions } from './contract/store.ts';
export { checkCount, checkEventFilter, checkEvents, checkHashes, checkIds, checkItems } from './contract/validation.ts';
export { errors as storeErrors } from './errors.ts';
export { openStore } from './open.ts';
