/**
 * Catalogue, events, embeddings, imports and settings of one shop. A store of your own implements
 * `Store` and passes the suite of `@lorekeep/store/conformance`.
 *
 * @module @lorekeep/store
 */

export type { Catalogue, Item } from './contract/catalogue.ts';
export type { Deleted, Deletion, EventFilter, StoreProblem, UndoneImport } from './contract/deletion.ts';
export type { EmbeddingStore } from './contract/embedding-store.ts';
export type { Choice, Event, EventLog, EventTypeCount, InteractionLog, NegativeEvents } from './contract/event-log.ts';
export type { ImportAllOptions, ImportRecord, Imports, ImportTransaction, ReplacedEvents } from './contract/imports.ts';
export type { Exposure, ExposureLog, StoredExposure } from './contract/impressions/exposure-log.ts';
export { createImpressionHash, type ImpressionHash, requestNumber } from './contract/impressions/impression-hash.ts';
export type {
  ImpressionBatch,
  ImpressionColumns,
  ImpressionLog,
  ImpressionLogOptions,
  ImpressionNames,
  Impressions,
} from './contract/impressions/impression-log.ts';
export {
  codePointLength,
  eventTypeProblem,
  idProblem,
  MAX_EVENT_TYPE_LENGTH,
  MAX_ID_LENGTH,
  MAX_TIMESTAMP,
} from './contract/limits.ts';
export { fingerprintOf } from './contract/log-fingerprint.ts';
export {
  comparableName,
  DEFAULT_ROLES,
  type DefaultGroup,
  defaultRoleOf,
  EVENT_ROLES,
  type EventRole,
  PASSIVE_EVENT_TYPES,
} from './contract/meaning/default-roles.ts';
export {
  checkEventRules,
  type EventMeaning,
  type EventRules,
  eventMeaning,
  MAX_WEIGHT,
  ratingRuleOf,
  roleOfEvent,
  type TypeMeaning,
} from './contract/meaning/event-meaning.ts';
export {
  type RatingRule,
  type RecognisedRule,
  recogniseRatingScale,
  roleOfRating,
} from './contract/meaning/rating-rule.ts';
export { recogniseRatings } from './contract/meaning/recognise-ratings.ts';
export type { Settings } from './contract/settings.ts';
export type { Store, StoreCounts, StoreOptions } from './contract/store.ts';
export type { UserRecord, Users } from './contract/users.ts';
export {
  checkCount,
  checkEventFilter,
  checkEvents,
  checkHashes,
  checkIds,
  checkItems,
  checkUsers,
} from './contract/validation.ts';
export { errors as storeErrors } from './errors.ts';
export { type FileLock, tryLock } from './file-lock.ts';
export { openStore } from './open.ts';
export { type SnapshotOptions, snapshotStore } from './sqlite/file/snapshot.ts';
