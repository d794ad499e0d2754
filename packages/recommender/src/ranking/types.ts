/** Requests to a ranker and to the General Knowledge Center, and their answers. `schemas.ts` accepts exactly these. */

/** One thing that was shown to the user, for a request that brings its own history. */
export interface HistoryEntry {
  item: string;
  /** What came of it. Default: nothing. */
  outcomes?: string[];
  /** Where. Default: unknown. */
  surface?: string;
  /** Unix seconds. Default: the time of the request. */
  timestamp?: number;
}

export interface RankRequest {
  /** Whose behaviours count. An unknown user has none. */
  user?: string;
  /** What to rank, 1 to 1,000 ids. An unknown item is ranked by what is known of the user alone. */
  items: string[];
  /** Where the list is shown. Default: unknown. */
  surface?: string;
  /** In place of the stored behaviours of the user, oldest first, at most 1,000. */
  history?: (string | HistoryEntry)[];
  /** Which outcome orders the items. Default: the first of the ranker. */
  by?: string;
}

export interface RankedItem {
  id: string;
  /** Of each outcome, by name. */
  probabilities: Record<string, number>;
  /** False for an item that is not stored. */
  known: boolean;
}

/** Which knowledge was plugged in. */
export interface UsedKnowledge {
  space: string;
  /** The version that was read. */
  version: string;
  /** Seconds since it was published. */
  ageSeconds: number;
  /** How far it is from the version that the ranker was trained with; 0 for that version itself. */
  residual: number;
  /** Share of the items with an entry of their own, and whether the user has one. */
  itemsPresent: number;
  userPresent: boolean;
}

/** What a ranker says of a list. */
export interface RankAnswer {
  /** The version of the ranker. */
  ranker: string;
  /** `null`: the ranker was asked without knowledge. */
  knowledge: UsedKnowledge | null;
  /** Why there is no knowledge. Absent with knowledge, and for a ranker that was trained without. */
  reason?: string;
  /** Unix seconds: the time at which behaviours were read. */
  timestamp: number;
  /** The outcome that orders the items. */
  by: string;
  /** Whether the user is known to the ranker. */
  knownUser: boolean;
  /** Behaviours of the user that were read. */
  behaviours: number;
  /** Best first. */
  items: RankedItem[];
}

export interface KnowledgeRequest {
  /** Pairs: lists of equal length, 1 to 10,000. A list of one element stands for every pair. */
  users: string[];
  items: string[];
  /**
   * The category of each item, by which the entries of user and category are found: in the space
   * `keep`, the first level of its path. Default: the answer is without the numbers of these entries.
   */
  categories?: string[];
  /** Default `'keep'`. */
  space?: string;
  /** The version that the caller's model was trained with. Default `'latest'`. */
  version?: string;
  /** Allow a version that is aligned to it with residuals up to this sum. 0 to 10. Default 0. */
  maxResidual?: number;
}

export interface KnowledgeAnswer {
  space: string;
  /** The version that was read. */
  version: string;
  /** Seconds since it was published. */
  ageSeconds: number;
  /** Sum of the residuals to the version that was asked for. */
  residual: number;
  /** Numbers per pair. */
  width: number;
  /** Names of the numbers. */
  columns: string[];
  /** `[pairs][width]` */
  values: Float32Array;
  /** `[pairs × 3]` 1 if there is an entry of the user, of the item, of user and category. */
  present: Uint8Array;
}

/** What the ranker and its knowledge have done so far. */
export interface RankingStats {
  /** `null` without a ranker. */
  ranker: { version: string; outcomes: string[]; surfaces: string[] | null; knowledge: string | null } | null;
  /** `null` without a General Knowledge Center. */
  knowledge: {
    ageSeconds: number;
    residual: number;
    hitRate: { user: number; item: number };
    /** Rank requests that were answered without knowledge although the ranker was trained with it. */
    withoutKnowledge: number;
  } | null;
}
