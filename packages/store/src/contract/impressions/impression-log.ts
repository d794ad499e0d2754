/**
 * The impression log: what was shown to whom, where, at which place of which list, and what came of
 * it. Rankers learn from it. Impressions are events of a passive type (`PASSIVE_EVENT_TYPES`), and
 * outcomes are events of other types; `attribution.ts` says which outcome belongs to which
 * impression.
 */

export interface ImpressionLogOptions {
  /**
   * The types of events that count as outcomes, at most 32. Their order is that of the bits. Default:
   * all types but the passive ones, in the order in which they first arrived.
   */
  outcomes?: readonly string[];
  /**
   * How long after an impression an outcome without a known request still belongs to it, in seconds
   * (with ordinals: in events). Default 3,600.
   */
  window?: number;
  /** The types of events that are impressions. Default `PASSIVE_EVENT_TYPES`. */
  impressions?: readonly string[];
}

/** Impressions as columns of equal length, in the order of time, then of arrival. */
export interface ImpressionColumns {
  /** `[rows]` index in `userIds`. */
  users: Int32Array;
  /** `[rows]` index in `itemIds`. */
  items: Int32Array;
  /** `[rows]` Unix seconds, or ordinals. */
  timestamps: Float64Array;
  /** `[rows]` index in `surfaceNames`; −1 if the event names no surface. */
  surfaces: Int32Array;
  /** `[rows]` position in the list shown, from 0; −1 if the event names none. */
  positions: Int32Array;
  /**
   * `[rows]` 53 bits of a hash of the request's id, equal for the impressions of one list; 0 if the
   * event names no request. Attribution compares the ids themselves.
   */
  requests: Float64Array;
  /** `[rows]` bit k is 1 if the impression had an outcome of type `outcomeNames[k]`. */
  outcomes: Uint32Array;
}

/** What the numbers of the columns stand for. */
export interface ImpressionNames {
  /** As `InteractionLog.userIds`: all users, in the order of first arrival. */
  userIds: string[];
  /** As `InteractionLog.itemIds`. */
  itemIds: string[];
  /**
   * In the order of first appearance. While a log is read in batches, it grows with the batches.
   */
  surfaceNames: string[];
  outcomeNames: string[];
  /** Number of impressions in the log. */
  impressions: number;
  /** `[outcomes]` events of each type that belong to no impression. */
  unattributed: number[];
}

/** Some rows of the log. All batches of a log share one `names`. */
export interface ImpressionBatch extends ImpressionColumns {
  names: ImpressionNames;
}

/** The whole log. It takes 36 bytes per impression. */
export interface ImpressionLog extends ImpressionColumns, ImpressionNames {
  /** SHA-256 over names and columns; `createImpressionHash` computes the same from batches. */
  fingerprint: string;
}

/** What was shown to whom, with the outcomes. */
export interface Impressions {
  /**
   * The log in batches of `batchSize` rows (default 65,536) with bounded memory. The batches are
   * one snapshot of the store: later writes do not change them. An empty log is one batch without rows. The first batch comes after outcomes
   * have been attributed, which sorts the log on disk, in the system's temporary folder.
   * @throws LorekeepError `STORE_ARGUMENT`
   * @example
   * for await (const { items, outcomes, names } of store.impressions({ outcomes: ['click'] })) {
   *   for (let i = 0; i < items.length; i++) if (outcomes[i] & 1) console.log(names.itemIds[items[i]]);
   * }
   */
  impressions(options?: ImpressionLogOptions & { batchSize?: number }): AsyncIterable<ImpressionBatch>;
  /**
   * The log as a whole.
   * @throws LorekeepError `STORE_ARGUMENT`
   */
  impressionLog(options?: ImpressionLogOptions): Promise<ImpressionLog>;
  /** The number of stored events whose type is one of `PASSIVE_EVENT_TYPES`. */
  countImpressions(): Promise<number>;
}
