/**
 * Full ranking, without sampled negatives. A graph computes the scores of a batch of users for all
 * items, compares them with the score of the target and returns a few counts per user, so the score
 * matrix never leaves ONNX Runtime. All models and baselines with dense scores are ranked by this
 * code.
 */
import { createGraphCache, type GraphCache, namedArray, tf } from '@lorekeep/graph';
import { errors } from './errors.ts';
import { countsAroundTarget, seenPositions, TOP } from './rank-graph.ts';
import type { EvaluationCase } from './split/split.ts';

/** Ranks of the targets, in the order of the cases. `metrics.ts` defines a rank. */
export interface Ranking {
  /** `[cases]` items of the history are ranked like all others, as in published tables. */
  seenIncluded: Float64Array;
  /**
   * `[cases]` items of the history are left out, as in a shop. A target that is in its own history
   * gets the last rank.
   */
  seenExcluded: Float64Array;
  /** `[cases × width]` rows of the best items, best first, seen items included. */
  top: Int32Array;
  /** Items per row of `top`: `TOP`, or all items if there are fewer. */
  width: number;
}

export interface RankEvaluator {
  /**
   * Ranks by inner product, seen items included.
   *
   * @param users `[targets.length, dim]`
   * @param items `[items, dim]`
   * @param targets each user's target, a row of `items`
   * @returns `[targets.length]` ranks
   * @throws LorekeepError `EVALUATION_INPUT_INVALID` if the lengths differ or a target is no item
   *   row
   */
  byVectors(users: Float32Array, items: Float32Array, dim: number, targets: ArrayLike<number>): Promise<Float64Array>;
  /**
   * Like `byVectors`, by given scores.
   *
   * @param scores `[targets.length, items]`
   */
  byScores(scores: Float32Array, targets: ArrayLike<number>): Promise<Float64Array>;
  /** Like `byVectors`, with seen items included and excluded, and with the best items. */
  rankVectors(
    users: Float32Array,
    items: Float32Array,
    dim: number,
    cases: readonly EvaluationCase[],
  ): Promise<Ranking>;
  /** Like `byScores`, with seen items included and excluded, and with the best items. */
  rankScores(scores: Float32Array, cases: readonly EvaluationCase[]): Promise<Ranking>;
  close(): Promise<void>;
}

export interface RankEvaluatorOptions {
  /** Users per run, from 1 to 65536. Default 256. */
  batchUsers?: number;
  /** Default: all cores. */
  threads?: number;
  /** Checked before each batch. */
  signal?: AbortSignal;
}

/** Scores per run: 256 MB. With many items a run ranks fewer users. */
const MAX_SCORES = 2 ** 26;

/** @throws LorekeepError `EVALUATION_INPUT_INVALID` for `batchUsers` out of its range */
export function createRankEvaluator({ batchUsers = 256, threads, signal }: RankEvaluatorOptions = {}): RankEvaluator {
  if (!Number.isInteger(batchUsers) || batchUsers < 1 || batchUsers > 65_536)
    throw errors.EVALUATION_INPUT_INVALID({ name: 'batchUsers', problem: 'must be a whole number from 1 to 65536' });
  const byVectors = createGraphCache(
    ({ users, items, targets, seen, unwanted }) =>
      countsAroundTarget(tf.matMul(users as never, items as never, false, true), targets, seen, unwanted),
    { name: 'ranks by vectors', threads },
  );
  const byScores = createGraphCache(
    ({ scores, targets, seen, unwanted }) => countsAroundTarget(scores, targets, seen, unwanted),
    {
      name: 'ranks by scores',
      threads,
    },
  );

  const vectorRows = (values: Float32Array, items: Float32Array, width: number): ScoreSource => {
    const itemCount = items.length / width;
    const others = { items: namedArray([itemCount, width], items) };
    return { cache: byVectors, name: 'users', values, width, itemCount, others };
  };
  const scoreRows = (values: Float32Array, users: number): ScoreSource => {
    const itemCount = users === 0 ? 0 : values.length / users;
    return { cache: byScores, name: 'scores', values, width: itemCount, itemCount, others: {} };
  };
  const run = { batchUsers, signal };

  return {
    async byVectors(users, items, dim, targets) {
      return (await rankTargets(vectorRows(users, items, dim), targets, undefined, run)).seenIncluded;
    },
    async byScores(scores, targets) {
      return (await rankTargets(scoreRows(scores, targets.length), targets, undefined, run)).seenIncluded;
    },
    rankVectors(users, items, dim, cases) {
      return rankCases(vectorRows(users, items, dim), cases, run);
    },
    rankScores(scores, cases) {
      return rankCases(scoreRows(scores, cases.length), cases, run);
    },
    async close() {
      await byVectors.close();
      await byScores.close();
    },
  };
}

/** What the scores come from: user vectors times item vectors, or the scores themselves. */
interface ScoreSource {
  cache: GraphCache;
  /** Name of the graph's input that has one row per user. */
  name: 'users' | 'scores';
  /** `[users × width]` */
  values: Float32Array;
  width: number;
  itemCount: number;
  /** Further inputs of the graph. */
  others: Record<string, ReturnType<typeof namedArray>>;
}

type RunOptions = Pick<Required<RankEvaluatorOptions>, 'batchUsers'> & Pick<RankEvaluatorOptions, 'signal'>;

async function rankCases(source: ScoreSource, cases: readonly EvaluationCase[], run: RunOptions): Promise<Ranking> {
  const others = (items: Iterable<number>, target: number) =>
    Int32Array.from(new Set(items).difference(new Set([target])));
  const hasUnwanted = cases.some(({ unwanted }) => unwanted !== undefined);
  const left: LeftOut = {
    seen: cases.map(({ history, target, unwanted = [] }) => others([...history, ...unwanted], target)),
    ...(hasUnwanted ? { unwanted: cases.map(({ target, unwanted = [] }) => others(unwanted, target)) } : {}),
    ofTop: cases.map(({ unwanted }) => unwanted),
  };
  const targets = Int32Array.from(cases, ({ target }) => target);
  const ranking = await rankTargets(source, targets, left, run);
  cases.forEach(({ history, target, unwanted }, at) => {
    if (unwanted?.includes(target)) ranking.seenIncluded[at] = ranking.seenExcluded[at] = source.itemCount;
    else if (history.includes(target)) ranking.seenExcluded[at] = source.itemCount;
  });
  return ranking;
}

/** Rows of items that are left out for each user, each once and without the target. */
interface LeftOut {
  /** The items of the history, and those of `unwanted`. */
  seen: Int32Array[];
  /** Items that are left out with seen items included, too. */
  unwanted?: Int32Array[];
  /** Items that are not in `top`; the target can be one of them. */
  ofTop: (Int32Array | undefined)[];
}

/**
 * Runs the graph over all users in batches of one size; zeros pad the last batch.
 *
 * @param left `undefined` if only `seenIncluded` is needed
 */
async function rankTargets(
  source: ScoreSource,
  targets: ArrayLike<number>,
  left: LeftOut | undefined,
  { batchUsers, signal }: RunOptions,
): Promise<Ranking> {
  const { cache, name, values, width, itemCount, others } = source;
  const users = targets.length;
  if (values.length !== users * width)
    throw errors.EVALUATION_INPUT_INVALID({
      name,
      problem: `contain ${values.length} numbers, but ${users} targets of width ${width} need ${users * width}`,
    });
  const topWidth = Math.min(TOP, itemCount);
  const ranking: Ranking = {
    seenIncluded: new Float64Array(users),
    seenExcluded: new Float64Array(left === undefined ? 0 : users),
    top: new Int32Array(left === undefined ? 0 : users * topWidth),
    width: topWidth,
  };
  const size = Math.min(batchUsers, users, Math.max(1, Math.floor(MAX_SCORES / Math.max(1, itemCount))));
  const positions = new Int32Array(size);
  const batch = new Float32Array(size * width);
  for (let first = 0; first < users; first += size) {
    signal?.throwIfAborted();
    const taken = Math.min(size, users - first);
    batch.fill(0).set(values.subarray(first * width, (first + taken) * width));
    for (let i = 0; i < size; i++)
      positions[i] = i * itemCount + (i < taken ? checkedTarget(targets[first + i], itemCount) : 0);
    const some = (items: Int32Array[] | undefined) => items?.slice(first, first + taken);
    const [seen, unwanted] = [some(left?.seen), some(left?.unwanted)].map((items) =>
      paddedItems(items, positions, itemCount),
    );
    const counts = await cache.run({
      ...others,
      [name]: namedArray([size, width], batch),
      targets: namedArray([size], positions),
      ...(seen === undefined ? {} : { seen: seen.array }),
      ...(unwanted === undefined ? {} : { unwanted: unwanted.array }),
    });
    for (let i = 0; i < taken; i++) {
      const ranks = ranksOf(counts, i, seen?.padding[i] ?? 0, unwanted?.padding[i] ?? 0);
      ranking.seenIncluded[first + i] = ranks.seenIncluded;
      if (left !== undefined) ranking.seenExcluded[first + i] = ranks.seenExcluded;
    }
    if (left !== undefined) {
      const found = counts.top.data as Int32Array;
      const foundWidth = found.length / size;
      for (let i = 0; i < taken; i++) {
        const row = found.subarray(i * foundWidth, (i + 1) * foundWidth);
        ranking.top.set(wantedOf(row, left.ofTop[first + i], topWidth), (first + i) * topWidth);
      }
    }
  }
  return ranking;
}

function checkedTarget(target: number, itemCount: number): number {
  if (target >= 0 && target < itemCount) return target;
  throw errors.EVALUATION_INPUT_INVALID({
    name: 'targets',
    problem: `contain the item row ${target}, but there are ${itemCount} items`,
  });
}

/** The items of a batch as an input of the graph, and how often the target pads each user's row. */
function paddedItems(items: Int32Array[] | undefined, targets: Int32Array, itemCount: number) {
  if (items === undefined) return undefined;
  const { positions, length } = seenPositions(items, targets, itemCount);
  return { array: namedArray([targets.length, length], positions), padding: items.map((own) => length - own.length) };
}

/** The first rows without unwanted ones. */
function wantedOf(rows: Int32Array, unwanted: Int32Array | undefined, width: number): Int32Array {
  return (unwanted === undefined ? rows : rows.filter((row) => !unwanted.includes(row))).subarray(0, width);
}

/**
 * Each time that the target pads a row, it ties with itself.
 *
 * @param seenPadding how often the target pads the user's seen items, `unwantedPadding` the unwanted
 *   ones
 */
function ranksOf(
  counts: Awaited<ReturnType<GraphCache['run']>>,
  user: number,
  seenPadding: number,
  unwantedPadding: number,
) {
  const { higher, ties, finite, seenHigher, seenTies, unwantedHigher, unwantedTies } = counts;
  const rankOf = (above: number, level: number) => (finite.data[user] ? 1 + above + level / 2 : Infinity);
  const above = Number(higher.data[user]);
  const level = Number(ties.data[user]) - 1;
  const without = (higherThan: typeof higher | undefined, tiedWith: typeof ties, padding: number) =>
    higherThan === undefined
      ? rankOf(above, level)
      : rankOf(above - Number(higherThan.data[user]), level - (Number(tiedWith.data[user]) - padding));
  return {
    seenIncluded: without(unwantedHigher, unwantedTies, unwantedPadding),
    seenExcluded: without(seenHigher, seenTies, seenPadding),
  };
}
