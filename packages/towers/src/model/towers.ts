/**
 * The LEARN towers (arXiv 2405.03988, section 3.2) as pure functions of parameters, written with tfjs operations. Two forms:
 *
 * As published (`residual` off), all of order and behaviour goes through the blocks:
 *
 *     item input    x = c·A + a  +  gate ⊙ E[id]                    linear adaptor of the text + gated ID embedding
 *     user tower    u = f(x₁ … xₙ) = z·O,  z = transformer(x₁ … xₙ)ₙ
 *     item tower    v = f of the one item (`shared`), or of it behind the targets before it in training (`sequence`),
 *                   or c itself, O then leading back into the space of the text (`content-space`), or x (`adaptor`, O left out)
 *
 * Ours (`residual` on), measured in EXPERIMENTS.md: the recency-weighted sum of the inputs is carried past the
 * transformer, whose output starts at zero. With A and E at their closed-form values the untrained towers are
 * therefore the linear model of start.ts, and training adds to it. The transformer is narrower than the vectors
 * (`hidden` < `dim`), which is what makes shared weights affordable under a softmax over all items.
 *
 *     item input    x = c·A + gelu(c·B)·D  +  gate ⊙ E[id]
 *     user tower    u = f(x₁ … xₙ) = s + s·M + z·O                  s = Σ recency[n − j]·xⱼ, z = transformer(x₁ … xₙ)ₙ
 *     item tower    v = f of the item, same weights but M, or v = x (`adaptor`)
 *
 * Either way the score is u · v, of normalised vectors for `cosine`.
 */
import { gelu, layerNorm, type ModelContext, type Tensors, tf } from '@lorekeep/graph';
import type { TowerConfig } from '../options.ts';
import {
  type Ages,
  type AgesAtLast,
  agesAtLast,
  agesOf,
  finalNorm,
  isAtLast,
  linear,
  NORM_EPSILON,
  transformer,
} from './blocks.ts';

type Tensor = ReturnType<typeof tf.tensor>;

/** Sizes that follow from the data. */
export interface TowerSizes {
  items: number;
  /** Width of the content vectors, 0 without content. */
  contentDim: number;
}

/** Of the first weights of blocks, and of embeddings that are all an item is known by, without `residual`: BERT's and SASRec's. */
export const FIRST_DEVIATION = 0.02;

/** Keeps divisions by norms finite; squared norms of our vectors are near 1. */
const EPSILON = 1e-12;

/** Width of what the user tower reads for each item, and of both towers' vectors. */
export function widthsOf({ network: { residual, itemTower, dim, hidden } }: TowerConfig, contentDim: number) {
  return { input: residual ? dim : hidden, vector: itemTower === 'content-space' ? contentDim : dim };
}

/**
 * `features · w`, divided by the number of features. The first factor has entries near 1 and w starts at zero, so one step
 * of Adam moves each sum of n products by up to n learning rates at once; divided by n, a correction of the solved
 * start grows no faster than the start itself is changed. Without it, validation NDCG@10 falls from .077 to .055 in
 * the first epoch.
 */
function correction(features: Tensor, w: Tensor): Tensor {
  return tf.div(linear(features, w), w.shape[0]);
}

function normalise(x: Tensor): Tensor {
  return tf.mul(x, tf.rsqrt(tf.add(tf.sum(tf.square(x), -1, true), EPSILON)));
}

/**
 * Content vectors as the adaptor reads them: mean removed, whitened where asked for, rows of length 1; a row of zeros (no
 * text) stays zero.
 *
 * @param content `[n, contentDim]` vectors of the frozen encoder
 * @param whitening `[contentDim, contentDim]`
 */
export function centreContent(content: Tensor, mean: Tensor, whitening?: Tensor): Tensor {
  const hasText = tf.cast(tf.greater(tf.sum(tf.square(content), -1, true), 0), 'float32');
  const centred = tf.sub(content, mean);
  return tf.mul(normalise(whitening === undefined ? centred : linear(centred, whitening)), hasText);
}

/** The two sources of an item's input, `[n, input]` each; gated, nothing hidden. */
export interface ItemParts {
  content?: Tensor;
  id?: Tensor;
}

/**
 * @param content `[n, contentDim]` centred content, `undefined` without content
 * @param embeddings `[n, input]` rows of the ID table, `undefined` without IDs
 */
export function itemParts(
  parameters: Tensors,
  content: Tensor | undefined,
  embeddings: Tensor | undefined,
  { training: { dropout }, network: { residual } }: TowerConfig,
  context: ModelContext,
): ItemParts {
  const parts: ItemParts = {};
  if (content !== undefined) {
    const adapted = linear(content, parameters['content/linear']);
    if (residual) {
      const features = gelu(tf.add(linear(content, parameters['content/up']), parameters['content/up/bias']));
      parts.content = tf.add(adapted, correction(context.dropout(features, dropout), parameters['content/down']));
    } else parts.content = tf.add(adapted, parameters['content/bias']);
  }
  if (embeddings !== undefined) parts.id = tf.mul(embeddings, parameters['id/gate']);
  return parts;
}

/** What the towers read for each item, `[n, input]`. In training some items' IDs are hidden. */
export function combinedInputs(
  { content, id }: ItemParts,
  { items: { idDropout } }: TowerConfig,
  context: ModelContext,
): Tensor {
  if (id === undefined || content === undefined) return (content ?? id) as Tensor;
  if (idDropout === 0 || !context.training) return tf.add(content, id);
  // Hidden IDs are not made up for: what an item lacks in training must look like what a new item lacks in service.
  const shown = context.dropout(tf.ones([id.shape[0], 1]), idDropout);
  return tf.add(content, tf.mul(tf.cast(tf.greater(shown, 0), 'float32'), id));
}

/** Both steps in one. */
export function itemInputs(
  parameters: Tensors,
  content: Tensor | undefined,
  embeddings: Tensor | undefined,
  config: TowerConfig,
  context: ModelContext,
): Tensor {
  return combinedInputs(itemParts(parameters, content, embeddings, config, context), config, context);
}

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
 * The user tower after one prefix of each history: the rows of `userTower` at those positions, at about half the cost with two
 * blocks, since the last of them makes no other states.
 *
 * @param inputs `[batch, length, input]`, padded on the right
 * @param last `[batch]` int32, where each history ends
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
 * @param content `[n, contentDim]` centred, needed for `content-space`
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
  if (!config.network.residual) return projected(parameters, blocksOf(parameters, inputs, config, context), config);
  const sum = tf.mul(inputs, tf.slice(parameters['user/recency'], [0], [1]));
  return corrected(parameters, sum, inputs, config, context);
}

/**
 * The item tower over sequences of target items, each seeing those before it: LEARN's variant (a), in training only.
 *
 * @param inputs `[batch, length, input]`
 * @returns `[batch, length, vector]`
 */
export function targetTower(parameters: Tensors, inputs: Tensor, config: TowerConfig, context: ModelContext): Tensor {
  return sequenceTower(parameters, inputs, config, context, false);
}

/** Vectors as they are compared: scores are their inner products. */
export function comparable(vectors: Tensor, { network: { similarity } }: TowerConfig): Tensor {
  return similarity === 'cosine' ? normalise(vectors) : vectors;
}

/**
 * @param mixed whether the sum goes through the mix that is the user side's own
 * @param last `[batch]` the only positions asked for; without it all are
 */
function sequenceTower(
  parameters: Tensors,
  inputs: Tensor,
  config: TowerConfig,
  context: ModelContext,
  mixed: boolean,
  last?: Tensor,
): Tensor {
  const all = agesOf(inputs.shape[1] as number);
  const ages = last === undefined ? all : agesAtLast(all, last);
  if (!config.network.residual)
    return projected(parameters, blocksOf(parameters, inputs, config, context, ages), config);
  const sum = recencySum(parameters['user/recency'], inputs, ages);
  const whole = mixed ? tf.add(sum, linear(sum, parameters['user/mix'])) : sum;
  return corrected(parameters, whole, inputs, config, context, ages);
}

/** `Σ recency[t − j]·xⱼ` at every position t, `[batch, length, width]`, or at one position a sequence, `[batch, 1, width]`. */
function recencySum(recency: Tensor, inputs: Tensor, ages: Ages | AgesAtLast): Tensor {
  const [batch, length, width] = inputs.shape as [number, number, number];
  if (isAtLast(ages)) {
    const weights = tf.mul(tf.gather(recency, ages.lastIndex), ages.lastSeen);
    return tf.matMul(tf.reshape(weights, [batch, 1, length]) as never, inputs as never);
  }
  const weights = tf.mul(tf.gather(recency, ages.index), ages.seen);
  const sum = tf.matMul(
    weights as never,
    tf.reshape(tf.transpose(inputs, [1, 0, 2]), [length, batch * width]) as never,
  );
  return tf.transpose(tf.reshape(sum, [length, batch, width]), [1, 0, 2]);
}

/** Adds to the recency-weighted sum what the transformer makes of the inputs. */
function corrected(
  parameters: Tensors,
  sum: Tensor,
  inputs: Tensor,
  config: TowerConfig,
  context: ModelContext,
  ages?: Ages | AgesAtLast,
): Tensor {
  if (config.network.layers === 0) return sum;
  const states = blocksOf(parameters, inputs, config, context, ages);
  return tf.add(sum, correction(states, parameters['user/out']));
}

/** The vector that the states of the paper's form stand for. */
function projected(parameters: Tensors, states: Tensor, { network: { itemTower } }: TowerConfig): Tensor {
  return itemTower === 'adaptor' ? states : linear(states, parameters['user/out']);
}

/** Inputs through the blocks, normalised at the end. */
function blocksOf(
  parameters: Tensors,
  inputs: Tensor,
  config: TowerConfig,
  context: ModelContext,
  ages?: Ages | AgesAtLast,
): Tensor {
  let x = config.network.residual ? linear(inputs, parameters['user/in']) : inputs;
  if (config.network.positions === 'learned') {
    const length = ages === undefined ? 1 : (inputs.shape[1] as number);
    x = tf.add(x, tf.slice(parameters['user/position'], [0, 0], [length, config.network.hidden]));
    if (!config.network.residual)
      x = layerNorm(x, parameters['user/input/gain'], parameters['user/input/bias'], NORM_EPSILON);
  }
  const states = transformer(parameters, context.dropout(x, config.training.dropout), config, context, ages);
  return normsAtEnd(config) ? finalNorm(parameters, states) : states;
}

/** BERT's blocks end normalised; the others, and what is added to a solved sum, are normalised once more. */
export function normsAtEnd({ network: { residual, block } }: TowerConfig): boolean {
  return residual || block === 'pre-ln';
}
