/**
 * Full ranking without sampled negatives, done where the scores are: a graph computes the scores of a batch of users
 * against all items, compares them with the target's score and hands out two counts a user. The score matrix never
 * leaves ONNX Runtime, and every model and baseline is ranked by this same code.
 */
import { createGraphCache, namedArray, type Tensors, tf } from '@lorekeep/graph';
import { badTowerInput } from './errors.ts';

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

/** Counts items above and beside the target, from `scores [users, items]` and `at [users]`, the targets' flat positions. */
function counts(scores: ReturnType<typeof tf.tensor>, at: ReturnType<typeof tf.tensor>): Tensors {
  const [users, items] = scores.shape;
  const own = tf.reshape(tf.gather(tf.reshape(scores, [users * items]), at as never), [users, 1]);
  return {
    higher: tf.sum(tf.cast(tf.greater(scores, own), 'float32'), 1),
    // The target itself is among its ties.
    ties: tf.sum(tf.cast(tf.equal(scores, own), 'float32'), 1),
    finite: tf.cast(tf.isFinite(tf.reshape(own, [users])), 'float32'),
  };
}

/** @throws LorekeepError `TOWERS_BAD_INPUT` */
export function createRankEvaluator({ batchUsers = 256, threads, signal }: RankEvaluatorOptions = {}): RankEvaluator {
  if (!Number.isInteger(batchUsers) || batchUsers < 1 || batchUsers > 65_536)
    throw badTowerInput('batchUsers', 'must be a whole number from 1 to 65536');
  const byVectors = createGraphCache(
    ({ users, items, at }) => counts(tf.matMul(users as never, items as never, false, true), at),
    { name: 'ranks by vectors', threads },
  );
  const byScores = createGraphCache(({ scores, at }) => counts(scores, at), { name: 'ranks by scores', threads });

  /** Runs one graph over all users in batches of one size; the last is filled up with copies of nothing. */
  async function ranks(
    cache: typeof byVectors,
    name: 'users' | 'scores',
    rows: Float32Array,
    width: number,
    itemCount: number,
    targets: ArrayLike<number>,
    others: Record<string, ReturnType<typeof namedArray>>,
  ): Promise<Float64Array> {
    if (rows.length !== targets.length * width)
      throw badTowerInput(name, `hold ${rows.length} numbers for ${targets.length} targets of width ${width}`);
    const result = new Float64Array(targets.length);
    const size = Math.min(batchUsers, targets.length, Math.max(1, Math.floor(0x7fffffff / Math.max(1, itemCount))));
    const at = new Int32Array(size);
    const batch = new Float32Array(size * width);
    for (let first = 0; first < targets.length; first += size) {
      signal?.throwIfAborted();
      const taken = Math.min(size, targets.length - first);
      batch.fill(0).set(rows.subarray(first * width, (first + taken) * width));
      for (let i = 0; i < size; i++) {
        const target = i < taken ? targets[first + i] : 0;
        if (!(target >= 0 && target < itemCount))
          throw badTowerInput('targets', `name the item row ${target} of ${itemCount}`);
        at[i] = i * itemCount + target;
      }
      const { higher, ties, finite } = await cache.run({
        ...others,
        [name]: namedArray([size, width], batch),
        at: namedArray([size], at),
      });
      for (let i = 0; i < taken; i++)
        result[first + i] = finite.data[i] ? 1 + Number(higher.data[i]) + (Number(ties.data[i]) - 1) / 2 : Infinity;
    }
    return result;
  }

  return {
    byVectors(users, items, dim, targets) {
      return ranks(byVectors, 'users', users, dim, items.length / dim, targets, {
        items: namedArray([items.length / dim, dim], items),
      });
    },
    byScores(scores, targets) {
      const items = targets.length === 0 ? 0 : scores.length / targets.length;
      return ranks(byScores, 'scores', scores, items, items, targets, {});
    },
    async close() {
      await byVectors.close();
      await byScores.close();
    },
  };
}
