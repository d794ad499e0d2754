/**
 * Full ranking without sampled negatives, done where the scores are: a graph computes the scores of a batch of users
 * against all items, compares them with the target's score and hands out a few counts a user. The score matrix never
 * leaves ONNX Runtime, and every model and baseline is ranked by this same code.
 */
import { createGraphCache, namedArray, type Tensors, tf } from '@lorekeep/graph';
import { errors } from './errors.ts';
import type { EvaluationCase } from './split.ts';

/** Where everybody's target came, in the order of the cases. */
export interface Ranking {
  /** `[cases]` as metrics.ts defines ranks; items of the history are ranked like all others (the published tables). */
  seenIncluded: Float64Array;
  /** `[cases]` with the history's items left out, as a shop does. A target that is one of them comes last. */
  seenExcluded: Float64Array;
  /** `[cases × width]` rows of the best items, the best first, history seenIncluded. */
  top: Int32Array;
  /** Of a row of `top`: `TOP`, or all items where there are fewer. */
  width: number;
}

/** How many of the best items a ranking names. */
export const TOP = 10;

export interface RankEvaluator {
  /**
   * Ranks by inner product.
   *
   * @param users `[targets.length, dim]`
   * @param items `[items, dim]`
   * @param targets each user's target, a row of `items`
   * @returns `[targets.length]` ranks as metrics.ts defines them
   */
  byVectors(users: Float32Array, items: Float32Array, dim: number, targets: ArrayLike<number>): Promise<Float64Array>;
  /** Ranks by given scores `[targets.length, items]`. */
  byScores(scores: Float32Array, targets: ArrayLike<number>): Promise<Float64Array>;
  /** As `byVectors`, with and without the items of the history, and the best items by name. */
  rankVectors(
    users: Float32Array,
    items: Float32Array,
    dim: number,
    cases: readonly EvaluationCase[],
  ): Promise<Ranking>;
  /** As `byScores`, likewise. */
  rankScores(scores: Float32Array, cases: readonly EvaluationCase[]): Promise<Ranking>;
  close(): Promise<void>;
}

export interface RankEvaluatorOptions {
  /** Users a run. Default 256; 1–65536. */
  batchUsers?: number;
  /** Default: all the machine offers. */
  threads?: number;
  /** Checked before every batch. */
  signal?: AbortSignal;
}

type Tensor = ReturnType<typeof tf.tensor>;

/**
 * Counts items above and beside the target.
 *
 * @param scores `[users, items]`
 * @param at `[users]` the targets' flat positions
 * @param history `[users, length]` flat positions of each user's history items, each once and without the target,
 *   filled up with the target's own position; `undefined` where only plain ranks are wanted
 */
function counts(scores: Tensor, at: Tensor, history: Tensor | undefined): Tensors {
  const [users, items] = scores.shape as [number, number];
  const flat = tf.reshape(scores, [users * items]);
  const own = tf.reshape(tf.gather(flat, at as never), [users, 1]);
  const above = (others: Tensor) => tf.sum(tf.cast(tf.greater(others, own), 'float32'), 1);
  const beside = (others: Tensor) => tf.sum(tf.cast(tf.equal(others, own), 'float32'), 1);
  const plain = {
    higher: above(scores),
    // The target itself is among its ties.
    ties: beside(scores),
    finite: tf.cast(tf.isFinite(tf.reshape(own, [users])), 'float32'),
  };
  if (history === undefined) return plain;
  const [, length] = history.shape as [number, number];
  const seen = tf.reshape(tf.gather(flat, tf.reshape(history, [users * length]) as never), [users, length]);
  const best = tf.topk(scores as never, Math.min(TOP, items)).indices;
  return { ...plain, seenHigher: above(seen), seenTies: beside(seen), best };
}

/** Scores a run, 256 MB of them: over a large catalogue fewer users are ranked at a time. */
const MOST_SCORES = 2 ** 26;

/** @throws LorekeepError `TOWERS_BAD_INPUT` */
export function createRankEvaluator({ batchUsers = 256, threads, signal }: RankEvaluatorOptions = {}): RankEvaluator {
  if (!Number.isInteger(batchUsers) || batchUsers < 1 || batchUsers > 65_536)
    throw errors.EVALUATION_INPUT_INVALID({ name: 'batchUsers', problem: 'must be a whole number from 1 to 65536' });
  const byVectors = createGraphCache(
    ({ users, items, at, history }) =>
      counts(tf.matMul(users as never, items as never, false, true), at, history as Tensor | undefined),
    { name: 'ranks by vectors', threads },
  );
  const byScores = createGraphCache(({ scores, at, history }) => counts(scores, at, history as Tensor | undefined), {
    name: 'ranks by scores',
    threads,
  });

  interface Rows {
    name: 'users' | 'scores';
    values: Float32Array;
    width: number;
    itemCount: number;
    others: Record<string, ReturnType<typeof namedArray>>;
  }
  const vectorRows = (values: Float32Array, items: Float32Array, width: number): Rows => {
    const itemCount = items.length / width;
    return { name: 'users', values, width, itemCount, others: { items: namedArray([itemCount, width], items) } };
  };
  const scoreRows = (values: Float32Array, users: number): Rows => {
    const itemCount = users === 0 ? 0 : values.length / users;
    return { name: 'scores', values, width: itemCount, itemCount, others: {} };
  };

  /**
   * Runs one graph over all users in batches of one size; the last is filled up with copies of nothing.
   * @param seen of each user the history's items, each once and without the target
   */
  async function rank(rows: Rows, targets: ArrayLike<number>, seen: Int32Array[] | undefined): Promise<Ranking> {
    const { name, values, width, itemCount, others } = rows;
    const cache = name === 'users' ? byVectors : byScores;
    const users = targets.length;
    if (values.length !== users * width)
      throw errors.EVALUATION_INPUT_INVALID({
        name,
        problem: `hold ${values.length} numbers for ${users} targets of width ${width}`,
      });
    const seenIncluded = new Float64Array(users);
    const seenExcluded = new Float64Array(seen === undefined ? 0 : users);
    const topWidth = Math.min(TOP, itemCount);
    const top = new Int32Array(seen === undefined ? 0 : users * topWidth);
    const size = Math.min(batchUsers, users, Math.max(1, Math.floor(MOST_SCORES / Math.max(1, itemCount))));
    const at = new Int32Array(size);
    const batch = new Float32Array(size * width);
    for (let first = 0; first < users; first += size) {
      signal?.throwIfAborted();
      const taken = Math.min(size, users - first);
      batch.fill(0).set(values.subarray(first * width, (first + taken) * width));
      for (let i = 0; i < size; i++) {
        const target = i < taken ? targets[first + i] : 0;
        if (!(target >= 0 && target < itemCount))
          throw errors.EVALUATION_INPUT_INVALID({
            name: 'targets',
            problem: `name the item row ${target} of ${itemCount}`,
          });
        at[i] = i * itemCount + target;
      }
      const past = seen === undefined ? undefined : pastPositions(seen.slice(first, first + taken), at, itemCount);
      const { higher, ties, finite, seenHigher, seenTies, best } = await cache.run({
        ...others,
        [name]: namedArray([size, width], batch),
        at: namedArray([size], at),
        ...(past === undefined ? {} : { history: namedArray([size, past.length], past.positions) }),
      });
      for (let i = 0; i < taken; i++) {
        const rankOf = (above: number, beside: number) => (finite.data[i] ? 1 + above + beside / 2 : Infinity);
        const above = Number(higher.data[i]);
        const beside = Number(ties.data[i]) - 1;
        seenIncluded[first + i] = rankOf(above, beside);
        if (seen === undefined || past === undefined) continue;
        // What fills a row up is the target itself, which ties with itself.
        const filled = past.length - seen[first + i].length;
        seenExcluded[first + i] = rankOf(
          above - Number(seenHigher.data[i]),
          beside - (Number(seenTies.data[i]) - filled),
        );
      }
      if (seen !== undefined) {
        const rowsOfBest = (best.data as Int32Array).subarray(0, taken * topWidth);
        top.set(rowsOfBest, first * topWidth);
      }
    }
    return { seenIncluded, seenExcluded, top, width: topWidth };
  }

  async function rankQuestions(rows: Rows, cases: readonly EvaluationCase[]): Promise<Ranking> {
    const seen = cases.map(({ history, target }) => Int32Array.from(new Set(history).difference(new Set([target]))));
    const ranking = await rank(
      rows,
      Int32Array.from(cases, ({ target }) => target),
      seen,
    );
    cases.forEach(({ history, target }, at) => {
      if (history.includes(target)) ranking.seenExcluded[at] = rows.itemCount;
    });
    return ranking;
  }

  return {
    async byVectors(users, items, dim, targets) {
      return (await rank(vectorRows(users, items, dim), targets, undefined)).seenIncluded;
    },
    async byScores(scores, targets) {
      return (await rank(scoreRows(scores, targets.length), targets, undefined)).seenIncluded;
    },
    rankVectors(users, items, dim, cases) {
      return rankQuestions(vectorRows(users, items, dim), cases);
    },
    rankScores(scores, cases) {
      return rankQuestions(scoreRows(scores, cases.length), cases);
    },
    async close() {
      await byVectors.close();
      await byScores.close();
    },
  };
}

/** Looking at this many past items is nothing beside looking at all items, and saves a graph for each shorter length. */
const SHORTEST_PAST = 64;

/** Flat positions of each user's past items, rows filled up with the target's own to a length that few graphs serve. */
function pastPositions(seen: Int32Array[], at: Int32Array, itemCount: number) {
  const longest = seen.reduce((length, items) => Math.max(length, items.length), 1);
  const length = 2 ** Math.ceil(Math.log2(Math.max(SHORTEST_PAST, longest)));
  const positions = new Int32Array(at.length * length);
  for (let i = 0; i < at.length; i++) {
    positions.fill(at[i], i * length, (i + 1) * length);
    seen[i]?.forEach((item, k) => {
      positions[i * length + k] = i * itemCount + item;
    });
  }
  return { positions, length };
}
