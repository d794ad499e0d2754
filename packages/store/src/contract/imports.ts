/** Imports: data files that enter the store as a whole, and the record of those that did. */
import type { Item } from './catalogue.ts';
import type { Event } from './event-log.ts';

/** One finished import. Importing the same files again is recognised by their content. */
export interface ImportRecord {
  /** SHA-256 over the hashes of all imported files and the options. */
  fingerprint: string;
  files: string[];
  /**
   * Identifies each content that it added: SHA-256 of a file and of the options that decide what is taken from it. No two
   * imports add the same content. Empty for imports of older versions, which did not record contents.
   */
  contents: string[];
  items: number;
  events: number;
  /** True if its events had no time stamps and were given ordinals instead. */
  ordinals: boolean;
  skipped: number;
  /** Unix seconds. */
  at: number;
}

/** What `fill` writes through. Calls take effect in the order in which they are made. */
export interface ImportTransaction {
  /** @throws LorekeepError `ITEM_INVALID`, `IMPORT_OVER` */
  putItems(items: Item[]): Promise<void>;
  /** @throws LorekeepError `EVENT_INVALID`, `EVENT_UNKNOWN_ITEM`, `IMPORT_OVER` */
  putEvents(events: Event[]): Promise<void>;
}

export interface Imports {
  /**
   * Runs an import, all or nothing: everything that `fill` puts becomes visible at its end, together, and is then durable.
   * If `fill` or one of its puts fails, nothing of the import is kept. Other writes do not wait for an import. Those that
   * take effect while it runs arrive before it: its new items follow theirs, and where it replaces an item, its content is
   * the later one. Imports run one after another.
   * @throws LorekeepError `IMPORT_REPEATED` (nothing is written) if another import has this fingerprint or one of these
   *   contents
   */
  importAll(record: ImportRecord, fill: (transaction: ImportTransaction) => Promise<void>): Promise<void>;
  imports(): Promise<ImportRecord[]>;
}
