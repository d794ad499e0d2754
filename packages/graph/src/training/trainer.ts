/**
 * Training: a graph for loss and gradients, run on a share of the batch by each of a few threads at once, and a graph
 * for the optimiser, run over two sets of buffers in turn.
 *
 * A step reads parameters and moments from one set, and ONNX Runtime writes their successors into the other; then the
 * two change places. Nothing is allocated from step to step, and a step that failed, whose loss or gradient is not
 * finite, or whose loss has exploded, has changed nothing. All randomness (dropout) comes from the generator given,
 * so equal seeds and equally many shares give equal parameters, and `state()` carries everything a run needs to go on
 * bit for bit.
 */
import { availableParallelism } from 'node:os';
import type { Random, RandomState } from '@lorekeep/core';
import { type ArrayData, type Arrays, dataFits, namedArray, sizeOf } from '../arrays.ts';
import { lower } from '../compiler/compile.ts';
import { Graph } from '../compiler/ir.ts';
import { badFeed, badOption, badState, diverged, notFinite, sessionClosed } from '../errors.ts';
import { createSession, type GraphSession } from '../runtime/session.ts';
import { ADAMW_DEFAULTS, type AdamWOptions, adamWStep, checkAdamW } from './adamw.ts';
import { maskSeed } from './dropout.ts';
import { fillMask, maskBytes } from './dropout-mask.ts';
import { type GradientGraph, gradientGraph, type Loss, shareOf } from './gradient-graph.ts';
import { flatArray, layoutOf, type Run, runsOf, viewsOf } from './parameter-layout.ts';
import { type ShareThread, sharedArray, startShare } from './shard-thread.ts';
import type { SparseTable, WritableTable } from './sparse-table.ts';

export interface TrainerOptions {
  /**
   * The mean loss of a batch, a float32 scalar: a pure function of tensors, written with tfjs. A table's rows are among
   * its parameters, under the table's name.
   */
  loss: Loss;
  /** Initial values (copied). Those the loss does not reach keep them. */
  parameters: Arrays;
  optimiser: AdamWOptions;
  /** Drives dropout. */
  random: Random;
  /**
   * Threads that each compute a share of every batch, in a session of their own; they meet once a step instead of after
   * every operation. Batch arrays are cut along their first axis, and the loss is the mean of the shares' losses, so it
   * must itself be a mean over rows that do not see each other (not an in-batch softmax, not a masked mean with unequal
   * masks). A batch that cannot be cut equally is a `GRAPH_BAD_FEED`. 1–256. Default 1.
   */
  shares?: number;
  /**
   * Cuts each share again, into parts computed one after another: activations then stay in the processor's cache and
   * memory falls. What is asked of the loss is the same. Default 1.
   */
  microBatches?: number;
  /** Batch arrays that are not cut: every part reads them whole. Default: none. */
  whole?: readonly string[];
  /** All shares together. Default: all the machine offers. */
  threads?: number;
  /** Tables whose rows are trained where a batch names them (see `createSparseTable`). Default: none. */
  tables?: Record<string, SparseTable>;
  /**
   * Keeps a running average of the parameters: e ← d e + (1 − d) p after each step t (from 0), with
   * d = min(this, (1 + t) / (10 + t)), so that the start is soon forgotten. In [0, 1). Default: none is kept.
   */
  averageDecay?: number;
  /**
   * Training is over when a loss exceeds this many times the mean loss of the first ten steps: the step is not taken and
   * `GRAPH_DIVERGED` thrown. Above 1; `Infinity` never. Losses that begin at or below zero are not watched. Default 10.
   */
  explosion?: number;
  /** Writes ONNX Runtime profiles of the first share with this prefix. Default: none. */
  profile?: string;
}

export interface StepResult {
  loss: number;
  /** Global norm before clipping. */
  gradientNorm: number;
  learningRate: number;
}

/** Everything needed to go on bit for bit, but for tables: these save themselves. Arrays are copies. */
export interface TrainerState {
  step: number;
  random: RandomState;
  parameters: Arrays;
  /** First and second moments, under the parameters' names. */
  m: Arrays;
  v: Arrays;
  /** Present where an average is kept. */
  averages?: Arrays;
  /** Those of the first ten steps, by which an explosion is told. Absent: told from here on. */
  firstLosses?: number[];
}

/** For each table, the rows that a step touches: different from each other, −1 for none (see `distinctRows`). */
export type Rows = Record<string, Int32Array>;

export interface Trainer {
  /**
   * One optimiser step. The graph is compiled at the first sight of the batch's shapes.
   *
   * @throws LorekeepError `GRAPH_NOT_FINITE`, `GRAPH_DIVERGED` (nothing has changed), `GRAPH_RUN` where a thread ended
   *   (nothing has changed; the next step starts another), and what compiling and running throw
   */
  step(batch: Arrays, rows?: Rows): Promise<StepResult>;
  /** Copies of the current parameters. */
  parameters(): Arrays;
  /** Copies of their running averages. @throws LorekeepError `GRAPH_BAD_OPTION` where none are kept */
  averages(): Arrays;
  state(): TrainerState;
  /** @throws LorekeepError `GRAPH_BAD_STATE` if names or shapes differ; nothing is changed then */
  restore(state: TrainerState): void;
  /** Loss and gradients without dropout, at the current parameters. */
  gradients(batch: Arrays, rows?: Rows): Promise<{ loss: number; gradients: Arrays }>;
  close(): Promise<void>;
}

/** One of the two sets of buffers: flat arrays and the parameters in them by name. */
interface Buffers {
  flat: { parameter: Float32Array; m: Float32Array; v: Float32Array };
  parameters: Arrays;
}

/** What one share works in. The first runs on the caller's thread, in `session`; the others in `threads`. */
interface Share {
  /** Batch and rows, for shares in other threads. */
  inputs: Arrays;
  outputs: Arrays;
}

interface StepGraph extends GradientGraph {
  id: number;
  session: GraphSession;
  masks: Uint8Array[];
  shares: Share[];
  threads: ShareThread[];
}

interface OptimiserGraph {
  session: GraphSession;
  runs: Run[];
  rest: Run[];
}

const FIRST_LOSSES = 10;

/**
 * @throws LorekeepError `GRAPH_BAD_OPTION`, `GRAPH_BAD_FEED` (a parameter that is not a float32 array of its shape)
 */
export async function createTrainer(options: TrainerOptions): Promise<Trainer> {
  const { loss, optimiser, random, shares = 1, microBatches = 1, tables = {}, averageDecay, explosion = 10 } = options;
  const { threads = availableParallelism(), profile } = options;
  checkAdamW(optimiser);
  checkCount('shares', shares, 256);
  checkCount('microBatches', microBatches);
  checkCount('threads', threads);
  if (averageDecay !== undefined && !(averageDecay >= 0 && averageDecay < 1))
    throw badOption('averageDecay', `must be in [0, 1), not ${averageDecay}`);
  if (!(explosion > 1)) throw badOption('explosion', `must be above 1, not ${explosion}`);
  const names = Object.keys(options.parameters);
  for (const [name, { shape, dtype, data }] of Object.entries(options.parameters)) {
    if (name in tables) throw badOption('tables', `and parameters both name "${name}"`);
    if (dtype !== 'float32' || !dataFits(dtype, data)) throw badFeed(name, 'is a parameter and must be float32');
    if (data.length !== sizeOf(shape)) throw badFeed(name, `has ${data.length} values for the shape [${shape}]`);
  }
  const whole = new Set(options.whole);
  const threadsPerShare = Math.max(1, Math.floor(threads / shares));
  const decays = optimiser.decays ?? ((_: string, shape: readonly number[]) => shape.length > 1);
  const layout = layoutOf(options.parameters, decays);
  const flat = () => flatArray(layout, shares > 1);
  const newBuffers = (): Buffers => {
    const parameter = flat();
    return { flat: { parameter, m: flat(), v: flat() }, parameters: viewsOf(layout, parameter, names) };
  };
  const buffers = [newBuffers(), newBuffers()];
  const gradients = Array.from({ length: shares }, flat);
  const averages = averageDecay === undefined ? undefined : flat();
  for (const { parameters } of buffers) fill(parameters, options.parameters);
  averages?.set(buffers[0].flat.parameter);

  let current = 0;
  let taken = 0;
  let firstLosses: number[] = [];
  let closed = false;
  let last: Promise<unknown> = Promise.resolve();
  let graphCount = 0;
  let workers: ShareThread[] = [];
  const graphs = new Map<string, Promise<StepGraph>>();
  const optimisers = new Map<string, Promise<OptimiserGraph>>();

  /** Builds once a key; what failed is tried again at the next call. */
  function once<T>(known: Map<string, Promise<T>>, key: string, build: () => Promise<T>): Promise<T> {
    let found = known.get(key);
    if (found === undefined) {
      found = build();
      found.catch(() => known.delete(key));
      known.set(key, found);
    }
    return found;
  }

  async function graphFor(parts: Arrays[], rows: Arrays, training: boolean): Promise<StepGraph> {
    const key = `${training} ${JSON.stringify(
      Object.entries({ ...parts[0], ...rows })
        .map(([name, { shape, dtype }]) => [name, dtype, ...shape])
        .sort(),
    )}`;
    if (workers.some(({ alive }) => !alive)) {
      // Graphs live in the threads, so all of them are loaded anew.
      await closeGraphs();
    }
    return once(graphs, key, () => build(parts, rows, training));
  }

  async function build(parts: Arrays[], rows: Arrays, training: boolean): Promise<StepGraph> {
    const given = { ...options.parameters, ...rows };
    const graph = gradientGraph(loss, given, parts[0], { training, parts: microBatches, scale: 1 / shares, whole });
    const { compiled, sites, reached } = graph;
    const id = graphCount++;
    const session = await createSession(compiled, {
      threads: threadsPerShare,
      ...(training && profile !== undefined ? { profile } : {}),
    });
    while (workers.length < shares - 1) workers.push(startShare('training step'));
    const inputs = { ...prefixed('batch', parts[0]), ...prefixed('parameter', rows) };
    const made = Array.from({ length: shares }, (_, share): Share => {
      const views = viewsOf(layout, gradients[share], names);
      const outputs: Arrays = { loss: sharedArray([], 'float32') };
      for (const name of reached) outputs[`gradient/${name}`] = views[name] ?? sharedArray(rows[name].shape, 'float32');
      const own = share === 0 ? {} : mapped(inputs, ({ shape, dtype }) => sharedArray(shape, dtype));
      return { inputs: own, outputs };
    });
    try {
      await Promise.all(
        workers.map((worker, i) =>
          worker.load({
            id,
            onnx: compiled.onnx,
            threads: threadsPerShare,
            feeds: made[i + 1].inputs,
            sets: buffers.map(({ parameters }) => prefixed('parameter', parameters)),
            into: made[i + 1].outputs,
            sites,
          }),
        ),
      );
    } catch (error) {
      await session.close();
      throw error;
    }
    return { ...graph, id, session, masks: sites.map(({ size }) => maskBytes(size)), shares: made, threads: workers };
  }

  /** Leaves loss and gradients in the shares' outputs. */
  async function differentiate(batch: Arrays, rows: Arrays, training: boolean): Promise<StepGraph> {
    if (shares * microBatches > 1)
      for (const [name, { shape, dtype, data }] of Object.entries(batch))
        if (!dataFits(dtype, data) || data.length !== sizeOf(shape))
          throw badFeed(name, `does not hold ${dtype} data for the shape [${shape}]`);
    const parts = Array.from({ length: shares }, (_, share) => shareOf(batch, share, shares, microBatches, whole));
    const graph = await graphFor(parts, rows, training);
    const { id, session, masks, sites, threads: others } = graph;
    const seeds = parts.map(() => sites.map(() => maskSeed(random)));
    const running = others.map((thread, i) => {
      const { inputs } = graph.shares[i + 1];
      fill(inputs, { ...prefixed('batch', parts[i + 1]), ...prefixed('parameter', rows) });
      return thread.run({ id, set: current, seeds: seeds[i + 1] });
    });
    // Wait for all of them even where one fails: they write to shared memory.
    const finished = Promise.allSettled(running);
    const feeds: Arrays = {
      ...prefixed('batch', parts[0]),
      ...prefixed('parameter', buffers[current].parameters),
      ...prefixed('parameter', rows),
    };
    for (const [i, { name, shape, dropped }] of sites.entries()) {
      fillMask(masks[i], dropped, seeds[0][i]);
      feeds[name] = namedArray([...shape], masks[i], 'uint8');
    }
    const own = await Promise.allSettled([session.run(feeds, graph.shares[0].outputs)]);
    for (const outcome of [...own, ...(await finished)]) if (outcome.status === 'rejected') throw outcome.reason;
    return graph;
  }

  async function optimiserFor(reached: readonly string[]): Promise<OptimiserGraph> {
    return once(optimisers, JSON.stringify(reached), async () => {
      const { runs, rest } = runsOf(layout, new Set(reached));
      const graph = new Graph();
      const step = graph.input('step', [], 'float32');
      const outside = graph.input('outside', [], 'float32');
      const inputs = runs.map(({ begin, end, decays }, i) => {
        const input = (kind: string) => graph.input(`${kind}/${i}`, [end - begin], 'float32');
        const sums = gradients.map((_, share) => input(`gradient${share}`));
        return { parameter: input('parameter'), m: input('m'), v: input('v'), gradients: sums, decays };
      });
      const { next, gradientNorm, learningRate } = adamWStep(graph, step, outside, inputs, optimiser);
      const outputs = { gradientNorm, learningRate };
      for (const [i, moments] of next.entries())
        Object.assign(
          outputs,
          Object.fromEntries(Object.entries(moments).map(([kind, value]) => [`next/${kind}/${i}`, value])),
        );
      return { session: await createSession(lower(graph, outputs, 'optimiser'), { threads }), runs, rest };
    });
  }

  async function step(batch: Arrays, rows: Rows): Promise<StepResult> {
    if (closed) throw sessionClosed('trainer');
    const before = random.state();
    try {
      const gathered = gather(rows);
      const graph = await differentiate(batch, gathered, true);
      const lossValue = sumOf(graph.shares.map(({ outputs }) => Number(outputs.loss.data[0])));
      const rowGradients = mapped(gathered, (_, name) => {
        const summed = graph.shares.map(({ outputs }) => outputs[`gradient/${name}`]).filter((found) => found);
        return summed.length === 0 ? undefined : addedInto(summed.map(({ data }) => data as Float32Array));
      });
      let outside = 0;
      for (const gradient of Object.values(rowGradients)) if (gradient) outside += squaredNorm(gradient);
      const { session, runs, rest } = await optimiserFor(graph.reached.filter((name) => !(name in tables)));
      const from = buffers[current];
      const to = buffers[1 - current];
      const feeds: Arrays = {
        step: namedArray([], Float32Array.of(taken)),
        outside: namedArray([], Float32Array.of(outside)),
      };
      const into: Arrays = {};
      for (const [i, { begin, end }] of runs.entries()) {
        const view = (data: Float32Array) => namedArray([end - begin], data.subarray(begin, end));
        for (const [share, gradient] of gradients.entries()) feeds[`gradient${share}/${i}`] = view(gradient);
        for (const kind of ['parameter', 'm', 'v'] as const) {
          feeds[`${kind}/${i}`] = view(from.flat[kind]);
          into[`next/${kind}/${i}`] = view(to.flat[kind]);
        }
      }
      const results = await session.run(feeds, into);
      const gradientNorm = Number(results.gradientNorm.data[0]);
      const learningRate = Number(results.learningRate.data[0]);
      if (!Number.isFinite(lossValue) || !Number.isFinite(gradientNorm))
        throw notFinite(lossValue, gradientNorm, taken);
      const usual = firstLosses.length < FIRST_LOSSES ? 0 : sumOf(firstLosses) / FIRST_LOSSES;
      if (usual > 0 && lossValue > explosion * usual) throw diverged(lossValue, usual, taken);

      const { clipNorm } = { ...ADAMW_DEFAULTS, ...optimiser };
      const clip = Math.min(1, clipNorm / (gradientNorm + 1e-6));
      for (const [name, gradient] of Object.entries(rowGradients))
        if (gradient)
          (tables[name] as WritableTable).apply(rows[name], gradient, optimiser, { step: taken, learningRate, clip });
      for (const { begin, end } of rest)
        for (const kind of ['parameter', 'm', 'v'] as const)
          to.flat[kind].set(from.flat[kind].subarray(begin, end), begin);
      current = 1 - current;
      taken++;
      if (averages !== undefined) average(averages, to.flat.parameter, averageDecay as number, taken);
      if (firstLosses.length < FIRST_LOSSES) firstLosses.push(lossValue);
      return { loss: lossValue, gradientNorm, learningRate };
    } catch (error) {
      random.restore(before);
      throw error;
    }
  }

  function gather(rows: Rows): Arrays {
    for (const name of Object.keys(rows)) if (!(name in tables)) throw badFeed(name, 'has rows but is no table');
    return mapped(tables, (table, name) => {
      const ids = rows[name];
      if (ids === undefined) throw badFeed(name, 'is a table; the step must say which rows it touches');
      const real = ids.filter((id) => id >= 0);
      if (new Set(real).size < real.length) throw badFeed(name, 'is asked for the same row twice');
      return table.gather(ids);
    });
  }

  async function closeGraphs(): Promise<void> {
    const open = [...graphs.values()];
    const idle = workers;
    graphs.clear();
    workers = [];
    await Promise.allSettled(open.map(async (pending) => (await pending).session.close()));
    await Promise.allSettled(idle.map((worker) => worker.close()));
  }

  const viewsIn = (kind: 'parameter' | 'm' | 'v') => viewsOf(layout, buffers[current].flat[kind], names);
  const queued = <T>(work: () => Promise<T>): Promise<T> => {
    const result = last.then(work);
    last = result.catch(() => {});
    return result;
  };

  return {
    step: (batch, rows = {}) => queued(() => step(batch, rows)),
    parameters: () => copies(viewsIn('parameter')),
    averages() {
      if (averages === undefined) throw badOption('averageDecay', 'was not given, so no averages are kept');
      return copies(viewsOf(layout, averages, names));
    },
    state: () => ({
      step: taken,
      random: random.state(),
      parameters: copies(viewsIn('parameter')),
      m: copies(viewsIn('m')),
      v: copies(viewsIn('v')),
      ...(averages === undefined ? {} : { averages: copies(viewsOf(layout, averages, names)) }),
      firstLosses: [...firstLosses],
    }),
    restore(state) {
      const own = buffers[0].parameters;
      for (const kind of ['parameters', 'm', 'v'] as const) checkSame(kind, own, state[kind]);
      if (averages !== undefined) checkSame('averages', own, state.averages);
      if (!Number.isInteger(state.step) || state.step < 0) throw badState(`the step ${state.step} is no count`);
      for (const { flat, parameters } of buffers) {
        fill(parameters, state.parameters);
        fill(viewsOf(layout, flat.m, names), state.m);
        fill(viewsOf(layout, flat.v, names), state.v);
      }
      if (averages !== undefined) fill(viewsOf(layout, averages, names), state.averages as Arrays);
      taken = state.step;
      firstLosses = [...(state.firstLosses ?? [])];
      random.restore(state.random);
    },
    gradients: (batch, rows = {}) =>
      queued(async () => {
        if (closed) throw sessionClosed('trainer');
        const { shares: done, reached } = await differentiate(batch, gather(rows), false);
        const found = Object.fromEntries(
          reached.map((name) => {
            const each = done.map(({ outputs }) => outputs[`gradient/${name}`]);
            return [name, namedArray([...each[0].shape], addedInto(each.map(({ data }) => data as Float32Array)))];
          }),
        );
        return { loss: sumOf(done.map(({ outputs }) => Number(outputs.loss.data[0]))), gradients: found };
      }),
    async close() {
      closed = true;
      await last;
      await closeGraphs();
      const open = [...optimisers.values()];
      optimisers.clear();
      await Promise.allSettled(open.map(async (pending) => (await pending).session.close()));
    },
  };
}

function checkCount(name: string, value: number, most = Number.POSITIVE_INFINITY): void {
  if (!Number.isInteger(value) || value < 1 || value > most)
    throw badOption(name, `must be an integer from 1${Number.isFinite(most) ? ` to ${most}` : ''}, not ${value}`);
}

/** e ← d e + (1 − d) p, d = min(decay, t / (9 + t)) after t steps. */
function average(averages: Float32Array, parameters: Float32Array, decay: number, steps: number): void {
  const take = 1 - Math.min(decay, steps / (9 + steps));
  for (let i = 0; i < averages.length; i++) averages[i] += take * (parameters[i] - averages[i]);
}

const sumOf = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0);

/** A new array. */
function addedInto(arrays: readonly Float32Array[]): Float32Array {
  const sum = new Float32Array(arrays[0]);
  for (const array of arrays.slice(1)) for (let i = 0; i < sum.length; i++) sum[i] += array[i];
  return sum;
}

function squaredNorm(array: Float32Array): number {
  let sum = 0;
  for (let i = 0; i < array.length; i++) sum += array[i] * array[i];
  return sum;
}

function mapped<T, U>(record: Record<string, T>, fn: (value: T, name: string) => U): Record<string, U> {
  return Object.fromEntries(Object.entries(record).map(([name, value]) => [name, fn(value, name)]));
}

function prefixed(prefix: string, arrays: Arrays): Arrays {
  return Object.fromEntries(Object.entries(arrays).map(([name, array]) => [`${prefix}/${name}`, array]));
}

/** Copies values by name. */
function fill(into: Arrays, from: Arrays): void {
  for (const [name, { data }] of Object.entries(into)) (data as Float32Array).set(from[name].data as Float32Array);
}

function copies(arrays: Arrays): Arrays {
  return mapped(arrays, ({ shape, dtype, data }) => ({ shape: [...shape], dtype, data: copied(data) }));
}

/** Out of shared memory, so that it is the caller's alone. */
function copied(data: ArrayData): ArrayData {
  return new (data.constructor as new (values: ArrayData) => ArrayData)(data);
}

function checkSame(kind: string, own: Arrays, given: Arrays | undefined): void {
  for (const [name, { shape, data }] of Object.entries(own)) {
    const array = given?.[name];
    if (array === undefined) throw badState(`${kind} lacks "${name}"`);
    if (array.dtype !== 'float32' || String(array.shape) !== String(shape) || array.data.length !== data.length)
      throw badState(`${kind} has "${name}" as ${array.dtype} [${array.shape}], not float32 [${shape}]`);
  }
  for (const name of Object.keys(given ?? {}))
    if (!(name in own)) throw badState(`${kind} has "${name}", which this model lacks`);
}
