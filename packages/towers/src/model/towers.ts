/**
 * The LEARN towers (arXiv 2405.03988, section 3.2) as pure functions of parameters, written with
 * tfjs operations. There are two forms, selected by the option `network.residual`.
 *
 * As published (`residual` false): order and behaviour go through the transformer blocks alone.
 *
 *     item input    x = c·A + a  +  gate ⊙ E[id]              linear adaptor of the text, gated ID embedding
 *     user tower    u = f(x₁ … xₙ) = z·O                      z = transformer(x₁ … xₙ)ₙ
 *     item tower    v = f(x)                 `shared`
 *                   v = f(targets up to x)   `sequence`, in training; f(x) in serving
 *                   v = c                    `content-space`; O leads back to the space of the text
 *                   v = x                    `adaptor`; O is left out
 *
 * Our default (`residual` true; docs/explanation/experiments.md has the figures): the recency-weighted sum of
 * the inputs bypasses the transformer, whose contribution starts at zero. If A and E have their
 * closed-form values, the untrained towers are the linear model of closed-form-start.ts, and
 * training adds to it. The transformer is narrower than the vectors (`hidden` < `dim`), which keeps
 * shared weights affordable under a softmax over all items.
 *
 *     item input    x = c·A + gelu(c·B)·D  +  gate ⊙ E[id]
 *     user tower    u = f(x₁ … xₙ) = s + s·M + z·O            s = Σ recency[n − j]·xⱼ
 *     item tower    v = f(x) without M, or v = x (`adaptor`)
 *
 * In both forms the score is u · v. With `cosine` both vectors are normalised first.
 */
import { layerNorm, type ModelContext, type Tensors, tf } from '@lorekeep/graph';
import type { TowerConfig } from '../options.ts';
import { finalNorm, transformer } from './blocks.ts';
import { correction, linear, NORM_EPSILON, normalise, type Tensor } from './layers.ts';
import { causalPairs, isLastOnly, lastPairs, type PositionPairs } from './positions.ts';
import { normsAtEnd } from './shape.ts';

/**
 * The user tower after every prefix.
 *
 * @param inputs `[batch, length, input]`, padded on the right
 * @returns `[batch, length, vector]`
 */
export function userTower(parameters: Tensors, inputs: Tensor, config: TowerConfig, context: ModelContext): Tensor {
  return sequenceTower(parameters, inputs, config, context, true);
}

/**
 * The user tower after one prefix of each history: the rows of `userTower` at these positions. With
 * two blocks it costs about half as much, because the last block computes no other states.
 *
 * @param inputs `[batch, length, input]`, padded on the right
 * @param last `[batch]` int32, position of the last item of each history
 * @returns `[batch, vector]`
 */
export function userVectors(
  parameters: Tensors,
  inputs: Tensor,
  last: Tensor,
  config: TowerConfig,
  context: ModelContext,
): Tensor {
  const states = sequenceTower(parameters, inputs, config, context, true, last);
  return tf.reshape(states, [states.shape[0], states.shape[2] as number]);
}

/**
 * The item tower on single items.
 *
 * @param inputs `[n, input]`
 * @param content `[n, contentDim]` centred; only `content-space` needs it
 * @returns `[n, vector]`
 */
export function itemTower(
  parameters: Tensors,
  inputs: Tensor,
  content: Tensor | undefined,
  config: TowerConfig,
  context: ModelContext,
): Tensor {
  if (config.network.itemTower === 'adaptor') return inputs;
  if (config.network.itemTower === 'content-space') return content as Tensor;
  if (!config.network.residual) return projected(parameters, blockStates(parameters, inputs, config, context), config);
  const sum = tf.mul(inputs, tf.slice(parameters['user/recency'], [0], [1]));
  return withTransformer(parameters, sum, inputs, config, context);
}

/**
 * The item tower over sequences of target items, each of which reads those before it: variant (a)
 * of LEARN, in training only.
 *
 * @param inputs `[batch, length, input]`
 * @returns `[batch, length, vector]`
 */
export function targetTower(parameters: Tensors, inputs: Tensor, config: TowerConfig, context: ModelContext): Tensor {
  return sequenceTower(parameters, inputs, config, context, false);
}

/** Vectors in the form in which their inner products are scores. */
export function comparable(vectors: Tensor, { network: { similarity } }: TowerConfig): Tensor {
  return similarity === 'cosine' ? normalise(vectors) : vectors;
}

/**
 * @param isUser whether M (`user/mix`), which only the user tower has, is applied
 * @param last `[batch]` int32, the only positions that are needed. Default: all.
 * @returns `[batch, length, vector]`, or `[batch, 1, vector]` with `last`
 */
function sequenceTower(
  parameters: Tensors,
  inputs: Tensor,
  config: TowerConfig,
  context: ModelContext,
  isUser: boolean,
  last?: Tensor,
): Tensor {
  const all = causalPairs(inputs.shape[1] as number);
  const pairs = last === undefined ? all : lastPairs(all, last);
  if (!config.network.residual)
    return projected(parameters, blockStates(parameters, inputs, config, context, pairs), config);
  const sum = recencySum(parameters['user/recency'], inputs, pairs);
  const mixed = isUser ? tf.add(sum, linear(sum, parameters['user/mix'])) : sum;
  return withTransformer(parameters, mixed, inputs, config, context, pairs);
}

/**
 * `Σ recency[t − j]·xⱼ` at every position t, `[batch, length, width]`, or at one position per
 * sequence, `[batch, 1, width]`.
 */
function recencySum(recency: Tensor, inputs: Tensor, pairs: PositionPairs): Tensor {
  const [batch, length, width] = inputs.shape as [number, number, number];
  if (isLastOnly(pairs)) {
    const weights = tf.mul(tf.gather(recency, pairs.lastDistance), pairs.lastMask);
    return tf.matMul(tf.reshape(weights, [batch, 1, length]) as never, inputs as never);
  }
  const weights = tf.mul(tf.gather(recency, pairs.distance), pairs.mask);
  const sum = tf.matMul(
    weights as never,
    tf.reshape(tf.transpose(inputs, [1, 0, 2]), [length, batch * width]) as never,
  );
  return tf.transpose(tf.reshape(sum, [length, batch, width]), [1, 0, 2]);
}

/** The recency-weighted sum plus the contribution of the transformer. */
function withTransformer(
  parameters: Tensors,
  sum: Tensor,
  inputs: Tensor,
  config: TowerConfig,
  context: ModelContext,
  pairs?: PositionPairs,
): Tensor {
  if (config.network.layers === 0) return sum;
  const states = blockStates(parameters, inputs, config, context, pairs);
  return tf.add(sum, correction(states, parameters['user/out']));
}

/** z·O of the published form. */
function projected(parameters: Tensors, states: Tensor, { network: { itemTower } }: TowerConfig): Tensor {
  return itemTower === 'adaptor' ? states : linear(states, parameters['user/out']);
}

/** The inputs after all blocks, normalised at the end. */
function blockStates(
  parameters: Tensors,
  inputs: Tensor,
  config: TowerConfig,
  context: ModelContext,
  pairs?: PositionPairs,
): Tensor {
  let x = config.network.residual ? linear(inputs, parameters['user/in']) : inputs;
  if (config.network.positions === 'learned') {
    const length = pairs === undefined ? 1 : (inputs.shape[1] as number);
    x = tf.add(x, tf.slice(parameters['user/position'], [0, 0], [length, config.network.hidden]));
    if (!config.network.residual)
      x = layerNorm(x, parameters['user/input/gain'], parameters['user/input/bias'], NORM_EPSILON);
  }
  const states = transformer(parameters, context.dropout(x, config.training.dropout), config, context, pairs);
  return normsAtEnd(config) ? finalNorm(parameters, states) : states;
}
