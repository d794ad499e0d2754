/**
 * The contract that every store adapter fulfils, joined from one contract per concept. All methods
 * are asynchronous and take batches, so that an adapter can talk to a remote database. The suite in
 * `conformance/` tests an adapter against it.
 */
import type { Catalogue } from './catalogue.ts';
import type { Deletion } from './deletion.ts';
import type { EmbeddingStore } from './embedding-store.ts';
import type { EventLog } from './event-log.ts';
import type { Imports } from './imports.ts';
import type { ExposureLog } from './impressions/exposure-log.ts';
import type { Impressions } from './impressions/impression-log.ts';
import type { Settings } from './settings.ts';
import type { Users } from './users.ts';

/** How much a store contains. */
export interface StoreCounts {
  items: number;
  users: number;
  events: number;
}

/** Everything that Lorekeep keeps of one shop: the contract that every adapter implements. */
export interface Store
  extends Catalogue,
    Users,
    EventLog,
    Impressions,
    ExposureLog,
    Imports,
    Deletion,
    EmbeddingStore,
    Settings {
  /** Sizes of the catalogue and of the event log. */
  counts(): Promise<StoreCounts>;
  /** Waits for the writes that have been called. Every later call fails with `STORE_CLOSED`. */
  close(): Promise<void>;
}

/** How a store is opened. */
export interface StoreOptions {
  /**
   * Create the store if it does not exist. Default true; with false, a missing store is
   * `STORE_MISSING`.
   */
  create?: boolean;
  /**
   * Only read: nothing is created or changed, and every write fails with `STORE_READ_ONLY`. This
   * also opens a store in a folder that cannot be written. If no other program has such a store
   * open, a temporary copy is read, which does not show later writes. Default false.
   */
  readOnly?: boolean;
  /**
   * How long a call may wait for the write lock of another connection or program before it fails
   * with `STORE_BUSY`, in ms, counted from the call. Default 30,000. The event loop keeps running
   * meanwhile.
   */
  busyMs?: number;
}
