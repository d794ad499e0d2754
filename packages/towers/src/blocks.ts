/**
 * Causal transformer blocks: what stands behind a position does not reach it, so one run gives the state after every
 * prefix, and sequences padded on the right need no mask.
 */
import { gelu, layerNorm, type ModelContext, type Tensors, tf } from '@lorekeep/graph';
import type { TowerConfig } from './config.ts';

type Tensor = ReturnType<typeof tf.tensor>;

const NORM_EPSILON = 1e-6;

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

/**
 * @param x `[batch, length, hidden]`, or `[n, hidden]` for sequences of one item each, where attention can only look at
 *   itself and its weights are 1
 * @returns the same shape; with `pre-ln` not yet normalised
 */
export function transformer(
  parameters: Tensors,
  x: Tensor,
  config: TowerConfig,
  context: ModelContext,
  ages?: Ages,
): Tensor {
  const { layers, block: kind, dropout } = config;
  for (let layer = 0; layer < layers; layer++) {
    const block = `block${layer}`;
    const norm = (name: string, y: Tensor) =>
      layerNorm(y, parameters[`${block}/${name}/gain`], parameters[`${block}/${name}/bias`], NORM_EPSILON);
    const attend = (y: Tensor) =>
      ages === undefined
        ? linear(linear(y, parameters[`${block}/value`]), parameters[`${block}/output`])
        : attention(parameters, block, y, ages, config);
    const feedForward = (y: Tensor) =>
      linear(
        gelu(tf.add(linear(y, parameters[`${block}/up`]), parameters[`${block}/up/bias`])),
        parameters[`${block}/down`],
      );
    if (kind === 'pre-ln') {
      x = tf.add(x, context.dropout(attend(norm('norm1', x)), dropout));
      x = tf.add(x, context.dropout(feedForward(norm('norm2', x)), dropout));
    } else {
      x = norm('norm1', tf.add(x, context.dropout(attend(x), dropout)));
      x = norm('norm2', tf.add(x, context.dropout(feedForward(x), dropout)));
    }
  }
  return x;
}

/** The last normalisation, of what `transformer` returns. */
export function finalNorm(parameters: Tensors, x: Tensor): Tensor {
  return layerNorm(x, parameters['user/norm/gain'], parameters['user/norm/bias'], NORM_EPSILON);
}

/** Causal multi-head attention, `[batch, length, hidden]` → the same. */
function attention(
  parameters: Tensors,
  block: string,
  x: Tensor,
  ages: Ages,
  { heads, positions }: TowerConfig,
): Tensor {
  const [batch, length, hidden] = x.shape as [number, number, number];
  const width = hidden / heads;
  const split = (name: string) =>
    tf.transpose(tf.reshape(linear(x, parameters[`${block}/${name}`]), [batch, length, heads, width]), [0, 2, 1, 3]);
  let logits: Tensor = tf.mul(
    tf.matMul(split('query') as never, split('key') as never, false, true),
    1 / Math.sqrt(width),
  );
  if (positions === 'distance') {
    // [heads, length, length]: one learned number for each head and distance.
    logits = tf.add(logits, tf.gather(parameters[`${block}/distance`], ages.index, 1));
  }
  const weights = tf.softmax(tf.add(logits, tf.mul(tf.sub(ages.seen, 1), 1e9)));
  const mixed = tf.transpose(tf.matMul(weights as never, split('value') as never), [0, 2, 1, 3]);
  return linear(tf.reshape(mixed, [batch, length, hidden]), parameters[`${block}/output`]);
}
