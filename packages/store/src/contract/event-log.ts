/** The event log: who did what, when, with which item. */

/** One action of one user on one item. */
export interface Event {
  /**
   * The shop's own public id of the event, 1–256 code points. Events with the same id are one event:
   * the first that is stored counts. Default: none, and the event is always added.
   */
  id?: string;
  user: string;
  item: string;
  /**
   * `'view'`, `'click'`, `'cart'`, `'purchase'`, `'impression'`, `'rating'`, …; 1–64 code points.
   * Imports use `'interaction'` if the source names no type.
   */
  type: string;
  /** Unix seconds (fractions allowed), or an ordinal if the source has no real times. */
  timestamp: number;
  rating?: number;
  /** Where it happened: `'home'`, `'search'`, … */
  surface?: string;
  session?: string;
  /**
   * The list that was shown (the id of the request that was answered by it), 1–256 code points. It
   * links an impression with its click.
   */
  request?: string;
  /** Position of the item in the list shown, from 0, for an impression or for the click on it. */
  position?: number;
}

/**
 * Event types that express no preference: being shown an item is not choosing it. Histories and
 * training omit them.
 */
export const PASSIVE_EVENT_TYPES: readonly string[] = ['impression'];

export interface EventLog {
  /**
   * Appends events in one transaction, durable when the promise resolves. Resolves to the number of
   * events added: all but those whose id is stored already.
   * @throws LorekeepError `EVENT_INVALID`, or `EVENT_UNKNOWN_ITEM` if an event names an item that
   *   is not stored (nothing is written)
   */
  appendEvents(events: Event[]): Promise<number>;
  /** Each user's last `limit` non-passive events' items, oldest first; `[]` for unknown users. */
  histories(users: string[], limit: number): Promise<string[][]>;
  /** All events in order of arrival, including passive ones. */
  events(options?: { batchSize?: number; types?: string[] }): AsyncIterable<Event[]>;
  /** All non-passive events as typed arrays. */
  interactionLog(): Promise<InteractionLog>;
}

/**
 * All histories as typed arrays, the form in which models compute. The events of user `u` are
 * `items[offsets[u] … offsets[u + 1])`, oldest first (timestamp, then order of arrival).
 */
export interface InteractionLog {
  /**
   * Row → public id. An item's row is its index in every matrix `[items × …]`. Order: first
   * arrival.
   */
  itemIds: string[];
  userIds: string[];
  /** `[users + 1]` */
  offsets: Uint32Array;
  /** `[events]` item rows. */
  items: Int32Array;
  /** `[events]` */
  timestamps: Float64Array;
  /**
   * SHA-256 over ids, offsets, items and timestamps: identifies the data that a model was trained
   * on.
   */
  fingerprint: string;
  /**
   * `Deletion.deletions()` when it was read: items deleted later are not those of this log. Default
   * 0.
   */
  deletions?: number;
}
