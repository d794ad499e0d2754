/**
 * Runs graphs. A session owns one loaded ONNX graph and checks feeds by name, shape and type before
 * ONNX Runtime receives them. Outputs can be written into arrays of the caller (`into`), so a
 * training loop runs for hours in the same memory.
 */
import { availableParallelism } from 'node:os';
import * as ort from 'onnxruntime-node';
import { type ArrayData, type Arrays, checkArray, type DType, type NamedArray, type TensorSpec } from '../arrays.ts';
import type { CompiledGraph } from '../compiler/lower.ts';
import { errors, reasonOf } from '../errors.ts';
import { sessionOptions } from './session-options.ts';
import { isCopied, readable } from './shared-memory.ts';

export interface SessionOptions {
  /** Threads that compute one operation. Default: one per available processor. */
  threads?: number;
  /** Shown in errors. Default: the compiled graph's name, the path, or `'graph'`. */
  name?: string;
  /**
   * Prefix of the profile that ONNX Runtime writes to `<prefix>_<time>.json` when the session is
   * closed. Default: no profile.
   */
  profile?: string;
}

export interface GraphSession {
  readonly inputs: Record<string, Required<TensorSpec>>;
  readonly outputs: Record<string, Required<TensorSpec>>;
  /**
   * Runs the graph. Calls may overlap; the session runs them one after another.
   *
   * @param into arrays for outputs, by name; they are overwritten and returned. Other outputs are
   *   allocated.
   * @throws LorekeepError `GRAPH_MISSING_FEED`, `GRAPH_UNKNOWN_FEED`, `GRAPH_BAD_FEED`,
   *   `GRAPH_RUN`, `GRAPH_CLOSED`
   */
  run(feeds: Arrays, into?: Arrays): Promise<Arrays>;
  /** Frees the graph. Further calls have no effect. */
  close(): Promise<void>;
}

/**
 * Loads a compiled graph, or any ONNX model from bytes or a file path.
 *
 * @throws LorekeepError `GRAPH_SESSION` if ONNX Runtime rejects it, `GRAPH_BAD_OPTION`
 */
export async function createSession(
  graph: CompiledGraph | Uint8Array | string,
  options: SessionOptions = {},
): Promise<GraphSession> {
  const { threads = availableParallelism(), profile } = options;
  if (!Number.isInteger(threads) || threads < 1)
    throw errors.GRAPH_BAD_OPTION({ name: 'threads', problem: `must be a positive integer, not ${threads}` });
  const compiled = typeof graph === 'object' && 'onnx' in graph ? graph : undefined;
  const name = options.name ?? compiled?.name ?? (typeof graph === 'string' ? graph : 'graph');
  const ortOptions = {
    ...sessionOptions(threads),
    ...(profile === undefined ? {} : { enableProfiling: true, profileFilePrefix: profile }),
  };
  let session: ort.InferenceSession | undefined;
  try {
    session =
      typeof graph === 'string'
        ? await ort.InferenceSession.create(graph, ortOptions)
        : await ort.InferenceSession.create(compiled?.onnx ?? (graph as Uint8Array), ortOptions);
  } catch (error) {
    throw errors.GRAPH_SESSION({ name, reason: reasonOf(error) }, error);
  }
  const inputs = compiled?.inputs ?? specsOf(session.inputMetadata);
  const outputs = compiled?.outputs ?? specsOf(session.outputMetadata);
  let last: Promise<unknown> = Promise.resolve();

  async function runNow(feeds: Arrays, into: Arrays): Promise<Arrays> {
    if (session === undefined) throw errors.GRAPH_CLOSED({ what: 'session' });
    const inputTensors: Record<string, ort.Tensor> = {};
    for (const key of Object.keys(inputs)) {
      if (feeds[key] === undefined) throw errors.GRAPH_MISSING_FEED({ name: key, known: Object.keys(inputs) });
      inputTensors[key] = checkedTensor(key, feeds[key], inputs[key]);
    }
    checkNames(feeds, inputs);
    checkNames(into, outputs);
    const outputTensors: Record<string, ort.Tensor | null> = {};
    for (const key of Object.keys(outputs))
      outputTensors[key] = into[key] === undefined ? null : checkedTensor(key, into[key], outputs[key]);
    let results: ort.InferenceSession.OnnxValueMapType;
    try {
      results = await session.run(inputTensors, outputTensors);
    } catch (error) {
      throw errors.GRAPH_RUN({ name, reason: reasonOf(error) }, error);
    }
    const arrays: Arrays = {};
    for (const key of Object.keys(outputs)) {
      const { dims, data, type } = results[key];
      const wanted = into[key];
      if (wanted !== undefined && isCopied(wanted.data)) wanted.data.set(data as never);
      arrays[key] = wanted ?? { shape: [...dims], dtype: type as DType, data: data as ArrayData };
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

function checkNames(arrays: Arrays, specs: Record<string, TensorSpec>): void {
  for (const name of Object.keys(arrays))
    if (!(name in specs)) throw errors.GRAPH_UNKNOWN_FEED({ name, known: Object.keys(specs) });
}

function checkedTensor(name: string, array: NamedArray, spec: Required<TensorSpec>): ort.Tensor {
  const { shape, dtype, data } = array;
  if (dtype !== spec.dtype)
    throw errors.GRAPH_BAD_FEED({ name, problem: `is ${dtype}, but the graph takes ${spec.dtype}` });
  if (shape.length !== spec.shape.length || spec.shape.some((size, axis) => size !== -1 && size !== shape[axis]))
    throw errors.GRAPH_BAD_FEED({ name, problem: `has the shape [${shape}], but the graph takes [${spec.shape}]` });
  checkArray(name, array);
  return new ort.Tensor(dtype, readable(data) as Float32Array, shape);
}
