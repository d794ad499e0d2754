/**
 * Deletion and correction. Every call is one durable act, all or nothing, and takes effect at once.
 * An id that is not stored is counted, and is no error.
 *
 * A deletion while an import runs arrives before the import, as every other write does. What the
 * import brings of a deleted item or user appears when the import commits, as new. Events that the
 * import has put for a deleted item go too, unless the import brings the item itself; later events
 * of that item are `EVENT_UNKNOWN_ITEM`.
 */

/** What a deletion has removed. */
export interface Deleted {
  items: number;
  /** Users that were erased, or that have no event left. */
  users: number;
  events: number;
  /** Ids of the call that are not stored. */
  unknown: number;
  /** Of the deleted items and users: those that the running import brings again. */
  returning: number;
}

/** Which events: all conditions must hold, and at least one must be given. */
export interface EventFilter {
  /** Ids of events. */
  ids?: string[];
  user?: string;
  item?: string;
  /** Any of these event types. */
  types?: string[];
  /** Timestamp below this. */
  before?: number;
  /** Timestamp of at least this. */
  after?: number;
  /** Events that came with the import of this fingerprint. */
  import?: string;
}

/** What undoing an import has removed, and what it had to leave. */
export interface UndoneImport extends Deleted {
  /** Items that the import added and that stay, because other events, imports or writes use them. */
  itemsKept: number;
  /**
   * Items that were there before the import, whose content it replaced. They keep the content of
   * the import: their former content is not stored.
   */
  itemsNotRestored: number;
}

/** Items, users, events and imports that are to be gone. */
export interface Deletion {
  /**
   * Removes items with all their events. Users who have no other event are removed too. An item
   * that is added again is a new item.
   */
  deleteItems(ids: string[]): Promise<Deleted>;
  /**
   * Erases users: their events and everything else that names them. Only a salted hash of the id is
   * kept, for `verify`. The bytes on the disk are overwritten by `purge`.
   */
  deleteUsers(ids: string[]): Promise<Deleted>;
  /**
   * Removes events. Users who have no event left are removed too.
   * @throws LorekeepError `STORE_ARGUMENT` for a filter without a condition; `IMPORT_UNKNOWN`
   */
  deleteEvents(filter: EventFilter): Promise<Deleted>;
  /**
   * How many events `deleteEvents` would remove.
   * @throws LorekeepError as `deleteEvents`
   */
  countEvents(filter: EventFilter): Promise<number>;
  /**
   * Removes what an import has added, and its record, so that it can be imported again.
   * @throws LorekeepError `IMPORT_UNKNOWN`; `IMPORT_NOT_RECORDED` for an import of an older version,
   *   which did not record what it added
   */
  undoImport(fingerprint: string): Promise<UndoneImport>;
  /** A number that grows with every deletion, also with those of other programs. Fast. */
  deletions(): Promise<number>;
  /** Ids of items that were deleted after `deletions()` was `since`, also if they exist again. */
  deletedItems(since: number): Promise<string[]>;
  /** `deletions()` at the last erasure of users; 0 if there was none. */
  lastErasure(): Promise<number>;
  /**
   * Overwrites on the disk what deletions have removed: the files of the store contain no byte of it
   * any more. It takes time and disk space in the order of the size of the store, and other writers
   * wait. False if no user was erased since the last call: then nothing is done.
   * @throws LorekeepError `STORE_BUSY` if another program writes or reads all the time
   */
  purge(): Promise<boolean>;
  /** Problems of the stored data, one sentence each: damage, broken references, erased users. */
  verify(): Promise<StoreProblem[]>;
  /** Of these texts, how many are ids of erased users. */
  countErased(texts: Iterable<string>): Promise<number>;
}

/** Something that `verify` found wrong. */
export interface StoreProblem {
  kind: 'damage' | 'reference' | 'embedding' | 'erased-user' | 'not-purged';
  message: string;
}
