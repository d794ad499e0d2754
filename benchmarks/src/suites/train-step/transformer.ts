/**
 * The model of the bench `train-step`: a causal transformer with post-norm blocks, GELU and a tied
 * softmax over the catalogue at every position, and dropout where BERT and LEARN have it.
 * `peers/train_step.py` has the same model in PyTorch; the bench compares loss and gradients of
 * both.
 */
import { createRandom } from '@lorekeep/core';
import {
  type Arrays,
  gelu,
  layerNorm,
  type ModelContext,
  namedArray,
  softmaxCrossEntropy,
  type Tensors,
  tf,
} from '@lorekeep/graph';

type Tensor = Tensors[string];

export interface TransformerShape {
  batch: number;
  length: number;
  dim: number;
  layers: number;
  heads: number;
  items: number;
}

export function initialParameters({ length, dim, layers, items }: TransformerShape, seed: number): Arrays {
  const random = createRandom(seed);
  const parameters: Arrays = {};
  const normal = (name: string, shape: number[], deviation: number) => {
    const size = shape.reduce((product, extent) => product * extent, 1);
    parameters[name] = namedArray(
      shape,
      Float32Array.from({ length: size }, () => deviation * random.normal()),
    );
  };
  const linear = (name: string, from: number, to: number) => {
    normal(`${name}.weight`, [from, to], 1 / Math.sqrt(from));
    normal(`${name}.bias`, [to], 0.02);
  };
  normal('items', [items, dim], 0.1);
  normal('positions', [length, dim], 0.1);
  for (let layer = 0; layer < layers; layer++) {
    linear(`block${layer}.qkv`, dim, 3 * dim);
    linear(`block${layer}.out`, dim, dim);
    linear(`block${layer}.up`, dim, 4 * dim);
    linear(`block${layer}.down`, 4 * dim, dim);
    for (const norm of ['norm1', 'norm2']) {
      parameters[`block${layer}.${norm}.gain`] = namedArray([dim], new Float32Array(dim).fill(1));
      parameters[`block${layer}.${norm}.bias`] = namedArray([dim], new Float32Array(dim));
    }
  }
  return parameters;
}

/**
 * Random walks through the catalogue. The next item depends on the last, so there is something to
 * learn.
 */
export function randomBatch({ batch, length, items }: TransformerShape, seed: number): Arrays {
  const random = createRandom(seed);
  const read = new Int32Array(batch * length);
  const targets = new Int32Array(batch * length);
  for (let row = 0; row < batch; row++) {
    let item = random.int(items);
    for (let position = 0; position < length; position++) {
      read[row * length + position] = item;
      item = (item * 7 + random.int(3)) % items;
      targets[row * length + position] = item;
    }
  }
  return { items: namedArray([batch, length], read), targets: namedArray([batch, length], targets) };
}

/** `x [rows, from]` → `[rows, to]` */
function linear(p: Tensors, name: string, x: Tensor): Tensor {
  return tf.add(tf.matMul(x, p[`${name}.weight`]), p[`${name}.bias`]);
}

function norm(p: Tensors, name: string, x: Tensor): Tensor {
  return layerNorm(x, p[`${name}.gain`], p[`${name}.bias`]);
}

/** `x [batch · length, dim]`, `mask [length, length]` (0 or a large negative number) */
function block(
  { length, dim, heads }: TransformerShape,
  p: Tensors,
  name: string,
  x: Tensor,
  mask: Tensor,
  drop: (x: Tensor) => Tensor,
): Tensor {
  const width = dim / heads;
  const qkv = tf.reshape(linear(p, `${name}.qkv`, x), [-1, length, 3, heads, width]);
  const [q, k, v] = tf.unstack(tf.transpose(qkv, [2, 0, 3, 1, 4]));
  const scores = tf.add(tf.mul(tf.matMul(q, k, false, true), 1 / Math.sqrt(width)), mask);
  const mixed = tf.transpose(tf.matMul(drop(tf.softmax(scores)), v), [0, 2, 1, 3]);
  const attended = linear(p, `${name}.out`, tf.reshape(mixed, [-1, dim]));
  const middle = norm(p, `${name}.norm1`, tf.add(x, drop(attended)));
  const fed = linear(p, `${name}.down`, gelu(linear(p, `${name}.up`, middle)));
  return norm(p, `${name}.norm2`, tf.add(middle, drop(fed)));
}

/** Mean cross-entropy over all positions. */
export function transformerLoss(
  shape: TransformerShape,
  rate: number,
  p: Tensors,
  batch: Tensors,
  context: ModelContext,
): Tensor {
  const { length, dim, layers } = shape;
  const drop = (x: Tensor) => context.dropout(x, rate);
  const embedded = tf.add(tf.gather(p.items, batch.items as Parameters<typeof tf.gather>[1]), p.positions);
  const mask = tf.mul(tf.sub(1, tf.linalg.bandPart(tf.ones([length, length]), -1, 0)), -1e9);
  let x = drop(tf.reshape(embedded, [-1, dim]));
  for (let layer = 0; layer < layers; layer++) x = block(shape, p, `block${layer}`, x, mask, drop);
  const logits = tf.matMul(x, p.items, false, true);
  return tf.mean(softmaxCrossEntropy(logits, tf.reshape(batch.targets, [-1])));
}

/** Multiplications and additions of the matrix products of a step. Backward costs twice forward. */
export function gemmFlops({ batch, length, dim, layers, items }: TransformerShape): number {
  const rows = batch * length;
  const layer = 2 * rows * dim * (3 * dim + dim + 8 * dim) + 2 * 2 * rows * length * dim;
  return 3 * (layers * layer + 2 * rows * dim * items);
}
