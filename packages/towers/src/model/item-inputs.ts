/**
 * What the towers read for each item: its content vector through a learned adaptor, plus its gated
 * ID embedding. towers.ts has the formulas.
 */
import { gelu, type ModelContext, type Tensors, tf } from '@lorekeep/graph';
import type { TowerConfig } from '../options.ts';
import { correction, linear, normalise, type Tensor } from './layers.ts';

/**
 * Content vectors as the adaptor reads them: mean removed, whitened if configured, rows of length
 * 1. A row of zeros (an item without text) stays zero.
 *
 * @param content `[n, contentDim]` vectors of the frozen encoder
 * @param mean `[contentDim]`
 * @param whitening `[contentDim, contentDim]`
 * @returns `[n, contentDim]`
 */
export function centreContent(content: Tensor, mean: Tensor, whitening?: Tensor): Tensor {
  const hasText = tf.cast(tf.greater(tf.sum(tf.square(content), -1, true), 0), 'float32');
  const centred = tf.sub(content, mean);
  return tf.mul(normalise(whitening === undefined ? centred : linear(centred, whitening)), hasText);
}

/** The two parts of an item's input, `[n, input]` each, after gating and before ID dropout. */
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

/**
 * The sum of both parts, `[n, input]`. In training, the IDs of some items are hidden (`idDropout`).
 */
export function combinedInputs(
  { content, id }: ItemParts,
  { items: { idDropout } }: TowerConfig,
  context: ModelContext,
): Tensor {
  if (id === undefined || content === undefined) return (content ?? id) as Tensor;
  if (idDropout === 0 || !context.training) return tf.add(content, id);
  // Unlike in usual dropout, the shown IDs are not scaled up: an item with a hidden ID must look as
  // a new item does in serving.
  const shown = context.dropout(tf.ones([id.shape[0], 1]), idDropout);
  return tf.add(content, tf.mul(tf.cast(tf.greater(shown, 0), 'float32'), id));
}

/** `itemParts`, then `combinedInputs`: `[n, input]`. */
export function itemInputs(
  parameters: Tensors,
  content: Tensor | undefined,
  embeddings: Tensor | undefined,
  config: TowerConfig,
  context: ModelContext,
): Tensor {
  return combinedInputs(itemParts(parameters, content, embeddings, config, context), config, context);
}
