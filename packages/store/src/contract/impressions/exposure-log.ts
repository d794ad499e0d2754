/**
 * The exposure log: which list was answered to whom, with what. Impressions say what was shown of it,
 * and outcomes what came of it: both name the list by `request`. Erasing a user erases the user's
 * exposures.
 */

/** One list that was answered, or failed. */
export interface Exposure {
  /** The id of the answer. Several exposures can share one. */
  request: string;
  /** Unix seconds. */
  timestamp: number;
  /** Absent for a session. */
  user?: string;
  /** The experiment that the user takes part in, and the arm. */
  experiment?: string;
  arm?: string;
  /** The scenario with its version: `home@3`. */
  scenario?: string;
  /** The published version that answered. */
  version: string;
  surface?: string;
  /** What ordered the list. Absent if there was no answer. */
  source?: string;
  milliseconds: number;
  /** Ids of the items, by position. */
  items: string[];
}

export interface StoredExposure extends Exposure {
  /** The last event when it was stored; −1 if there was none. Its outcomes arrive later. */
  arrival: number;
}

/** Writes and reads exposures. */
export interface ExposureLog {
  /**
   * Stores exposures in one transaction and resolves to their number. Those of an erased user who has
   * no new event are left out, because a log in memory can be older than the erasure.
   */
  appendExposures(exposures: readonly Exposure[]): Promise<number>;
  /**
   * Exposures in order of arrival, in batches. Each batch is read when it is asked for.
   * @param options `experiment`: of this one only. `newest`: at most so many. `batchSize`: default
   *   1,000.
   */
  exposures(options?: { experiment?: string; newest?: number; batchSize?: number }): AsyncIterable<StoredExposure[]>;
  /** Number of exposures, of an experiment or of all lists. */
  countExposures(experiment?: string): Promise<number>;
  /**
   * Removes the oldest exposures beyond these numbers: of experiments together, and of other lists.
   * Resolves to the number removed.
   */
  pruneExposures(most: { experiments: number; others: number }): Promise<number>;
}
