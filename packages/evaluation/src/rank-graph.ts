/**
 * The graph that counts, for a batch of users, the items that score above their target or the same.
 */
import { type Tensors, tf } from '@lorekeep/graph';

/** Number of best items in a ranking's `top`. */
export const TOP = 10;

/**
 * Seen items per user that the graph takes at least. Up to this length a longer row costs little
 * next to comparing all items, and one graph serves all shorter histories.
 */
const MIN_SEEN = 64;

type Tensor = ReturnType<typeof tf.tensor>;

/**
 * @param scores `[users, items]`
 * @param targets `[users]` positions of the targets in the flat scores
 * @param seen `[users, length]` positions of each user's seen items in the flat scores, each once
 *   and without the target, padded with the position of the target; `undefined` if only ranks with
 *   seen items included are needed
 * @param unwanted `[users, length]` the same for items that are left out in any case; not without
 *   `seen`, which then has them too. `top` is so much longer that it can do without them.
 */
export function countsAroundTarget(
  scores: Tensor,
  targets: Tensor,
  seen: Tensor | undefined,
  unwanted?: Tensor,
): Tensors {
  const [users, items] = scores.shape as [number, number];
  const flat = tf.reshape(scores, [users * items]);
  const own = tf.reshape(tf.gather(flat, targets as never), [users, 1]);
  const countHigher = (others: Tensor) => tf.sum(tf.cast(tf.greater(others, own), 'float32'), 1);
  const countTies = (others: Tensor) => tf.sum(tf.cast(tf.equal(others, own), 'float32'), 1);
  const counts = {
    higher: countHigher(scores),
    // The target itself is one of the ties.
    ties: countTies(scores),
    finite: tf.cast(tf.isFinite(tf.reshape(own, [users])), 'float32'),
  };
  if (seen === undefined) return counts;
  const scoresAt = (positions: Tensor) => {
    const [, length] = positions.shape as [number, number];
    return tf.reshape(tf.gather(flat, tf.reshape(positions, [users * length]) as never), [users, length]);
  };
  const seenScores = scoresAt(seen);
  // The target can be unwanted as well.
  const width = unwanted === undefined ? TOP : TOP + 1 + (unwanted.shape[1] as number);
  const top = tf.topk(scores as never, Math.min(width, items)).indices;
  const all = { ...counts, seenHigher: countHigher(seenScores), seenTies: countTies(seenScores), top };
  if (unwanted === undefined) return all;
  const unwantedScores = scoresAt(unwanted);
  return { ...all, unwantedHigher: countHigher(unwantedScores), unwantedTies: countTies(unwantedScores) };
}

/**
 * Positions of seen items in the flat scores, as `countsAroundTarget` takes them. The length is a
 * power of two, so that few graphs serve all batches.
 *
 * @param seen rows of the seen items; it may have fewer users than `targets`
 * @param targets `[users]` positions of the targets in the flat scores
 */
export function seenPositions(
  seen: readonly Int32Array[],
  targets: Int32Array,
  itemCount: number,
): { positions: Int32Array; length: number } {
  const longest = seen.reduce((length, items) => Math.max(length, items.length), 1);
  const length = 2 ** Math.ceil(Math.log2(Math.max(MIN_SEEN, longest)));
  const positions = new Int32Array(targets.length * length);
  for (let i = 0; i < targets.length; i++) {
    positions.fill(targets[i], i * length, (i + 1) * length);
    seen[i]?.forEach((item, k) => {
      positions[i * length + k] = i * itemCount + item;
    });
  }
  return { positions, length };
}
