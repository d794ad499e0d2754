/** Imports: data files that are added as a whole, and the records of finished imports. */
import type { Item } from './catalogue.ts';
import type { Event } from './event-log.ts';
import type { UserRecord } from './users.ts';

/** One finished import. Importing the same files again is recognised by their content. */
export interface ImportRecord {
  /** SHA-256 over the hashes of all imported files and the options. */
  fingerprint: string;
  files: string[];
  /**
   * Identifies each content that it added: SHA-256 of a file and of the options that decide what is
   * taken from it. No two imports add the same content. Empty for imports of older versions, which
   * did not record contents.
   */
  contents: string[];
  items: number;
  events: number;
  /** True if its events had no timestamps and were given ordinals instead. */
  ordinals: boolean;
  skipped: number;
  /** Unix seconds. */
  at: number;
}

/** What `fill` writes through. Calls take effect in the order in which they are made. */
export interface ImportTransaction {
  /**
   * Inserts or replaces items.
   * @throws LorekeepError `ITEM_INVALID`, `IMPORT_OVER`
   */
  putItems(items: Item[]): Promise<void>;
  /**
   * Appends events. Resolves to the number of events added: all but those whose id is stored already.
   * @throws LorekeepError `EVENT_INVALID`, `EVENT_UNKNOWN_ITEM`, `IMPORT_OVER`
   */
  putEvents(events: Event[]): Promise<number>;
  /**
   * As `upsertUsers`, but seen with the import.
   * @throws LorekeepError `USER_INVALID`, `IMPORT_OVER`
   */
  putUsers(users: UserRecord[]): Promise<void>;
}

/** What an import does beside adding. */
export interface ImportAllOptions {
  /**
   * Fingerprints of imports whose events this one replaces, all or nothing: until the commit the
   * former events are seen, and then only the new ones. Their records go; their items stay. Of an
   * event that a live write has stored too (with the same id; or with the same user, item, type and
   * second), the one of the live write stays and that of the import is left out. Default: none, and
   * nothing is left out but repeated ids.
   */
  replaces?: string[];
}

/** What an import with `replaces` has done beside adding; zeros without. */
export interface ReplacedEvents {
  /** Events of the replaced imports that are gone. */
  replaced: number;
  /** Events of the import that are left out, because a live write has stored them. */
  alreadyLive: number;
}

/** Imports and the record of those that finished. */
export interface Imports {
  /**
   * Runs an import, all or nothing: everything that `fill` puts becomes visible together, at the
   * end, and is then durable. If `fill` or one of its puts fails, nothing of the import is kept.
   *
   * Other writes do not wait for the end of an import. A write that takes effect while an import
   * runs arrives before the import: the items and users that the import adds come later in
   * their order, and the content that it gives an item or a user replaces that of the write. Imports run
   * one after another.
   *
   * A store in a file may sort many events at once: an import of 500,000 events or more (`events` of
   * the record) into a store with at most 5000 builds the index of histories at its end. Other writes
   * wait meanwhile, about a second per million events on a machine without other load, and up to
   * `busyMs`. Reads go on.
   * @throws LorekeepError `IMPORT_REPEATED` (nothing is written) if another import has this
   *   fingerprint or one of these contents; `IMPORT_UNKNOWN`, `IMPORT_NOT_RECORDED` for `replaces`
   */
  importAll(
    record: ImportRecord,
    fill: (transaction: ImportTransaction) => Promise<unknown>,
    options?: ImportAllOptions,
  ): Promise<ReplacedEvents>;
  /** Records of all finished imports, oldest first. */
  imports(): Promise<ImportRecord[]>;
}
