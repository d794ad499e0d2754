/**
 * Requests and answers of the engine, as types. The schemas in `requests.ts` accept exactly these; a
 * test compares the two.
 */
import type { Item } from '@lorekeep/store';
import type { Source } from '../composition/lists.ts';
import type { Filter } from '../filters/filter.ts';
import type { RankAnswer } from '../ranking/types.ts';

/** Exactly one of `user` and `history` is needed. */
export interface RecommendRequest {
  /** A known user: the stored history is used. */
  user?: string;
  /** Item ids of an anonymous session, oldest first. At most 1,000. */
  history?: string[];
  /** Number of items, 1 to 1,000. Fewer are returned if fewer pass. Default 10. */
  k?: number;
  /** Ids of items that must not be recommended. At most 1,000. Default: none. */
  exclude?: string[];
  /** Default: all items may be recommended. */
  filter?: Filter;
  /** Also recommend items of the history again. Default false. */
  includeHistory?: boolean;
  /** Return the items themselves, not only their ids. Default false. */
  withItems?: boolean;
  /** Let the ranker order the best candidates, at least 100. Default false. */
  rank?: boolean;
  /** Where the list is shown, for the ranker. Default: unknown. */
  surface?: string;
  /**
   * New items are those that no user had chosen when the model was trained. `atMost` is their largest
   * share, 0 to 1: of the first n items of the list at most this share of n, rounded up, is new, for
   * every n. Default: half, and more only behind all other items.
   */
  newItems?: { atMost?: number };
}

/** How many similar items are wanted, and which. */
export interface SimilarRequest {
  /** Number of items, 1 to 1,000. Default 10. */
  k?: number;
  /** Default: all items may be listed. */
  filter?: Filter;
  /** Return the items themselves, not only their ids. Default false. */
  withItems?: boolean;
}

/** One action of one user on one item. */
export interface EventInput {
  /** Events with the same id are one event: the first that arrives counts. Default: none. */
  id?: string;
  user: string;
  /** Must be in the catalogue. */
  item: string;
  /**
   * `'view'`, `'click'`, `'cart'`, `'purchase'`, … An `'impression'` is stored but is not part of a
   * history. Default `'interaction'`.
   */
  type?: string;
  /**
   * A Unix time in seconds, milliseconds, microseconds or nanoseconds, or a text such as
   * `2026-03-01T12:00:00Z`, between 1990 and tomorrow. Default: the time of arrival.
   */
  timestamp?: number | string;
  rating?: number;
  /** Where: `'home'`, `'search'`, … */
  surface?: string;
  session?: string;
  /** Id of the list that was shown. It links an impression with its click. */
  request?: string;
  /** Position in the list that was shown, from 0. */
  position?: number;
}

/** Which events. All conditions must hold, and at least one must be given. */
export interface EventFilterInput {
  /** Ids of events. 1 to 1,000. */
  ids?: string[];
  user?: string;
  item?: string;
  /** Any of these types. 1 to 100. */
  types?: string[];
  /** Unix seconds: events with a timestamp below. */
  before?: number;
  /** Unix seconds: events with a timestamp of at least this. */
  after?: number;
}

/** One item of a list. */
export interface Recommendation {
  id: string;
  /**
   * Comparable within one answer only. `'ranker'`: the probability of the outcome that orders the
   * list. `'reranker'`: the score of the re-ranker. `'linear'`: the
   * weight that the linear model gives the item. `'towers'`: the inner product of the vectors of the
   * towers. `'content'`: the cosine between texts. `'popularity'`: the number of events. `'newest'`:
   * 0.
   */
  score: number;
  /** True for a new item: no user had chosen it when the model was trained. Absent for others. */
  new?: true;
  /** With `rank`: the probability of each outcome. */
  probabilities?: Record<string, number>;
  /** Only with `withItems`. */
  item?: Item;
}

/** Best first. */
export interface Recommendations {
  /** The published version that answered. */
  version: string;
  /**
   * What ordered the items. `'content'`: similarity of texts, in a publication without a model.
   * `'popularity'`: the number of events, of use if nothing is known of the user. `'newest'`: the
   * order of arrival, if no item that passes has events. Further items may follow behind a list that is
   * too short.
   */
  source: Source | 'ranker';
  items: Recommendation[];
  /** Ids of the given history that are not in the catalogue; they were ignored. */
  unknownItems: string[];
  /** Names in `filter.fields`, also of inner filters, that no item has. Absent if there are none. */
  unknownFields?: string[];
  /** With `rank`: what ordered the items, and with which versions. */
  ranked?: RankedBy;
}

/** The versions behind a ranked list, for the log of its impressions. */
export interface RankedBy extends Omit<RankAnswer, 'items'> {
  /** The trained model whose candidates were ordered. */
  model: string | null;
}
