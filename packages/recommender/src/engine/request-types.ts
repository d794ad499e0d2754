/**
 * Requests and answers of the engine, as types. The schemas in `requests.ts` accept exactly these; a
 * test compares the two.
 */
import type { Item } from '@lorekeep/store';
import type { Source } from '../composition/lists.ts';
import type { Filter } from '../filters/filter.ts';
import type { Explanation } from '../page/explanation.ts';
import type { Boost, Cap, Diversity } from '../page/options.ts';
import type { RankAnswer } from '../ranking/types.ts';

/** What every request for a list can say. */
export interface ListOptions {
  /** Number of items, 1 to 1,000. Fewer are returned if fewer pass. Default 10. */
  k?: number;
  /** Ids of items that must not be listed. At most 1,000. Default: none. */
  exclude?: string[];
  /** Default: all items may be listed. */
  filter?: Filter;
  /** Items that pass a filter move up or down among the best 200. At most 20. Default: none. */
  boosts?: Boost[];
  /** Items unlike those before them come first, among the best 200. Default: off. */
  diversity?: Diversity;
  /** Most items of the page with the same value of a field. At most 10. Default: none. */
  caps?: Cap[];
  /** Return the items themselves, not only their ids. Default false. */
  withItems?: boolean;
  /** Say of each item what it has its score from. `k` is then at most 100. Default false. */
  explain?: boolean;
}

/** What a request for recommendations can say beside whom they are for. */
export interface RecommendOptions extends ListOptions {
  /**
   * Where the list comes from: the model, or the same list for all users: the items that most users
   * chose, or the newest. Default `'model'`.
   */
  candidates?: 'model' | 'popularity' | 'newest';
  /** Also recommend items of the history again. Default false. */
  includeHistory?: boolean;
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

/** What is listed under a name: the settings of a scenario. */
export interface ScenarioSettings extends RecommendOptions {
  /** For similar items, as in `SimilarRequest`. */
  by?: 'both' | 'behaviour' | 'content';
}

/** How a request continues an earlier one, and where it takes its settings from. */
interface Continuation {
  /** A stored scenario. What the request itself says takes precedence. `home@3` is version 3. */
  scenario?: string;
  /** The cursor of the last answer, with the same request: the items behind it. */
  cursor?: string;
}

/** Exactly one of `user` and `history` is needed. */
export interface RecommendRequest extends RecommendOptions, Continuation {
  /** A known user: the stored history is used. */
  user?: string;
  /** Item ids of an anonymous session, oldest first. At most 1,000. */
  history?: string[];
}

/** How many similar items are wanted, and which. */
export interface SimilarRequest extends ListOptions, Continuation {
  /**
   * `'behaviour'`: what users choose together. `'content'`: similarity of texts. `'both'`: behaviour,
   * and behind it the vectors that have learned from both. Default `'both'`.
   */
  by?: 'both' | 'behaviour' | 'content';
}

/** What is searched for. At most one of `user` and `history`. */
export interface SearchRequest extends Omit<ListOptions, 'explain'>, Continuation {
  /** Words of a person: `'blue kettle'`. 1 to 500 characters, with a letter or a digit. */
  query: string;
  /** A known user, whose taste moves items a little. Default: nobody. */
  user?: string;
  /** Item ids of an anonymous session, oldest first, in place of a user. At most 1,000. */
  history?: string[];
}

/** A stored scenario: settings under a name. Every change is a new version. */
export interface Scenario {
  name: string;
  /** Counts from 1, also beyond a deletion. */
  version: number;
  /** When this version was stored, in Unix seconds. */
  at: number;
  settings: ScenarioSettings;
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
  /** Only with `explain`. */
  explain?: Explanation;
}

/** Where a list is not what was asked for, and why. */
export interface Fallback {
  /**
   * `'unknownUser'`, `'noHistory'` (no event that counts), `'unknownItems'` (of the given history): the
   * list is the same for all such users. `'nothingKnown'`: the model knows nothing of the item.
   * `'fewCandidates'`: the model proposes too few that pass; others fill the list. `'fewPass'`: there
   * are no more that pass, so the list is short.
   */
  reason: 'unknownUser' | 'noHistory' | 'unknownItems' | 'nothingKnown' | 'fewCandidates' | 'fewPass';
  /** How many items of the list it concerns; for `fewPass`, how many are missing. */
  items: number;
}

/** What is known of a request beside what it asks for. */
export interface RequestContext {
  /** The id of the answer. Default: a new UUID. */
  requestId?: string;
  /**
   * The answer is shown: it is logged as an exposure, from which outcomes and experiments are
   * computed. Default false.
   */
  isShown?: boolean;
}

/** Best first. */
export interface Recommendations {
  /**
   * The id of this answer. Impressions and outcomes of its items name it as `request`, so that they
   * are attributed to this list.
   */
  request: string;
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
  /** For the next page: send it with the same request. Absent if the list ends here. */
  cursor?: string;
  /** The scenario that the request named, with the version that was used. */
  scenario?: { name: string; version: number };
  /** The running experiment of the scenario that the user takes part in; `arm` is the version used. */
  experiment?: { name: string; arm: string };
  /** Absent if the list is what was asked for. */
  fallbacks?: Fallback[];
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
