/**
 * Causal transformer blocks: what stands behind a position does not reach it, so one run gives the state after every
 * prefix, and sequences padded on the right need no mask.
 */
import { gelu, layerNorm, type ModelContext, type Tensors, tf } from '@lorekeep/graph';
import type { TowerConfig } from '../options.ts';

type Tensor = ReturnType<typeof tf.tensor>;

export const NORM_EPSILON = 1e-6;

/** `x [..., a] · w [a, b]` → `[..., b]` */
export function linear(x: Tensor, w: Tensor): Tensor {
  const flat = tf.matMul(tf.reshape(x, [-1, w.shape[0]]) as never, w as never);
  return x.rank === 2 ? flat : tf.reshape(flat, [...x.shape.slice(0, -1), w.shape[1] as number]);
}

export interface Ages {
  /** `[length, length]` how many events position j lies before position t, 0 where it lies behind. */
  index: Tensor;
  /** `[length, length]` 1 where j ≤ t. */
  seen: Tensor;
}

/** The ages at one position t of each sequence, where nothing is asked of the others. */
export interface AgesAtLast extends Ages {
  /** `[batch]` the positions. */
  last: Tensor;
  /** `[batch, length]` */
  lastIndex: Tensor;
  /** `[batch, length]` */
  lastSeen: Tensor;
}

export function agesOf(length: number): Ages {
  const index = new Int32Array(length * length);
  const seen = new Float32Array(length * length);
  for (let t = 0; t < length; t++)
    for (let j = 0; j <= t; j++) {
      index[t * length + j] = t - j;
      seen[t * length + j] = 1;
    }
  return { index: tf.tensor2d(index, [length, length], 'int32'), seen: tf.tensor2d(seen, [length, length]) };
}

/** @param last `[batch]` positions, int32 */
export function agesAtLast(ages: Ages, last: Tensor): AgesAtLast {
  return {
    ...ages,
    last,
    lastIndex: tf.gather(ages.index, last as never),
    lastSeen: tf.gather(ages.seen, last as never),
  };
}

export const isAtLast = (ages: Ages | AgesAtLast | undefined): ages is AgesAtLast =>
  ages !== undefined && 'last' in ages;

/** `x [batch, length, width]` at one position of each sequence, `[batch, 1, width]`. */
function rowsAtLast(x: Tensor, { last }: AgesAtLast): Tensor {
  const [batch, length, width] = x.shape as [number, number, number];
  const rows = tf.add(tf.mul(tf.range(0, batch, 1, 'int32'), tf.scalar(length, 'int32')), last);
  return tf.reshape(tf.gather(tf.reshape(x, [batch * length, width]), rows as never), [batch, 1, width]);
}

/**
 * @param x `[batch, length, hidden]`, or `[n, hidden]` for sequences of one item each, where attention can only look at
 *   itself and its weights are 1
 * @param ages where they are of one position a sequence, the last block makes the state of that position alone
 * @returns the same shape, or `[batch, 1, hidden]` of one position; with `pre-ln` not yet normalised
 */
export function transformer(
  parameters: Tensors,
  x: Tensor,
  config: TowerConfig,
  context: ModelContext,
  ages?: Ages | AgesAtLast,
): Tensor {
  const {
    network: { layers, block: kind },
    training: { dropout },
  } = config;
  for (let layer = 0; layer < layers; layer++) {
    const narrow = layer === layers - 1 && isAtLast(ages) ? ages : undefined;
    const asked = (y: Tensor) => (narrow === undefined ? y : rowsAtLast(y, narrow));
    const block = `block${layer}`;
    const norm = (name: string, y: Tensor) =>
      layerNorm(y, parameters[`${block}/${name}/gain`], parameters[`${block}/${name}/bias`], NORM_EPSILON);
    const attend = (y: Tensor) =>
      ages === undefined
        ? linear(linear(y, parameters[`${block}/value`]), parameters[`${block}/output`])
        : attention(parameters, block, asked(y), y, narrow ?? { index: ages.index, seen: ages.seen }, config);
    const feedForward = (y: Tensor) =>
      linear(
        gelu(tf.add(linear(y, parameters[`${block}/up`]), parameters[`${block}/up/bias`])),
        parameters[`${block}/down`],
      );
    if (kind === 'pre-ln') {
      x = tf.add(asked(x), context.dropout(attend(norm('norm1', x)), dropout));
      x = tf.add(x, context.dropout(feedForward(norm('norm2', x)), dropout));
    } else {
      x = norm('norm1', tf.add(asked(x), context.dropout(attend(x), dropout)));
      x = norm('norm2', tf.add(x, context.dropout(feedForward(x), dropout)));
    }
  }
  return x;
}

/** The last normalisation, of what `transformer` returns. */
export function finalNorm(parameters: Tensors, x: Tensor): Tensor {
  return layerNorm(x, parameters['user/norm/gain'], parameters['user/norm/bias'], NORM_EPSILON);
}

/**
 * Causal multi-head attention.
 *
 * @param asked `[batch, length, hidden]` whose states are wanted, or `[batch, 1, hidden]` of one position a sequence
 * @param x `[batch, length, hidden]`
 * @returns the shape of `asked`
 */
function attention(
  parameters: Tensors,
  block: string,
  asked: Tensor,
  x: Tensor,
  ages: Ages | AgesAtLast,
  { network: { heads, positions } }: TowerConfig,
): Tensor {
  const [batch, length, hidden] = x.shape as [number, number, number];
  const wanted = asked.shape[1] as number;
  const width = hidden / heads;
  const split = (name: string, y: Tensor, rows: number) =>
    tf.transpose(tf.reshape(linear(y, parameters[`${block}/${name}`]), [batch, rows, heads, width]), [0, 2, 1, 3]);
  let logits: Tensor = tf.mul(
    tf.matMul(split('query', asked, wanted) as never, split('key', x, length) as never, false, true),
    1 / Math.sqrt(width),
  );
  const atLast = isAtLast(ages);
  if (positions === 'distance') {
    // [heads, length, length], or [heads, batch, length]: one learned number for each head and distance.
    const table = tf.gather(parameters[`${block}/distance`], atLast ? ages.lastIndex : ages.index, 1);
    logits = tf.add(logits, atLast ? tf.reshape(tf.transpose(table, [1, 0, 2]), [batch, heads, 1, length]) : table);
  }
  const seen = atLast ? tf.reshape(ages.lastSeen, [batch, 1, 1, length]) : ages.seen;
  const weights = tf.softmax(tf.add(logits, tf.mul(tf.sub(seen, 1), 1e9)));
  const mixed = tf.transpose(tf.matMul(weights as never, split('value', x, length) as never), [0, 2, 1, 3]);
  return linear(tf.reshape(mixed, [batch, wanted, hidden]), parameters[`${block}/output`]);
}
