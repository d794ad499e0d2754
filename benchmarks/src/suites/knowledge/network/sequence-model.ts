/**
 * A small bidirectional transformer over the positive behaviours of users, trained to guess masked
 * items (BERT4Rec, Sun et al., CIKM 2019) and, on request, attributes of items (S3-Rec, Zhou et al.,
 * CIKM 2020). Sequences are newest first; position 0 is where the next item would stand.
 */
import { createRandom, type Random } from '@lorekeep/core';
import {
  type Arrays,
  createGraphCache,
  createTrainer,
  gelu,
  layerNorm,
  namedArray,
  softmaxCrossEntropy,
  type Tensors,
  tf,
} from '@lorekeep/graph';
import { dense, initialDense, type Tensor } from './layers.ts';

export const WIDTH = 32;
const LAYERS = 2;
/** Masked positions of a sequence. */
const MASKED = 8;
const MASK_SHARE = 0.2;
const BATCH = 128;
const EPOCHS = 3;

/** Tokens: 0 is no item, 1 the mask, item i is i + 2. */
export interface SequenceModel {
  /** `[items, WIDTH]` */
  items: Float32Array;
  /** `[sequences, WIDTH]`: what the model expects next. @param sequences items, newest first */
  encode(sequences: readonly number[][]): Promise<Float32Array>;
  close(): Promise<void>;
}

export interface SequenceModelOptions {
  sequences: readonly number[][];
  items: number;
  length: number;
  seed: number;
  /** `[items]` a code from 0, or −1; `undefined` for BERT4Rec. */
  attributes?: { codes: Int32Array; values: number };
}

export async function trainSequenceModel(options: SequenceModelOptions): Promise<SequenceModel> {
  const { sequences, items, length, seed, attributes } = options;
  const random = createRandom(seed);
  const trainer = await createTrainer({
    loss: (parameters, batch) => lossOf(parameters, batch, attributes !== undefined).asScalar(),
    parameters: initialParameters(random, items + 2, length, attributes?.values),
    optimiser: { learningRate: 1e-3, weightDecay: 0.01 },
    random: random.fork('dropout'),
    threads: 1,
  });
  const draws = random.fork('masks');
  const order = random.fork('order');
  for (let epoch = 0; epoch < EPOCHS; epoch++) {
    const shuffled = order.shuffle(Int32Array.from(sequences.keys()));
    for (let first = 0; first + BATCH <= shuffled.length || first === 0; first += BATCH) {
      const part = Array.from(shuffled.subarray(first, first + BATCH), (at) => sequences[at]);
      await trainer.step(maskedBatch(part, length, draws, attributes?.codes));
    }
  }
  const parameters = trainer.parameters();
  await trainer.close();
  const encoder = createGraphCache(
    (given) => ({ next: tf.mul(first(encoded(given, given.tokens), given.tokens), 1) }),
    { name: 'sequence', threads: 1 },
  );
  return {
    items: (parameters.item.data as Float32Array).slice(2 * WIDTH),
    async encode(own) {
      const vectors = new Float32Array(own.length * WIDTH);
      for (let start = 0; start < own.length; start += BATCH) {
        const tokens = new Int32Array(BATCH * length);
        for (const [i, sequence] of own.slice(start, start + BATCH).entries())
          tokens.set([1, ...sequence.slice(0, length - 1).map((item) => item + 2)], i * length);
        const { next } = await encoder.run({ ...parameters, tokens: namedArray([BATCH, length], tokens, 'int32') });
        const count = Math.min(BATCH, own.length - start);
        vectors.set((next.data as Float32Array).subarray(0, count * WIDTH), start * WIDTH);
      }
      return vectors;
    },
    close: () => encoder.close(),
  };
}

/** Position 0 is always masked: what stands there is the last item of the sequence. */
function maskedBatch(sequences: readonly number[][], length: number, random: Random, attributes?: Int32Array): Arrays {
  const tokens = new Int32Array(BATCH * length);
  const positions = new Int32Array(BATCH * MASKED);
  const labels = new Int32Array(BATCH * MASKED);
  const weights = new Float32Array(BATCH * MASKED);
  const attributeLabels = new Int32Array(BATCH * MASKED);
  const attributeWeights = new Float32Array(BATCH * MASKED);
  for (const [i, sequence] of sequences.entries()) {
    let masked = 0;
    for (const [k, item] of sequence.slice(0, length).entries()) {
      const isMasked = masked < MASKED && (k === 0 || random.next() < MASK_SHARE);
      tokens[i * length + k] = isMasked ? 1 : item + 2;
      if (!isMasked) continue;
      const at = i * MASKED + masked++;
      positions[at] = i * length + k;
      labels[at] = item + 2;
      weights[at] = 1;
      attributeLabels[at] = Math.max(0, attributes?.[item] ?? 0);
      attributeWeights[at] = (attributes?.[item] ?? -1) < 0 ? 0 : 1;
    }
  }
  const flat = (values: Int32Array) => namedArray([values.length], values, 'int32');
  const column = (values: Float32Array) => namedArray([values.length], values);
  return {
    tokens: namedArray([BATCH, length], tokens, 'int32'),
    positions: flat(positions),
    labels: flat(labels),
    weights: column(weights),
    ...(attributes && { attributeLabels: flat(attributeLabels), attributeWeights: column(attributeWeights) }),
  };
}

function lossOf(parameters: Tensors, batch: Tensors, hasAttributes: boolean): Tensor {
  const hidden = encoded(parameters, batch.tokens);
  const masked = tf.gather(hidden, batch.positions as never) as Tensor;
  const mean = (losses: Tensor, weights: Tensor) =>
    tf.div(tf.sum(tf.mul(losses, weights)), tf.add(tf.sum(weights), 1)) as Tensor;
  const scores = tf.matMul(masked as never, parameters.item as never, false, true) as Tensor;
  const items = mean(softmaxCrossEntropy(scores, batch.labels), batch.weights);
  if (!hasAttributes) return items;
  const embedded = tf.gather(parameters.item, batch.labels as never) as Tensor;
  const attribute = (name: string, x: Tensor) =>
    mean(softmaxCrossEntropy(dense(parameters, name, x), batch.attributeLabels), batch.attributeWeights);
  return tf.addN([items, attribute('attribute of item', embedded), attribute('attribute of mask', masked)] as never[]);
}

/** @returns `[batch × length, WIDTH]` */
function encoded(parameters: Tensors, tokens: Tensor): Tensor {
  const [count, length] = tokens.shape;
  const isItem = tf.minimum(tf.cast(tokens, 'float32'), 1);
  const hidden = tf.mul(tf.reshape(tf.sub(1, isItem), [count, 1, length]), -1e9);
  const tokensFlat = tf.reshape(tokens, [count * length]);
  const embedded = tf.reshape(tf.gather(parameters.item, tokensFlat as never), [count, length, WIDTH]);
  let x = tf.reshape(tf.add(embedded, parameters.position), [count * length, WIDTH]) as Tensor;
  const normed = (name: string, y: Tensor) =>
    layerNorm(y, parameters[`${name}/gain`], parameters[`${name}/bias`]) as Tensor;
  for (let layer = 0; layer < LAYERS; layer++) {
    const own = normed(`${layer}/first`, x);
    const part = (name: string) => tf.reshape(dense(parameters, `${layer}/${name}`, own), [count, length, WIDTH]);
    const scores = tf.matMul(part('query') as never, part('key') as never, false, true) as Tensor;
    const weights = tf.softmax(tf.add(tf.mul(scores, 1 / Math.sqrt(WIDTH)), hidden));
    const mixed = tf.reshape(tf.matMul(weights as never, part('value') as never), [count * length, WIDTH]) as Tensor;
    x = tf.add(x, dense(parameters, `${layer}/mix`, mixed)) as Tensor;
    const inner = gelu(dense(parameters, `${layer}/inner`, normed(`${layer}/second`, x)));
    x = tf.add(x, dense(parameters, `${layer}/outer`, inner as Tensor)) as Tensor;
  }
  return normed('last', x);
}

/** The vectors at position 0. */
function first(hidden: Tensor, tokens: Tensor): Tensor {
  const [count, length] = tokens.shape;
  const cube = tf.reshape(hidden, [count, length, WIDTH]);
  return tf.reshape(tf.slice(cube, [0, 0, 0], [count, 1, WIDTH]), [count, WIDTH]) as Tensor;
}

function initialParameters(random: Random, tokens: number, length: number, attributes?: number): Arrays {
  const table = (name: string, rows: number) => {
    const draw = random.fork(name);
    return namedArray(
      [rows, WIDTH],
      Float32Array.from({ length: rows * WIDTH }, () => 0.1 * draw.normal()),
    );
  };
  const parameters: Arrays = { item: table('item', tokens), position: table('position', length) };
  const norm = (name: string) => {
    parameters[`${name}/gain`] = namedArray([WIDTH], new Float32Array(WIDTH).fill(1));
    parameters[`${name}/bias`] = namedArray([WIDTH], new Float32Array(WIDTH));
  };
  const add = (name: string, inputs: number, outputs: number) =>
    Object.assign(parameters, initialDense(random, name, inputs, outputs, Math.sqrt(1 / inputs)));
  for (let layer = 0; layer < LAYERS; layer++) {
    for (const name of ['query', 'key', 'value', 'mix']) add(`${layer}/${name}`, WIDTH, WIDTH);
    add(`${layer}/inner`, WIDTH, 4 * WIDTH);
    add(`${layer}/outer`, 4 * WIDTH, WIDTH);
    norm(`${layer}/first`);
    norm(`${layer}/second`);
  }
  norm('last');
  if (attributes !== undefined)
    for (const name of ['attribute of item', 'attribute of mask']) add(name, WIDTH, attributes);
  return parameters;
}
