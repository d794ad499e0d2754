/**
 * Running graphs. A session owns one loaded ONNX graph; feeds are checked against it by name, shape and type before
 * ONNX Runtime sees them. Outputs can be written into arrays that the caller owns (`into`), which is how a training
 * loop runs for hours in the same memory.
 */
import { availableParallelism } from 'node:os';
import * as ort from 'onnxruntime-node';
import {
  type ArrayData,
  type Arrays,
  type DType,
  dataFits,
  type NamedArray,
  sizeOf,
  type TensorSpec,
  type Tensors,
} from '../arrays.ts';
import { type CompiledGraph, type CompileOptions, compileGraph } from '../compiler/compile.ts';
import { badFeed, badOption, missingFeed, runFailed, sessionClosed, sessionFailed, unknownFeed } from '../errors.ts';
import { sessionOptions } from './session-options.ts';

export interface SessionOptions {
  /** Threads that compute one operation. Default: all the machine offers. */
  threads?: number;
  /** Shown in errors. Default: the compiled graph's name, the path, or `'graph'`. */
  name?: string;
  /** Writes ONNX Runtime's profile as `<prefix>_<time>.json` when the session is closed. Default: no profile. */
  profile?: string;
}

export interface GraphSession {
  readonly inputs: Record<string, Required<TensorSpec>>;
  readonly outputs: Record<string, Required<TensorSpec>>;
  /**
   * Runs the graph. Calls may overlap; they run one after another.
   *
   * @param into outputs by name, written in place and returned; outputs not named here are allocated
   * @throws LorekeepError `GRAPH_MISSING_FEED`, `GRAPH_UNKNOWN_FEED`, `GRAPH_BAD_FEED`, `GRAPH_RUN`, `GRAPH_CLOSED`
   */
  run(feeds: Arrays, into?: Arrays): Promise<Arrays>;
  /** Frees the graph. Closing twice is harmless. */
  close(): Promise<void>;
}

/**
 * Loads a graph: compiled here, or any ONNX model as bytes or as a file.
 *
 * @throws LorekeepError `GRAPH_SESSION` if ONNX Runtime refuses it, `GRAPH_BAD_OPTION`
 */
export async function createSession(
  graph: CompiledGraph | Uint8Array | string,
  options: SessionOptions = {},
): Promise<GraphSession> {
  const { threads = availableParallelism(), profile } = options;
  if (!Number.isInteger(threads) || threads < 1)
    throw badOption('threads', `must be a positive integer, not ${threads}`);
  const compiled = typeof graph === 'object' && 'onnx' in graph ? graph : undefined;
  const name = options.name ?? compiled?.name ?? (typeof graph === 'string' ? graph : 'graph');
  const own = {
    ...sessionOptions(threads),
    ...(profile === undefined ? {} : { enableProfiling: true, profileFilePrefix: profile }),
  };
  let session: ort.InferenceSession | undefined;
  try {
    session =
      typeof graph === 'string'
        ? await ort.InferenceSession.create(graph, own)
        : await ort.InferenceSession.create(compiled?.onnx ?? (graph as Uint8Array), own);
  } catch (error) {
    throw sessionFailed(name, error);
  }
  const inputs = compiled?.inputs ?? specsOf(session.inputMetadata);
  const outputs = compiled?.outputs ?? specsOf(session.outputMetadata);
  let last: Promise<unknown> = Promise.resolve();

  async function runNow(feeds: Arrays, into: Arrays): Promise<Arrays> {
    if (session === undefined) throw sessionClosed('session');
    const fed: Record<string, ort.Tensor> = {};
    for (const key of Object.keys(inputs)) {
      if (feeds[key] === undefined) throw missingFeed(key, Object.keys(inputs));
      fed[key] = checkedTensor(key, feeds[key], inputs[key]);
    }
    for (const key of Object.keys(feeds)) if (!(key in inputs)) throw unknownFeed(key, Object.keys(inputs));
    for (const key of Object.keys(into)) if (!(key in outputs)) throw unknownFeed(key, Object.keys(outputs));
    const fetched: Record<string, ort.Tensor | null> = {};
    for (const key of Object.keys(outputs))
      fetched[key] = into[key] === undefined ? null : checkedTensor(key, into[key], outputs[key]);
    let results: ort.InferenceSession.OnnxValueMapType;
    try {
      results = await session.run(fed, fetched);
    } catch (error) {
      throw runFailed(name, error);
    }
    const arrays: Arrays = {};
    for (const key of Object.keys(outputs)) {
      const { dims, data, type } = results[key];
      arrays[key] = into[key] ?? { shape: [...dims], dtype: type as DType, data: data as ArrayData };
    }
    return arrays;
  }

  return {
    inputs,
    outputs,
    run(feeds, into = {}) {
      const result = last.then(() => runNow(feeds, into));
      last = result.catch(() => {});
      return result;
    },
    async close() {
      await last;
      const closing = session;
      session = undefined;
      if (profile !== undefined) closing?.endProfiling();
      await closing?.release();
    },
  };
}

function specsOf(metadata: readonly ort.InferenceSession.ValueMetadata[]): Record<string, Required<TensorSpec>> {
  const specs: Record<string, Required<TensorSpec>> = {};
  for (const value of metadata) {
    if (!value.isTensor) continue;
    const shape = value.shape.map((size) => (typeof size === 'number' ? size : -1));
    specs[value.name] = { shape, dtype: value.type as DType };
  }
  return specs;
}

function checkedTensor(name: string, array: NamedArray, spec: Required<TensorSpec>): ort.Tensor {
  const { shape, dtype, data } = array;
  if (dtype !== spec.dtype) throw badFeed(name, `is ${dtype}, the graph takes ${spec.dtype}`);
  if (!dataFits(dtype, data)) throw badFeed(name, `is said to be ${dtype} but is not stored as such`);
  if (shape.length !== spec.shape.length || spec.shape.some((size, axis) => size !== -1 && size !== shape[axis]))
    throw badFeed(name, `has the shape [${shape}], the graph takes [${spec.shape}]`);
  if (data.length !== sizeOf(shape)) throw badFeed(name, `has ${data.length} values for the shape [${shape}]`);
  return new ort.Tensor(dtype, data as Float32Array, shape);
}

export interface GraphCache {
  /** The session for these shapes, compiled at first sight. */
  session(inputs: Record<string, TensorSpec>): Promise<GraphSession>;
  /** Runs the function on arrays of any shapes it accepts. */
  run(feeds: Arrays, into?: Arrays): Promise<Arrays>;
  close(): Promise<void>;
}

export interface GraphCacheOptions extends CompileOptions, SessionOptions {
  /** Sessions kept; the one unused for longest is closed first. Default 16. */
  maxSessions?: number;
}

/**
 * A function compiled anew for each set of input shapes and then reused. Shapes are static in a graph, so bring
 * lengths to few distinct values first (see `bucketLength`).
 */
export function createGraphCache(fn: (inputs: Tensors) => Tensors, options: GraphCacheOptions = {}): GraphCache {
  const { maxSessions = 16 } = options;
  if (!Number.isInteger(maxSessions) || maxSessions < 1)
    throw badOption('maxSessions', `must be a positive integer, not ${maxSessions}`);
  const sessions = new Map<string, Promise<GraphSession>>();
  let closed = false;

  function session(inputs: Record<string, TensorSpec>): Promise<GraphSession> {
    if (closed) return Promise.reject(sessionClosed('graph cache'));
    const key = JSON.stringify(
      Object.entries(inputs)
        .map(([name, { shape, dtype = 'float32' }]) => [name, dtype, ...shape])
        .sort(),
    );
    let found = sessions.get(key);
    if (found === undefined) {
      found = Promise.resolve().then(() => createSession(compileGraph(fn, inputs, options), options));
      found.catch(() => sessions.delete(key));
    } else sessions.delete(key);
    sessions.set(key, found);
    for (const [oldest, stale] of sessions) {
      if (sessions.size <= maxSessions) break;
      sessions.delete(oldest);
      void stale.then((unused) => unused.close());
    }
    return found;
  }

  return {
    session,
    async run(feeds, into) {
      return (await session(feeds)).run(feeds, into);
    },
    async close() {
      closed = true;
      const open = [...sessions.values()];
      sessions.clear();
      await Promise.allSettled(open.map(async (pending) => (await pending).close()));
    },
  };
}

/**
 * The bucket of a length: the next of 1, 2, 3, 4, 6, 8, 12, 16, 24, 32, … that holds it, at most `max`. Padding wastes
 * at most a third, and a thousand lengths need twenty graphs.
 */
export function bucketLength(length: number, max: number): number {
  for (let size = 1; ; size *= 2) {
    for (const bucket of [size, size * 1.5]) {
      if (bucket >= max) return max;
      if (Number.isInteger(bucket) && bucket >= length) return bucket;
    }
  }
}
