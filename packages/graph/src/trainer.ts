/**
 * Training: loss, gradients and optimiser of a model in one graph a batch shape, run over two sets of buffers in turn.
 *
 * A step reads parameters and moments from one set and ONNX Runtime writes their successors into the other; then the
 * two change places. Nothing is allocated from step to step, and a step that failed, or whose loss or gradient is not
 * finite, has changed nothing. All randomness (dropout) comes from the generator given, so equal seeds give equal
 * parameters, and `state()` carries everything a run needs to go on bit for bit.
 */
import type { Random, RandomState } from '@lorekeep/core';
import type { Scalar, Tensor } from '@tensorflow/tfjs';
import { type AdamWOptions, adamWStep, checkAdamW, type Moments } from './adamw.ts';
import { lower, tensorOf, traced } from './compile.ts';
import { badFeed, badLoss, badOption, badState, notFinite, sessionClosed } from './errors.ts';
import { Graph, type Value } from './ir.ts';
import { createSession, type GraphSession } from './session.ts';
import { tf } from './tf.ts';
import { type Arrays, allocate, dataFits, namedArray, sizeOf, type Tensors } from './types.ts';

/** What a model is told about the run it is part of. */
export interface ModelContext {
  readonly training: boolean;
  /** Zeroes elements with probability `rate` (to the nearest 1/256) and scales the rest; `x` itself outside training. */
  dropout(x: Tensor, rate: number): Tensor;
}

/** The context for everything but training: no dropout. */
export const inference: ModelContext = { training: false, dropout: (x) => x };

export interface TrainerOptions {
  /** The mean loss of a batch, a float32 scalar: a pure function of tensors, written with tfjs. */
  loss: (parameters: Tensors, batch: Tensors, context: ModelContext) => Tensor;
  /** Initial values (copied). Those the loss does not reach keep them. */
  parameters: Arrays;
  optimiser: AdamWOptions;
  /** Drives dropout. */
  random: Random;
  /**
   * Cuts every batch array along its first axis into this many equal parts; the loss is the mean of the parts' losses,
   * so it must itself be a mean over rows that do not see each other (not an in-batch softmax, not a masked mean with
   * unequal masks). Activations then stay in the processor's cache and memory falls: 8 parts of 16 histories took
   * 10 to 15 % less time than one of 128. Default 1. A batch that cannot be cut equally is a `GRAPH_BAD_FEED`.
   */
  microBatches?: number;
  /** Default: all the machine offers. */
  threads?: number;
  /** Writes ONNX Runtime profiles of the steps with this prefix. Default: none. */
  profile?: string;
}

export interface StepResult {
  loss: number;
  /** Global norm before clipping. */
  gradientNorm: number;
  learningRate: number;
}

/** Everything needed to go on bit for bit. Arrays are copies. */
export interface TrainerState {
  step: number;
  random: RandomState;
  parameters: Arrays;
  /** First and second moments, under the parameters' names. */
  m: Arrays;
  v: Arrays;
}

export interface Trainer {
  /**
   * One optimiser step. The graph is compiled at the first sight of the batch's shapes.
   *
   * @throws LorekeepError `GRAPH_NOT_FINITE` (parameters are unchanged), and what compiling and running throw
   */
  step(batch: Arrays): Promise<StepResult>;
  /** Copies of the current parameters. */
  parameters(): Arrays;
  state(): TrainerState;
  /** @throws LorekeepError `GRAPH_BAD_STATE` if names or shapes differ; nothing is changed then */
  restore(state: TrainerState): void;
  /** Loss and gradients without dropout, at the current parameters. */
  gradients(batch: Arrays): Promise<{ loss: number; gradients: Arrays }>;
  close(): Promise<void>;
}

interface DropoutSite {
  name: string;
  size: number;
  /** Of 256: how many byte values are dropped. */
  dropped: number;
}

interface StepGraph {
  session: GraphSession;
  /** Batch arrays that the loss uses. */
  masks: { site: DropoutSite; array: Arrays[string] }[];
}

/** One of the two sets of buffers, by the names that the graph knows. */
interface Buffers {
  step: Float32Array;
  parameters: Arrays;
  m: Arrays;
  v: Arrays;
}

/**
 * @throws LorekeepError `GRAPH_BAD_OPTION`, `GRAPH_BAD_FEED` (a parameter that is not a float32 array of its shape)
 */
export async function createTrainer(options: TrainerOptions): Promise<Trainer> {
  const { optimiser, random, microBatches = 1, threads, profile } = options;
  checkAdamW(optimiser);
  if (!Number.isInteger(microBatches) || microBatches < 1)
    throw badOption('microBatches', `must be a positive integer, not ${microBatches}`);
  const loss = microBatches === 1 ? options.loss : inParts(options.loss, microBatches);
  for (const [name, { shape, dtype, data }] of Object.entries(options.parameters)) {
    if (dtype !== 'float32' || !dataFits(dtype, data)) throw badFeed(name, 'is a parameter and must be float32');
    if (data.length !== sizeOf(shape)) throw badFeed(name, `has ${data.length} values for the shape [${shape}]`);
  }
  let current = newBuffers(options.parameters);
  let next = newBuffers(options.parameters);
  for (const [name, { data }] of Object.entries(options.parameters)) {
    (current.parameters[name].data as Float32Array).set(data as Float32Array);
    (next.parameters[name].data as Float32Array).set(data as Float32Array);
  }
  const graphs = new Map<string, Promise<StepGraph>>();
  let closed = false;
  let last: Promise<unknown> = Promise.resolve();

  function graphFor(batch: Arrays, kind: 'step' | 'gradients'): Promise<StepGraph> {
    const key = `${kind} ${JSON.stringify(
      Object.entries(batch)
        .map(([name, { shape, dtype }]) => [name, dtype, ...shape])
        .sort(),
    )}`;
    let found = graphs.get(key);
    if (found === undefined) {
      found = build(batch, kind);
      found.catch(() => graphs.delete(key));
      graphs.set(key, found);
    }
    return found;
  }

  async function build(batch: Arrays, kind: 'step' | 'gradients'): Promise<StepGraph> {
    const graph = new Graph();
    const parameters: Record<string, Value> = {};
    const state: Record<string, Moments> = {};
    const inputs = (prefix: string, arrays: Arrays) =>
      Object.fromEntries(
        Object.entries(arrays).map(([name, { shape, dtype }]) => [
          name,
          graph.input(`${prefix}/${name}`, shape, dtype),
        ]),
      );
    Object.assign(parameters, inputs('parameter', current.parameters));
    const batchValues = inputs('batch', batch);
    const sites: DropoutSite[] = [];
    const context: ModelContext =
      kind === 'gradients' ? inference : { training: true, dropout: (x, rate) => maskedDropout(graph, sites, x, rate) };
    const { value, gradients } = differentiate(graph, loss, parameters, batchValues, context);

    if (kind === 'gradients') {
      const outputs: Record<string, Value> = { loss: value };
      for (const [name, gradient] of Object.entries(gradients)) outputs[`gradient/${name}`] = gradient;
      return { session: await createSession(lower(graph, outputs, 'gradients'), { threads }), masks: [] };
    }
    const step = graph.input('step', [], 'float32');
    const m = inputs('m', current.m);
    const v = inputs('v', current.v);
    for (const name of Object.keys(parameters)) state[name] = { parameter: parameters[name], m: m[name], v: v[name] };
    const update = adamWStep(graph, step, state, gradients, optimiser);
    const outputs: Record<string, Value> = {
      loss: value,
      gradientNorm: update.gradientNorm,
      learningRate: update.learningRate,
      'next/step': update.step,
    };
    for (const [name, moments] of Object.entries(update.next)) {
      outputs[`next/parameter/${name}`] = moments.parameter;
      outputs[`next/m/${name}`] = moments.m;
      outputs[`next/v/${name}`] = moments.v;
    }
    const session = await createSession(lower(graph, outputs, 'training step'), { threads, profile });
    const masks = sites.map((site) => ({
      site,
      array: namedArray([site.size], new Uint8Array(Math.ceil(site.size / 4) * 4), 'uint8'),
    }));
    for (const { site, array } of masks) {
      array.shape = [...session.inputs[site.name].shape];
      array.data = (array.data as Uint8Array).subarray(0, site.size);
    }
    return { session, masks };
  }

  async function step(batch: Arrays): Promise<StepResult> {
    if (closed) throw sessionClosed('trainer');
    const { session, masks } = await graphFor(batch, 'step');
    const before = random.state();
    for (const { site, array } of masks) fillMask(array.data as Uint8Array, site.dropped, random);
    const feeds = { ...prefixed('batch', batch), ...feedsOf(current) };
    for (const { site, array } of masks) feeds[site.name] = array;
    let results: Arrays;
    try {
      results = await session.run(feeds, outputsInto(next, session));
    } catch (error) {
      random.restore(before);
      throw error;
    }
    const result = {
      loss: Number(results.loss.data[0]),
      gradientNorm: Number(results.gradientNorm.data[0]),
      learningRate: Number(results.learningRate.data[0]),
    };
    if (!Number.isFinite(result.loss) || !Number.isFinite(result.gradientNorm)) {
      random.restore(before);
      throw notFinite(result.loss, result.gradientNorm, current.step[0]);
    }
    [current, next] = [next, current];
    return result;
  }

  return {
    step(batch) {
      const result = last.then(() => step(batch));
      last = result.catch(() => {});
      return result;
    },
    parameters: () => copies(current.parameters),
    state: () => ({
      step: current.step[0],
      random: random.state(),
      parameters: copies(current.parameters),
      m: copies(current.m),
      v: copies(current.v),
    }),
    restore(state) {
      for (const kind of ['parameters', 'm', 'v'] as const) checkSame(kind, current[kind], state[kind]);
      if (!Number.isInteger(state.step) || state.step < 0) throw badState(`the step ${state.step} is no count`);
      for (const buffers of [current, next]) {
        buffers.step[0] = state.step;
        for (const kind of ['parameters', 'm', 'v'] as const)
          for (const name of Object.keys(buffers[kind]))
            (buffers[kind][name].data as Float32Array).set(state[kind][name].data as Float32Array);
      }
      random.restore(state.random);
    },
    async gradients(batch) {
      if (closed) throw sessionClosed('trainer');
      await last;
      const { session } = await graphFor(batch, 'gradients');
      const results = await session.run({ ...prefixed('batch', batch), ...prefixed('parameter', current.parameters) });
      const gradients: Arrays = {};
      for (const [name, array] of Object.entries(results))
        if (name.startsWith('gradient/')) gradients[name.slice('gradient/'.length)] = array;
      return { loss: Number(results.loss.data[0]), gradients };
    },
    async close() {
      closed = true;
      await last;
      const open = [...graphs.values()];
      graphs.clear();
      await Promise.allSettled(open.map(async (pending) => (await pending).session.close()));
    },
  };

  function newBuffers(parameters: Arrays): Buffers {
    const zeros = () =>
      Object.fromEntries(
        Object.entries(parameters).map(([name, { shape, dtype }]) => [
          name,
          namedArray([...shape], allocate(dtype, sizeOf(shape)), dtype),
        ]),
      );
    return { step: new Float32Array(1), parameters: zeros(), m: zeros(), v: zeros() };
  }
}

/** The mean of the losses of equal parts of the batch. */
function inParts(loss: TrainerOptions['loss'], parts: number): TrainerOptions['loss'] {
  return (parameters, batch, context) => {
    const losses = Array.from({ length: parts }, (_, part) => {
      const cut: Tensors = {};
      for (const [name, array] of Object.entries(batch)) {
        const rows = (array.shape[0] ?? 0) / parts;
        if (!Number.isInteger(rows) || rows === 0)
          throw badFeed(name, `of shape [${array.shape}] cannot be cut into ${parts} equal micro-batches`);
        cut[name] = tf.slice(array, [part * rows], [rows]);
      }
      return checkedLoss(loss(parameters, cut, context));
    });
    return tf.div(tf.addN(losses), parts);
  };
}

function checkedLoss(value: Tensor): Scalar {
  if (!(value instanceof tf.Tensor)) throw badLoss('is not a tensor');
  if (value.shape.length !== 0 || value.dtype !== 'float32')
    throw badLoss(`is ${value.dtype} of shape [${value.shape}], not a float32 scalar`);
  return value as Scalar;
}

/** Loss and gradients of the parameters that reach it. */
function differentiate(
  graph: Graph,
  loss: TrainerOptions['loss'],
  parameters: Record<string, Value>,
  batch: Record<string, Value>,
  context: ModelContext,
): { value: Value; gradients: Record<string, Value> } {
  const names = Object.keys(parameters);
  if (names.length === 0) throw badOption('parameters', 'names no parameter');
  const outputs = traced(
    graph,
    () => {
      const batchTensors = Object.fromEntries(Object.entries(batch).map(([name, value]) => [name, tensorOf(value)]));
      const own = names.map((name) => tensorOf(parameters[name]));
      const forward = () =>
        checkedLoss(loss(Object.fromEntries(names.map((name, i) => [name, own[i]])), batchTensors, context));
      const { value, grads } = tf.engine().gradients(forward, own, undefined, true);
      const reached: Tensors = { loss: value };
      for (const [i, gradient] of grads.entries()) if (gradient) reached[`gradient/${names[i]}`] = gradient;
      return reached;
    },
    {},
  );
  const { loss: value, ...rest } = outputs;
  const gradients: Record<string, Value> = {};
  for (const [name, gradient] of Object.entries(rest)) gradients[name.slice('gradient/'.length)] = gradient;
  if (Object.keys(gradients).length === 0) throw badLoss('depends on no parameter');
  return { value, gradients };
}

function maskedDropout(graph: Graph, sites: DropoutSite[], x: Tensor, rate: number): Tensor {
  if (!(rate >= 0 && rate < 1)) throw badOption('dropout rate', `must be in [0, 1), not ${rate}`);
  const dropped = Math.round(rate * 256);
  if (dropped === 0) return x;
  const name = `dropout/${sites.length}`;
  sites.push({ name, size: x.size, dropped });
  // Dequantising is a cast and a multiplication in one pass: 0 or 1 becomes 0 or the scale.
  const flags = graph.input(name, x.shape, 'uint8');
  const scale = graph.uniform([], 256 / (256 - dropped), 'float32');
  return tf.mul(x, tensorOf(graph.op('DequantizeLinear', [flags, scale], x.shape, 'float32')));
}

/**
 * Writes 1 with probability (256 − dropped)/256, else 0: a byte of randomness an element, four at once. Adding
 * 256 − dropped to a byte carries out of it exactly when the byte is at least `dropped`. The words come from a
 * xoshiro128** of its own, seeded by four draws: inlined, it fills a mask three times faster than calls to `random` would.
 */
export function fillMask(mask: Uint8Array, dropped: number, random: Random): void {
  const words = new Uint32Array(mask.buffer, mask.byteOffset, Math.ceil(mask.length / 4));
  const bias = (256 - dropped) * 0x00010001;
  let a = random.uint32() | 1;
  let b = random.uint32() | 0;
  let c = random.uint32() | 0;
  let d = random.uint32() | 0;
  for (let i = 0; i < words.length; i++) {
    const product = Math.imul(b, 5);
    const bits = Math.imul((product << 7) | (product >>> 25), 9);
    const shifted = b << 9;
    c ^= a;
    d ^= b;
    b ^= c;
    a ^= d;
    c ^= shifted;
    d = (d << 11) | (d >>> 21);
    const even = (((bits & 0x00ff00ff) + bias) >>> 8) & 0x00010001;
    const odd = ((bits >>> 8) & 0x00ff00ff) + bias;
    words[i] = even | (odd & 0x01000100);
  }
}

function prefixed(prefix: string, arrays: Arrays): Arrays {
  return Object.fromEntries(Object.entries(arrays).map(([name, array]) => [`${prefix}/${name}`, array]));
}

function feedsOf({ step, parameters, m, v }: Buffers): Arrays {
  return {
    step: namedArray([], step),
    ...prefixed('parameter', parameters),
    ...prefixed('m', m),
    ...prefixed('v', v),
  };
}

function outputsInto({ step, parameters, m, v }: Buffers, session: GraphSession): Arrays {
  const all = {
    'next/step': namedArray([], step),
    ...prefixed('next/parameter', parameters),
    ...prefixed('next/m', m),
    ...prefixed('next/v', v),
  };
  return Object.fromEntries(Object.entries(all).filter(([name]) => name in session.outputs));
}

function copies(arrays: Arrays): Arrays {
  return Object.fromEntries(
    Object.entries(arrays).map(([name, { shape, dtype, data }]) => [
      name,
      { shape: [...shape], dtype, data: data.slice() },
    ]),
  );
}

function checkSame(kind: string, own: Arrays, given: Arrays | undefined): void {
  const names = Object.keys(own);
  const others = Object.keys(given ?? {});
  for (const name of names) {
    const array = given?.[name];
    if (array === undefined) throw badState(`${kind} lacks "${name}"`);
    if (
      array.dtype !== 'float32' ||
      String(array.shape) !== String(own[name].shape) ||
      array.data.length !== own[name].data.length
    )
      throw badState(`${kind} has "${name}" as ${array.dtype} [${array.shape}], not float32 [${own[name].shape}]`);
  }
  for (const name of others) if (!(name in own)) throw badState(`${kind} has "${name}", which this model lacks`);
}
