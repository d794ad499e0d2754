/**
 * What the house knows about a shop, and the contract every store adapter fulfils. SQLite is the first adapter;
 * PostgreSQL will be the second, which is why every method is asynchronous and takes batches.
 */

/** One thing that can be recommended. Everything but the id may be missing. */
export interface Item {
  /** The shop's own public id, 1–256 characters. Unique in a catalogue. */
  id: string;
  title?: string;
  brand?: string;
  /** From the widest category to the narrowest. */
  categories?: string[];
  description?: string;
  /** In the shop's currency. */
  price?: number;
  /** Any further fields a filter may name. */
  fields?: Record<string, string | number | boolean | string[]>;
}

/** One action of one user on one item. */
export interface Event {
  user: string;
  item: string;
  /** `'view'`, `'click'`, `'cart'`, `'purchase'`, `'impression'`, `'rating'`, … Default on import: `'interaction'`. */
  type: string;
  /** Unix seconds (fractions allowed), or an ordinal where the source has no real times. */
  timestamp: number;
  rating?: number;
  /** Where it happened: `'home'`, `'search'`, … */
  surface?: string;
  session?: string;
  /** Position in the list shown, from 0, of an impression or of the click on it. */
  position?: number;
}

/** Event types that are not preferences: shown is not chosen. They stay out of histories and of training. */
export const PASSIVE_EVENT_TYPES: readonly string[] = ['impression'];

/**
 * All histories as typed arrays, the form in which rooms above compute. User `u`'s events are
 * `items[offsets[u] … offsets[u + 1])`, oldest first (time stamp, then order of arrival).
 */
export interface InteractionLog {
  /** Row number → public id; an item's row is its index in every matrix `[items × …]`. Order: first arrival. */
  itemIds: string[];
  userIds: string[];
  /** `[users + 1]` */
  offsets: Uint32Array;
  /** `[events]` item rows. */
  items: Int32Array;
  /** `[events]` */
  timestamps: Float64Array;
  /** SHA-256 over ids, offsets and items: what a trained model says it was trained on. */
  fingerprint: string;
}

/** A distinct text and its SHA-256, the key of its embedding. */
export interface EmbeddingKey {
  /** `TextEncoder.id` */
  model: string;
  /** SHA-256 of the text, hexadecimal. */
  hash: string;
}

export interface StoreCounts {
  items: number;
  users: number;
  events: number;
}

/** One finished import: re-importing the same files is recognised by their content. */
export interface ImportRecord {
  /** SHA-256 over the hashes of all imported files and the options. */
  fingerprint: string;
  files: string[];
  /**
   * What names each content it added (SHA-256 of a file and of the options that decide what is taken from it): no
   * two imports add the same. Empty for imports made before these were kept.
   */
  contents: string[];
  items: number;
  events: number;
  /** Its events had no time stamps; ordinals stand for them. */
  ordinals: boolean;
  skipped: number;
  /** Unix seconds. */
  at: number;
}

export interface ImportTransaction {
  putItems(items: Item[]): void;
  putEvents(events: Event[]): void;
}

export interface Store {
  /** Inserts, or replaces as a whole, items by id. One transaction: all or none. */
  upsertItems(items: Item[]): Promise<void>;
  /** In the order asked; `undefined` where there is no such item. */
  getItems(ids: string[]): Promise<(Item | undefined)[]>;
  /** All items in row order (first arrival), in batches. Reads a consistent snapshot a batch. */
  items(options?: { batchSize?: number }): AsyncIterable<Item[]>;

  /**
   * Appends events. One transaction, durable when the promise resolves.
   * @throws LorekeepError `EVENT_UNKNOWN_ITEM` (nothing is written) if an event names an item that is not stored.
   */
  appendEvents(events: Event[]): Promise<void>;
  /** Each user's last `limit` non-passive events' items, oldest first; `[]` for unknown users. */
  histories(users: string[], limit: number): Promise<string[][]>;
  /** All events in order of arrival, passive ones included. */
  events(options?: { batchSize?: number; types?: string[] }): AsyncIterable<Event[]>;

  counts(): Promise<StoreCounts>;
  /** Everything (non-passive) as typed arrays. */
  interactionLog(): Promise<InteractionLog>;

  /**
   * Runs an import in one transaction: everything `fill` puts becomes visible at its end, or nothing does.
   * @throws LorekeepError `IMPORT_REPEATED` (nothing is written) if another import has this fingerprint or one of these contents.
   */
  importAll(record: ImportRecord, fill: (transaction: ImportTransaction) => Promise<void>): Promise<void>;
  imports(): Promise<ImportRecord[]>;

  /** Which of these texts (by hash) are not embedded yet by `model`. Order kept, duplicates removed. */
  missingEmbeddings(model: string, hashes: string[]): Promise<string[]>;
  /** `vectors` is `[hashes.length × dim]`, row by row. Existing keys are left as they are. */
  putEmbeddings(model: string, dim: number, hashes: string[], vectors: Float32Array): Promise<void>;
  /**
   * `[hashes.length × dim]` in the order asked.
   * @throws LorekeepError `EMBEDDING_MISSING` naming how many are missing.
   */
  getEmbeddings(model: string, hashes: string[]): Promise<{ dim: number; vectors: Float32Array }>;
  /** Models that have embeddings here, with how many texts each. */
  embeddingModels(): Promise<{ model: string; dim: number; texts: number }[]>;

  /** Small JSON facts of the workspace (last model, template, …). `undefined` when absent. */
  getSetting<T>(key: string): Promise<T | undefined>;
  setSetting(key: string, value: unknown): Promise<void>;

  close(): Promise<void>;
}
