/**
 * Training. One graph computes loss and gradients; several threads run it at once, each on a shard
 * of the batch. A second graph is the optimiser, which alternates between two sets of buffers.
 *
 * No array is allocated from step to step. A step that fails, whose loss or gradient is not finite,
 * or whose loss has diverged changes nothing. All randomness (dropout) comes from the given
 * generator, so equal seeds and equal numbers of shards give equal parameters, and `state()`
 * contains everything that a run needs to resume bit for bit.
 */
import { availableParallelism } from 'node:os';
import type { Random, RandomState } from '@lorekeep/core';
import { type Arrays, checkArray, mapValues } from '../arrays.ts';
import { errors } from '../errors.ts';
import { type AdamWOptions, checkAdamW, clipFactor } from './adamw.ts';
import { DivergenceCheck } from './divergence.ts';
import { createGradientRunner } from './gradient-runner.ts';
import type { Loss } from './loss.ts';
import { createOptimiserRunner } from './optimiser-runner.ts';
import { type BufferState, ParameterBuffers } from './parameter-buffers.ts';
import { gatherRows, type SparseTable, type WritableTable } from './sparse-table.ts';

export interface TrainerOptions {
  /**
   * The mean loss of a batch, a float32 scalar: a pure function of tensors, written with tfjs. The
   * rows of a table are among its parameters, under the name of the table.
   */
  loss: Loss;
  /** Initial values, which are copied. Parameters on which the loss does not depend keep them. */
  parameters: Arrays;
  optimiser: AdamWOptions;
  /** Drives dropout. */
  random: Random;
  /**
   * Number of threads that each compute a shard of every batch, in a session of their own. They
   * meet once per step instead of after every operation. Batch arrays are split along their first
   * axis, and the loss is the mean of the losses of all shards. It must therefore be a mean over
   * independent rows: not an in-batch softmax, and not a masked mean with unequal masks. A batch
   * that does not split evenly is a `GRAPH_BAD_FEED`. 1–256. Default 1.
   */
  shards?: number;
  /**
   * Number of parts into which each shard is split, computed one after another: activations then
   * stay in the cache of the processor, and memory falls. The loss must meet the same condition as
   * for `shards`. Default 1.
   */
  microBatches?: number;
  /** Names of batch arrays that are not split: every part gets all their rows. Default: none. */
  replicated?: readonly string[];
  /** Threads of all shards together. Default: one per available processor. */
  threads?: number;
  /** Tables; a step trains the rows that it names (see `createSparseTable`). Default: none. */
  tables?: Record<string, SparseTable>;
  /**
   * Keeps a running average of the parameters: e ← d e + (1 − d) p after each step t (from 0), with
   * d = min(averageDecay, (1 + t) / (10 + t)), so that early parameters are soon forgotten. At
   * least 0, below 1. Default: no average.
   */
  averageDecay?: number;
  /**
   * If a loss exceeds this multiple of the mean loss of the first ten steps, the step is not
   * applied and throws `GRAPH_DIVERGED`. Above 1; `Infinity` switches the check off. There is no
   * check if that mean is not positive. Default 10.
   */
  divergenceFactor?: number;
  /** Prefix of the profiles that ONNX Runtime writes of the first shard. Default: no profiles. */
  profile?: string;
}

export interface StepResult {
  loss: number;
  /** Global norm before clipping. */
  gradientNorm: number;
  learningRate: number;
}

/**
 * Everything that a run needs to resume bit for bit, except tables, which have their own state.
 * Arrays are copies.
 */
export interface TrainerState extends BufferState {
  step: number;
  random: RandomState;
  /** Losses of the first ten steps, for `divergenceFactor`. If absent, the next ten steps count. */
  firstLosses?: number[];
}

/**
 * For each table, the distinct rows that a step uses; −1 is an empty entry (see `distinctRows`).
 */
export type Rows = Record<string, Int32Array>;

export interface Trainer {
  /**
   * One optimiser step. Shapes that are new are compiled first.
   *
   * @throws LorekeepError `GRAPH_NOT_FINITE`, `GRAPH_DIVERGED` (nothing has changed), `GRAPH_RUN`
   *   if a thread ended (nothing has changed; the next step starts another thread), and those of
   *   compiling and running
   */
  step(batch: Arrays, rows?: Rows): Promise<StepResult>;
  /** Copies of the current parameters. */
  parameters(): Arrays;
  /**
   * Copies of the running averages.
   *
   * @throws LorekeepError `GRAPH_BAD_OPTION` without `averageDecay`
   */
  averages(): Arrays;
  state(): TrainerState;
  /** @throws LorekeepError `GRAPH_BAD_STATE` if names or shapes differ; then nothing has changed */
  restore(state: TrainerState): void;
  /** Loss and gradients without dropout, at the current parameters. */
  gradients(batch: Arrays, rows?: Rows): Promise<{ loss: number; gradients: Arrays }>;
  close(): Promise<void>;
}

/**
 * @throws LorekeepError `GRAPH_BAD_OPTION`, `GRAPH_BAD_FEED` (a parameter that is not a float32
 *   array of its shape)
 */
export async function createTrainer(options: TrainerOptions): Promise<Trainer> {
  checkOptions(options);
  const { loss, parameters, optimiser, random, tables = {}, averageDecay, divergenceFactor = 10, profile } = options;
  const { shards = 1, microBatches = 1, threads = availableParallelism() } = options;
  const decays = optimiser.decays ?? ((_: string, shape: readonly number[]) => shape.length > 1);
  const buffers = new ParameterBuffers(parameters, { decays, shards, averaged: averageDecay !== undefined });
  const split = { shards, microBatches, replicated: new Set(options.replicated) };
  const threadsPerShard = Math.max(1, Math.floor(threads / shards));
  const gradientRunner = createGradientRunner({ loss, buffers, random, split, threadsPerShard, profile });
  const optimiserRunner = createOptimiserRunner(buffers, optimiser, threads);
  const divergence = new DivergenceCheck(divergenceFactor);
  let completedSteps = 0;
  let closed = false;
  let last: Promise<unknown> = Promise.resolve();

  async function applyStep(batch: Arrays, rows: Rows): Promise<StepResult> {
    const gathered = gatherRows(tables, rows);
    const found = await gradientRunner.run(batch, gathered, true);
    const rowGradients = mapValues(gathered, (_, name) => found.sumOf(name)?.data as Float32Array | undefined);
    let outside = 0;
    for (const gradient of Object.values(rowGradients)) if (gradient) outside += squaredNorm(gradient);
    const reached = found.reached.filter((name) => !(name in tables));
    const { gradientNorm, learningRate } = await optimiserRunner.run({ step: completedSteps, outside, reached });
    divergence.check(found.loss, gradientNorm, completedSteps);

    const at = { step: completedSteps, learningRate, clip: clipFactor(gradientNorm, optimiser) };
    for (const [name, gradient] of Object.entries(rowGradients))
      if (gradient) (tables[name] as WritableTable).apply(rows[name], gradient, optimiser, at);
    buffers.swap();
    completedSteps++;
    buffers.updateAverages(averageDecay ?? 0, completedSteps);
    divergence.record(found.loss);
    return { loss: found.loss, gradientNorm, learningRate };
  }

  async function step(batch: Arrays, rows: Rows): Promise<StepResult> {
    const before = random.state();
    try {
      return await applyStep(batch, rows);
    } catch (error) {
      random.restore(before);
      throw error;
    }
  }

  async function gradients(batch: Arrays, rows: Rows): Promise<{ loss: number; gradients: Arrays }> {
    const { loss, reached, sumOf } = await gradientRunner.run(batch, gatherRows(tables, rows), false);
    const sums = reached.flatMap((name) => {
      const sum = sumOf(name);
      return sum === undefined ? [] : [[name, sum] as const];
    });
    return { loss, gradients: Object.fromEntries(sums) };
  }

  /** Runs one piece of work after the other. */
  const enqueue = <T>(work: () => Promise<T>): Promise<T> => {
    const result = last.then(() => {
      if (closed) throw errors.GRAPH_CLOSED({ what: 'trainer' });
      return work();
    });
    last = result.catch(() => {});
    return result;
  };

  return {
    step: (batch, rows = {}) => enqueue(() => step(batch, rows)),
    gradients: (batch, rows = {}) => enqueue(() => gradients(batch, rows)),
    parameters: () => buffers.copyOf('parameter'),
    averages() {
      const averages = buffers.copyOfAverages();
      if (averages !== undefined) return averages;
      throw errors.GRAPH_BAD_OPTION({ name: 'averageDecay', problem: 'was not given, so there are no averages' });
    },
    state: () => ({
      step: completedSteps,
      random: random.state(),
      ...buffers.state(),
      firstLosses: divergence.state(),
    }),
    restore(state) {
      buffers.check(state);
      if (!Number.isInteger(state.step) || state.step < 0)
        throw errors.GRAPH_BAD_STATE({ problem: `the step must be an integer from 0, not ${state.step}` });
      buffers.restore(state);
      completedSteps = state.step;
      divergence.restore(state.firstLosses ?? []);
      random.restore(state.random);
    },
    async close() {
      closed = true;
      await last;
      await gradientRunner.close();
      await optimiserRunner.close();
    },
  };
}

function checkOptions(options: TrainerOptions): void {
  const { parameters, optimiser, shards, microBatches, threads, tables = {}, averageDecay } = options;
  const { divergenceFactor = 10 } = options;
  checkAdamW(optimiser);
  checkCount('shards', shards, 256);
  checkCount('microBatches', microBatches);
  checkCount('threads', threads);
  if (averageDecay !== undefined && !(averageDecay >= 0 && averageDecay < 1))
    throw errors.GRAPH_BAD_OPTION({ name: 'averageDecay', problem: `must be in [0, 1), not ${averageDecay}` });
  if (!(divergenceFactor > 1))
    throw errors.GRAPH_BAD_OPTION({ name: 'divergenceFactor', problem: `must be above 1, not ${divergenceFactor}` });
  for (const [name, array] of Object.entries(parameters)) {
    if (name in tables)
      throw errors.GRAPH_BAD_OPTION({ name: 'tables', problem: `and parameters both contain "${name}"` });
    if (array.dtype !== 'float32')
      throw errors.GRAPH_BAD_FEED({ name, problem: 'is a parameter, so it must be float32' });
    checkArray(name, array);
  }
}

function checkCount(name: string, value = 1, max = Number.POSITIVE_INFINITY): void {
  if (Number.isInteger(value) && value >= 1 && value <= max) return;
  const range = Number.isFinite(max) ? `from 1 to ${max}` : 'from 1';
  throw errors.GRAPH_BAD_OPTION({ name, problem: `must be an integer ${range}, not ${value}` });
}

function squaredNorm(array: Float32Array): number {
  let sum = 0;
  for (let i = 0; i < array.length; i++) sum += array[i] * array[i];
  return sum;
}
