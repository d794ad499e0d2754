/** The catalogue: what can be recommended. */

/** One thing that can be recommended. Only the id is required. */
export interface Item {
  /** The shop's own public id, 1–256 code points. Unique in a catalogue. */
  id: string;
  title?: string;
  brand?: string;
  /** From the widest category to the narrowest. */
  categories?: string[];
  description?: string;
  /** In the shop's currency. */
  price?: number;
  /** Further fields that a filter may name. */
  fields?: Record<string, string | number | boolean | string[]>;
}

/** The items of a shop. */
export interface Catalogue {
  /**
   * Inserts items, or replaces those with a known id as a whole. One transaction: all or none.
   * @throws LorekeepError `ITEM_INVALID` (nothing is written)
   */
  upsertItems(items: Item[]): Promise<void>;
  /** In the order of `ids`; `undefined` for an unknown id. */
  getItems(ids: string[]): Promise<(Item | undefined)[]>;
  /** All items in row order (first arrival), in batches. Each batch is a consistent snapshot. */
  items(options?: { batchSize?: number }): AsyncIterable<Item[]>;
}
