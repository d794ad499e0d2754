/** A network of the bench on its way through the frozen windows, as `walk.ts` for the base ranker. */
import { createRandom, type Random } from '@lorekeep/core';
import {
  type Arrays,
  createGraphCache,
  createSparseTable,
  createTrainer,
  namedArray,
  type Tensors,
  tf,
} from '@lorekeep/graph';
import { createBehaviours, recordRows } from '@lorekeep/ranking';
import type { MethodContext } from '../contract.ts';
import { FIRST_SCORED } from '../real-log.ts';
import { LENGTH, rankerSettings } from '../settings.ts';
import { createStudyReader, type StudyReader } from './examples.ts';
import { DIM, type Tensor } from './layers.ts';

const SCORE_BATCH = 1024;

/** A network, and what it needs of each row beside the examples. */
export interface StudyNetwork {
  parameters(random: Random, reader: StudyReader): Arrays;
  /** `[batch, 1]` */
  logits(parameters: Tensors, batch: Tensors, reader: StudyReader): Tensor;
  /** A mean over rows; `batch.labels` and `batch.weights` are `[batch, 1]`. */
  loss(parameters: Tensors, batch: Tensors, reader: StudyReader): Tensor;
  /** Further arrays of a batch, whose first axis is `size`. */
  extra?(rows: Int32Array, window: number, size: number): Arrays;
  /** Whether it trains on a row. Default: on the rows of the target. */
  trains?(row: number): boolean;
  batch?: number;
}

/** @returns one score for each scored row of the target */
export async function studyWalk(context: MethodContext, network: StudyNetwork): Promise<Float32Array> {
  const { impressions, target, seed } = context;
  const { log } = impressions.data;
  const { batch: own = 512, learningRate = 2e-3 } = rankerSettings(target);
  const batchSize = network.batch ?? own;
  const behaviours = createBehaviours(LENGTH);
  const reader = createStudyReader(impressions, behaviours);
  const random = createRandom(seed);
  const order = random.fork('order');
  const table = createSparseTable({
    rows: reader.tableRows,
    dim: DIM,
    initial(row, into) {
      const draw = createRandom(Math.imul(seed, 0x9e3779b1) ^ Math.imul(row + 1, 0x85ebca6b));
      for (let i = 0; i < into.length; i++) into[i] = 0.01 * draw.normal();
    },
  });
  const trainer = await createTrainer({
    loss: (parameters, batch) => network.loss(parameters, batch, reader).asScalar(),
    parameters: network.parameters(random, reader),
    optimiser: { learningRate, beta2: 0.999, weightDecay: 0, clipNorm: Number.POSITIVE_INFINITY },
    random: random.fork('dropout'),
    threads: 1,
    tables: { embedding: table },
    divergenceFactor: Number.POSITIVE_INFINITY,
  });
  const scorer = createGraphCache((given) => ({ logits: tf.mul(network.logits(given, given, reader), 1) }), {
    name: 'study',
    threads: 1,
  });

  async function score(rows: Int32Array, window: number): Promise<number[]> {
    const scores: number[] = [];
    const parameters = trainer.parameters();
    for (let first = 0; first < rows.length; first += SCORE_BATCH) {
      const part = rows.subarray(first, first + SCORE_BATCH);
      const { rows: named, batch } = reader.read(part, SCORE_BATCH);
      const extra = network.extra?.(part, window, SCORE_BATCH) ?? {};
      const { logits } = await scorer.run({ ...parameters, embedding: table.gather(named), ...batch, ...extra });
      for (let i = 0; i < part.length; i++) scores.push((logits.data as Float32Array)[i]);
    }
    return scores;
  }

  async function train(rows: Int32Array, window: number): Promise<void> {
    const shuffled = order.shuffle(Int32Array.from(rows));
    for (let first = 0; first < shuffled.length; first += batchSize) {
      const part = shuffled.subarray(first, first + batchSize);
      const { rows: named, batch } = reader.read(part, batchSize);
      const column = (values: ArrayLike<number>) => {
        const into = new Float32Array(batchSize);
        into.set(values);
        return namedArray([batchSize, 1], into);
      };
      const labels = column(impressions.labels(target, part));
      const weights = column(new Uint8Array(part.length).fill(1));
      const extra = network.extra?.(part, window, batchSize) ?? {};
      await trainer.step({ ...batch, ...extra, labels, weights }, { embedding: named });
    }
  }

  try {
    recordRows(behaviours, log, impressions.history);
    const scores: number[] = [];
    const trains = network.trains ?? ((row: number) => impressions.isTraining(target, row));
    for (const [w, window] of impressions.windows.entries()) {
      const rows = window.rows.filter((row) => impressions.isOn(target, row));
      if (w >= FIRST_SCORED) for (const value of await score(rows, w)) scores.push(value);
      for (const day of window.days) await train(day.filter(trains), w);
      recordRows(behaviours, log, window.rows);
    }
    return Float32Array.from(scores);
  } finally {
    await trainer.close();
    await scorer.close();
  }
}
