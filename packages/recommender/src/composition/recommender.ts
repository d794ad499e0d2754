/**
 * The one composition that evaluation ranks with and the engine serves:
 *
 *     linear model → candidates → re-ranker (+ towers) → new items by their odds → fill from the towers
 *                                        nothing known of the user → fallback: popularity, then newest
 *
 * * If the model has a re-ranker, it orders the candidates of the linear model; the inner products
 *   of the towers are added to its scores with the weight that validation chose. New items, which no
 *   user chose before the training, are proposed by text and placed by their odds against the
 *   re-ranked ones. Once users have chosen them, they have at least the rank that the linear model
 *   gives them. Where there was too little to learn these odds from, they take the rank that the
 *   linear model gives them.
 * * If it has a linear model alone, that one orders.
 * * If it has neither, and behind the lists of both, items follow in the order of the towers.
 * * Where nothing is trained, the vectors of the texts take the place of the towers' (`'content'`).
 *   If they know nothing of the user or end before the list does, popular and new items follow.
 *
 * Everything here speaks in rows of the catalogue; who holds the catalogue provides
 * `RecommenderParts`.
 */
import type { RowOf, TrainedRow } from '@lorekeep/core';
import { blendScores, type RankedCandidates } from '@lorekeep/ranking';
import {
  fillBehind,
  mergedByScore,
  mergeNewItems,
  newBound,
  type RankedItems,
  withFewerNew,
  without,
  withScoresOf,
} from './lists.ts';

/** A row of the catalogue: position of an item in every array of the parts. */
export type CatalogueRow = RowOf<'catalogue'>;

/** Which row of the catalogue is which row of the trained model. */
export interface TrainedRows {
  /** −1 for an item that came later. */
  trainedRowOf(row: CatalogueRow): TrainedRow;
  /** −1 for an item that is not in the catalogue any more. */
  rowOfTrained(trained: TrainedRow): CatalogueRow;
}

export interface Query {
  /** Rows of known items, oldest first. */
  history: ArrayLike<CatalogueRow>;
  /** Rows that may be recommended. Default: all. */
  passes?: (row: CatalogueRow) => boolean;
  /** All rows that pass, and perhaps further ones, if they are few: the towers then score all of them. */
  among?: Uint32Array;
  /**
   * Largest share of new items in the first n items of the list, for every n. Default: half, and more
   * only behind all others.
   */
  atMostNew?: number;
}

export interface LinearPart {
  /** The `k` rows with the highest scores above 0 that pass. */
  top(history: ArrayLike<CatalogueRow>, k: number, passes: (row: CatalogueRow) => boolean): RankedRows;
}

export interface RerankerPart {
  /** Candidates of each query, ordered. */
  rerank(queries: readonly Query[]): Promise<RankedCandidates[]>;
  /** Factor of the towers' inner product that is added to the scores. */
  towerWeight: number;
  /** Whether the re-ranker knows the item. */
  knows(row: CatalogueRow): boolean;
}

/** New items: no user chose them before the training. */
export interface NewItemsPart {
  /**
   * @param queries each with the list of the re-ranker, which has no new items
   * @returns new items with scores on the scale of that list
   */
  score(queries: readonly (Query & { ranked: RankedCandidates })[]): Promise<RankedCandidates[]>;
}

export interface TowersPart {
  /** What the vectors are. */
  readonly source: 'towers' | 'content';
  readonly dim: number;
  /** @returns `[histories.length × dim]` */
  userVectors(histories: readonly ArrayLike<CatalogueRow>[]): Promise<Float32Array>;
  /** Inner products of a user vector with items; 0 for an item without a vector. */
  scores(user: Float32Array, rows: ArrayLike<CatalogueRow>): Promise<Float32Array>;
  /** The `k` rows with the largest inner products that are not in `exclude` and pass. */
  search(user: Float32Array, k: number, options: TowerSearchOptions): Promise<RankedRows>;
}

export interface TowerSearchOptions {
  exclude?: ReadonlySet<CatalogueRow>;
  /** Default: all rows pass. */
  passes?: (row: CatalogueRow) => boolean;
  /** Only these rows, all of which are scored. Default: all rows. */
  among?: Uint32Array;
}

export interface RecommenderParts {
  linear?: LinearPart;
  reranker?: RerankerPart;
  /** Only beside a re-ranker. */
  newItems?: NewItemsPart;
  /** Whether no user chose an item before the training. Without a training no item is new. */
  isNew(row: CatalogueRow): boolean;
  /**
   * Whether users have chosen a new item since the training, so that the linear model ranks it by
   * their events. Default: of no item.
   */
  isChosenSince?(row: CatalogueRow): boolean;
  /** False only if `isChosenSince` is false for all rows: lists then need fewer neighbours. */
  mayHaveChosenSince?(): boolean;
  towers: TowersPart;
  /** The `k` rows that most users chose, of those that pass, then the newest. */
  popular(k: number, passes: (row: CatalogueRow) => boolean): RankedItems;
}

/** Rows, best first, with their scores. */
export interface RankedRows {
  keys: Uint32Array;
  scores: Float32Array;
}

/** A query whose candidates are ordered; lists of any length are cheap from here. */
export interface PreparedQuery {
  /**
   * @param k Length of the list; it is shorter only if fewer items pass.
   * @param seen Rows left out of the finished order. They keep their place among the candidates, so
   *   a list without them is the list with them, shortened, but for new items that have to wait.
   */
  list(k: number, seen?: ReadonlySet<CatalogueRow>): Promise<RankedItems>;
}

export interface Recommender {
  /** Orders the candidates of each query. */
  prepare(queries: readonly Query[]): Promise<PreparedQuery[]>;
}

/** What the re-ranker made of a query, and the new items beside it. */
interface Ordered {
  ranked: RankedCandidates;
  /** `undefined` if new items are not placed by odds. */
  fresh: RankedCandidates | undefined;
}

/** How many times its length a list is searched for items that new ones have to wait for. */
const SEARCHED = 8;

export function createRecommender(parts: RecommenderParts): Recommender {
  const { linear, reranker, newItems, towers } = parts;

  async function orderedCandidates(
    queries: readonly Query[],
    userOf: (at: number) => Promise<Float32Array>,
  ): Promise<(Ordered | undefined)[]> {
    if (reranker === undefined) return queries.map(() => undefined);
    const { towerWeight } = reranker;
    const ranked = await Promise.all(
      (await reranker.rerank(queries)).map(async (candidates, at) => {
        if (candidates.items.length === 0 || towerWeight === 0) return candidates;
        const scores = await towers.scores(await userOf(at), candidates.items);
        return blendScores(candidates, scores, towerWeight);
      }),
    );
    const found = Array.from(ranked.keys()).filter((at) => ranked[at].items.length > 0);
    const fresh = await newItems?.score(found.map((at) => ({ ...queries[at], ranked: ranked[at] })));
    const ordered: (Ordered | undefined)[] = queries.map(() => undefined);
    found.forEach((at, index) => {
      ordered[at] = { ranked: ranked[at], fresh: fresh?.[index] };
    });
    return ordered;
  }

  async function listOf(
    { history, passes, among }: Query,
    ordered: Ordered | undefined,
    user: () => Promise<Float32Array>,
    k: number,
    seen: ReadonlySet<CatalogueRow>,
  ): Promise<RankedItems> {
    const passesUnseen = (row: CatalogueRow) => !seen.has(row) && (passes === undefined || passes(row));
    if (history.length === 0) return parts.popular(k, passesUnseen);
    const reranked = ordered && without(ordered.ranked, seen);
    const fresh = ordered?.fresh && without(ordered.fresh, seen);
    const merged = reranked && fresh && mergedByScore(reranked, fresh);
    const noneChosen = parts.isChosenSince === undefined || parts.mayHaveChosenSince?.() === false;
    if (linear !== undefined && merged !== undefined && merged.keys.length >= k && noneChosen)
      return { keys: merged.keys.subarray(0, k), scores: merged.scores.subarray(0, k), source: 'reranker' };
    const named = linear?.top(history, k, passesUnseen);
    let found: RankedItems | undefined;
    if (merged !== undefined && named !== undefined) {
      const list = withChosen(merged, named, k);
      if (list.keys.length > 0) found = fillBehind({ ...list, source: 'reranker' }, named, k);
      else if (named.keys.length > 0) found = { ...named, source: 'linear' };
    } else if (reranked !== undefined && named !== undefined && reranked.items.length > 0) {
      const isNew = (row: CatalogueRow) => !(reranker as RerankerPart).knows(row);
      const rows = mergeNewItems(reranked.items, named.keys, isNew, k);
      found = { ...withScoresOf(rows, reranked), source: 'reranker' };
    } else if (named !== undefined && named.keys.length > 0) found = { ...named, source: 'linear' };
    if (found !== undefined && found.keys.length === k) return found;
    const vector = await user();
    if (towers.source === 'content' && vector.every((value) => value === 0)) return parts.popular(k, passesUnseen);
    const behind = await towers.search(vector, k, { exclude: seen, passes, among });
    if (found !== undefined) return fillBehind(found, behind, k);
    return listByVectors(parts, behind, k, passesUnseen);
  }

  /** New items that users have chosen since have the rank that their events give them, or their odds. */
  function withChosen(merged: RankedRows, named: RankedRows, k: number): RankedRows {
    const { isChosenSince } = parts;
    if (isChosenSince === undefined || !named.keys.some(isChosenSince))
      return { keys: merged.keys.subarray(0, k), scores: merged.scores.subarray(0, k) };
    const size = new Set([...merged.keys, ...named.keys.filter(isChosenSince)]).size;
    const rows = mergeNewItems(merged.keys, named.keys, isChosenSince, Math.min(k, size));
    return withScoresOf(rows, { items: Int32Array.from(merged.keys), scores: merged.scores });
  }

  /**
   * @param list the list of this length without a bound on new items
   */
  async function boundedList(
    { passes, atMostNew }: Query,
    k: number,
    list: (size: number, passes: Query['passes']) => Promise<RankedItems>,
  ): Promise<RankedItems> {
    const bound = newBound(atMostNew);
    if (bound.share >= 1) return list(k, passes);
    // Without any new item, the search for known ones must not go through all new ones first.
    const isListed =
      bound.share > 0 ? passes : (row: CatalogueRow) => !parts.isNew(row) && (passes === undefined || passes(row));
    for (let size = k; ; size *= 2) {
      const found = await list(size, isListed);
      // Of a list that is nearly all new, the usual bound does not search for the few others.
      const isWhole = found.keys.length < size || (bound.keepsAll && size >= SEARCHED * k);
      // Items behind the list may be the others that new ones have to wait for.
      const keepsAll = bound.keepsAll && isWhole;
      const { keys, scores, source } = withFewerNew(found, parts.isNew, { ...bound, keepsAll });
      if (keys.length >= k || isWhole) return { keys: keys.subarray(0, k), scores: scores.subarray(0, k), source };
    }
  }

  return {
    async prepare(queries) {
      const known = queries.filter(({ history }) => history.length > 0);
      const users = lazyUserVectors(towers, known, (reranker?.towerWeight ?? 0) > 0);
      const ordered = await orderedCandidates(known, users);
      let next = 0;
      return queries.map((query) => {
        const at = query.history.length > 0 ? next++ : -1;
        return {
          list: (k, seen = new Set()) =>
            boundedList(query, k, (size, passes) =>
              listOf({ ...query, passes }, at < 0 ? undefined : ordered[at], () => users(at), size, seen),
            ),
        };
      });
    },
  };
}

/**
 * The list that a search by vectors found. Texts may know nothing of some items, so popular and new
 * ones follow behind them.
 */
export function listByVectors(
  { towers: { source }, popular }: RecommenderParts,
  found: RankedRows,
  k: number,
  passes: (row: CatalogueRow) => boolean,
): RankedItems {
  if (source === 'towers' || found.keys.length === k) return { ...found, source };
  if (found.keys.length === 0) return popular(k, passes);
  return fillBehind({ ...found, source }, popular(k, passes), k);
}

/**
 * User vectors of all queries in one run if all are needed, else each when it is first asked for.
 */
function lazyUserVectors(towers: TowersPart, queries: readonly Query[], needsAll: boolean) {
  const { dim } = towers;
  let together: Promise<Float32Array> | undefined;
  const alone = new Map<number, Promise<Float32Array>>();
  return async (at: number): Promise<Float32Array> => {
    if (needsAll) {
      together ??= towers.userVectors(queries.map(({ history }) => history));
      return (await together).subarray(at * dim, (at + 1) * dim);
    }
    let own = alone.get(at);
    if (own === undefined) {
      own = towers.userVectors([queries[at].history]);
      alone.set(at, own);
    }
    return own;
  };
}
