/** What the groups of features share while the features of one history are read. */
import type { Candidates } from '@lorekeep/linear';
import type { Variant } from '../statistics/item-statistics.ts';
import type { LeaveOut } from '../statistics/leave-out.ts';

/**
 * Corrections for a training example: weights and counts as they are without the user's later
 * events.
 */
export interface LeaveOutContext {
  weights: LeaveOut;
  variants: Partial<Record<Variant, LeaveOut>>;
  /** Items of the later events that are not in the history as well. */
  later: ReadonlySet<number>;
  /** Item of the user's newest training event. */
  newest: number;
  /** What the user's own events added to `transitions`, from this history into the later events. */
  transitions: readonly OwnTransition[];
  /** `[items]` temporal order without this user. */
  temporalOrder: Float32Array;
}

/** One counted pair of a user's own events. */
export interface OwnTransition {
  from: number;
  to: number;
  /** What the pair added to the count of the transition. */
  weight: number;
}

export interface FeatureQuery {
  /** Item rows, oldest first; −1 for an item that the tables do not know. */
  history: ArrayLike<number>;
  /** The known items among the newest `RECENT` events. */
  newestFirst: readonly number[];
  candidates: Candidates;
  /** `[CANDIDATES × WIDTH]`, to be filled. */
  features: Float32Array;
  /** Only for a training example. */
  leaveOut: LeaveOutContext | undefined;
  /** Where the features of an item begin in `features`; negative if the item is no candidate. */
  startOf(item: number): number;
  /**
   * Number of users who chose an item. The user of the history counts if their items are
   * candidates.
   */
  choosers(item: number): number;
}

/** One group of features. */
export interface FeatureGroup {
  /** Fills the columns of the group. All features are 0 at first. */
  add(query: FeatureQuery): void;
}
