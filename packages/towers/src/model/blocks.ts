/** Causal transformer blocks, pre-LN or post-LN. */
import { gelu, layerNorm, type ModelContext, type Tensors, tf } from '@lorekeep/graph';
import type { TowerConfig } from '../options.ts';
import { linear, NORM_EPSILON, type Tensor } from './layers.ts';
import { isLastOnly, type PositionPairs, rowsAtLast } from './positions.ts';

/**
 * All blocks.
 *
 * @param x `[batch, length, hidden]`; or `[n, hidden]` for n sequences of one item, whose attention
 *   reads the item alone
 * @param pairs required for `[batch, length, hidden]`. With pairs of one position per sequence, the
 *   last block computes the state of that position alone.
 * @returns the shape of `x`, or `[batch, 1, hidden]` for one position per sequence; with `pre-ln`
 *   not yet normalised
 */
export function transformer(
  parameters: Tensors,
  x: Tensor,
  config: TowerConfig,
  context: ModelContext,
  pairs?: PositionPairs,
): Tensor {
  const {
    network: { layers, block: kind },
    training: { dropout },
  } = config;
  for (let layer = 0; layer < layers; layer++) {
    const lastOnly = layer === layers - 1 && isLastOnly(pairs) ? pairs : undefined;
    const queried = (y: Tensor) => (lastOnly === undefined ? y : rowsAtLast(y, lastOnly));
    const block = `block${layer}`;
    const norm = (name: string, y: Tensor) =>
      layerNorm(y, parameters[`${block}/${name}/gain`], parameters[`${block}/${name}/bias`], NORM_EPSILON);
    const attend = (y: Tensor) => {
      if (pairs === undefined) return linear(linear(y, parameters[`${block}/value`]), parameters[`${block}/output`]);
      const used = lastOnly ?? { distance: pairs.distance, mask: pairs.mask };
      return attention(parameters, block, queried(y), y, used, config);
    };
    if (kind === 'pre-ln') {
      x = tf.add(queried(x), context.dropout(attend(norm('norm1', x)), dropout));
      x = tf.add(x, context.dropout(feedForward(parameters, block, norm('norm2', x)), dropout));
    } else {
      x = norm('norm1', tf.add(queried(x), context.dropout(attend(x), dropout)));
      x = norm('norm2', tf.add(x, context.dropout(feedForward(parameters, block, x), dropout)));
    }
  }
  return x;
}

/** The final normalisation of what `transformer` returns. */
export function finalNorm(parameters: Tensors, x: Tensor): Tensor {
  return layerNorm(x, parameters['user/norm/gain'], parameters['user/norm/bias'], NORM_EPSILON);
}

function feedForward(parameters: Tensors, block: string, x: Tensor): Tensor {
  const up = tf.add(linear(x, parameters[`${block}/up`]), parameters[`${block}/up/bias`]);
  return linear(gelu(up), parameters[`${block}/down`]);
}

/**
 * Causal multi-head attention.
 *
 * @param queries `[batch, length, hidden]`, or `[batch, 1, hidden]` for one position per sequence
 * @param x `[batch, length, hidden]`, for keys and values
 * @returns the shape of `queries`
 */
function attention(
  parameters: Tensors,
  block: string,
  queries: Tensor,
  x: Tensor,
  pairs: PositionPairs,
  { network: { heads, positions } }: TowerConfig,
): Tensor {
  const [batch, length, hidden] = x.shape as [number, number, number];
  const queried = queries.shape[1] as number;
  const width = hidden / heads;
  const split = (name: string, y: Tensor, rows: number) =>
    tf.transpose(tf.reshape(linear(y, parameters[`${block}/${name}`]), [batch, rows, heads, width]), [0, 2, 1, 3]);
  let logits: Tensor = tf.mul(
    tf.matMul(split('query', queries, queried) as never, split('key', x, length) as never, false, true),
    1 / Math.sqrt(width),
  );
  const lastOnly = isLastOnly(pairs);
  if (positions === 'distance') {
    // One learned number per head and distance: [heads, length, length], or [heads, batch, length].
    const bias = tf.gather(parameters[`${block}/distance`], lastOnly ? pairs.lastDistance : pairs.distance, 1);
    logits = tf.add(logits, lastOnly ? tf.reshape(tf.transpose(bias, [1, 0, 2]), [batch, heads, 1, length]) : bias);
  }
  const mask = lastOnly ? tf.reshape(pairs.lastMask, [batch, 1, 1, length]) : pairs.mask;
  const weights = tf.softmax(tf.add(logits, tf.mul(tf.sub(mask, 1), 1e9)));
  const mixed = tf.transpose(tf.matMul(weights as never, split('value', x, length) as never), [0, 2, 1, 3]);
  return linear(tf.reshape(mixed, [batch, queried, hidden]), parameters[`${block}/output`]);
}
