/** Small models that several tests train. */
import { createRandom } from '@lorekeep/core';
import { createTrainer, softmaxCrossEntropy, type Trainer, type TrainerOptions, tf } from '../../src/index.ts';
import { randomArrays } from '../compare.ts';

export const line: TrainerOptions['loss'] = (p, { x, y }) =>
  tf.mul(tf.mean(tf.squaredDifference(tf.add(tf.matMul(x, p.w), p.b), y)), 3);
export const lineBatch = (rows = 4, seed = 1) =>
  randomArrays({ x: { shape: [rows, 3] }, y: { shape: [rows, 2] } }, seed);
export const lineStart = () => randomArrays({ w: { shape: [3, 2] }, b: { shape: [2] } }, 2);

/** A small network with the parts of a real one: a table, dropout, a softmax. */
export const network: TrainerOptions['loss'] = (p, { ids, labels }, context) => {
  const embedded = context.dropout(tf.gather(p.table, ids as never), 0.2);
  const hidden = context.dropout(tf.relu(tf.matMul(embedded, p.hidden)), 0.5);
  return tf.mean(softmaxCrossEntropy(tf.matMul(hidden, p.table, false, true), labels));
};
export const networkStart = () => randomArrays({ table: { shape: [11, 6] }, hidden: { shape: [6, 6] } }, 3);
export const networkBatch = (seed: number, rows = 8) =>
  randomArrays(
    {
      ids: { shape: [rows], dtype: 'int32', range: [0, 11] },
      labels: { shape: [rows], dtype: 'int32', range: [0, 11] },
    },
    seed,
  );

/** Trains the line unless `options` say otherwise, and closes the trainer. */
export async function withTrainer<T>(
  options: Partial<TrainerOptions>,
  use: (trainer: Trainer) => Promise<T>,
): Promise<T> {
  const trainer = await createTrainer({
    loss: line,
    parameters: lineStart(),
    optimiser: { learningRate: 0.05 },
    random: createRandom(5),
    threads: 1,
    ...options,
  });
  try {
    return await use(trainer);
  } finally {
    await trainer.close();
  }
}
