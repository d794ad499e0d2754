/**
 * A tfjs backend that computes nothing: its kernels append operations to a `Graph`. While it is the
 * active backend, it records everything that tfjs runs, gradients included.
 *
 * Tensors have no values here. Code that reads one (`dataSync`, `arraySync`, an `if` on a value)
 * cannot be compiled; the error names the operation that produced the tensor and the line that read
 * it. Code that draws random numbers is rejected too, because they would be constants of the graph.
 */
import type { DataType, KernelBackend, TensorInfo } from '@tensorflow/tfjs';
import { allocate, type DType, sizeOf } from '../arrays.ts';
import { errors } from '../errors.ts';
import { tf } from '../tf.ts';
import type { Graph, Value } from './ir.ts';

export const BACKEND = 'lorekeep-trace';

/**
 * Limit of captured constants, of which every graph contains a copy. Larger ones must be inputs.
 */
const MAX_CONSTANT_ELEMENTS = 65_536;

type BackendValues = ReturnType<KernelBackend['readSync']>;

interface TensorRecord {
  shape: number[];
  dtype: DataType;
  /** Set for tensors created from values. One element stands for equal elements. */
  values?: ArrayLike<number>;
  /** The value in the graph that used the tensor last. */
  value?: { graph: Graph; value: Value };
}

class TraceBackend extends tf.KernelBackend {
  graph: Graph | undefined;
  readonly records = new tf.DataStorage<TensorRecord>(this as unknown as KernelBackend, tf.engine());

  override numDataIds(): number {
    return this.records.numDataIds();
  }
  override floatPrecision(): 16 | 32 {
    return 32;
  }
  override epsilon(): number {
    return 1e-7;
  }
  override timerAvailable(): boolean {
    return false;
  }
  override incRef(): void {}
  decRef(): void {}
  override refCount(): number {
    return 1;
  }
  /** The garbage collector frees the records, which are a few words each. */
  override disposeData(): boolean {
    return true;
  }
  override memory() {
    return { unreliable: true };
  }

  override write(values: unknown, shape: number[], dtype: DataType): object {
    const dataId = {};
    this.move(dataId, values, shape, dtype);
    return dataId;
  }
  override move(dataId: object, values: unknown, shape: number[], dtype: DataType): void {
    if (dtype === 'string' || dtype === 'complex64')
      throw errors.GRAPH_UNSUPPORTED_OP({ op: `a ${dtype} tensor`, place: callSite() });
    if (drawsRandomNumbers()) throw errors.GRAPH_RANDOM({ place: callSite() });
    this.records.set(dataId, { shape, dtype, values: compressed(values as ArrayLike<number>, sizeOf(shape)) });
  }

  override readSync(dataId: object): BackendValues {
    const { values, value, dtype, shape } = this.records.get(dataId);
    if (values === undefined)
      throw errors.GRAPH_VALUE_READ({ op: value?.value.node?.op ?? 'an input', place: callSite() });
    const data = allocate(dtype as DType, sizeOf(shape)) as Float32Array;
    if (values.length === data.length) data.set(values);
    else data.fill(values[0]);
    return data;
  }
  override read(dataId: object): Promise<BackendValues> {
    return Promise.resolve(this.readSync(dataId));
  }

  graphValue({ dataId, shape, dtype }: TensorInfo): Value {
    const graph = this.current();
    const record = this.records.get(dataId);
    if (record.value?.graph === graph) return record.value.value;
    if (record.values === undefined) throw errors.GRAPH_VALUE_READ({ op: 'another compilation', place: callSite() });
    const size = sizeOf(shape);
    let value: Value;
    if (record.values.length === 1) value = graph.uniform(shape, Number(record.values[0]), dtype as DType);
    else {
      if (size > MAX_CONSTANT_ELEMENTS)
        throw errors.GRAPH_LARGE_CONSTANT({ shape, limit: MAX_CONSTANT_ELEMENTS, place: callSite() });
      const data = allocate(dtype as DType, size) as Float32Array;
      data.set(record.values);
      value = graph.constant(shape, data, dtype as DType);
    }
    record.value = { graph, value };
    return value;
  }

  /** Registers a value as a tensor's data. */
  info(value: Value, dtype: DataType = value.dtype as DataType): TensorInfo {
    const dataId = {};
    const shape = [...value.shape];
    this.records.set(dataId, { shape, dtype, value: { graph: this.current(), value } });
    return { dataId, shape, dtype };
  }

  current(): Graph {
    if (this.graph === undefined) throw errors.GRAPH_VALUE_READ({ op: 'a finished compilation', place: callSite() });
    return this.graph;
  }
}

/** One element if all elements are equal. */
function compressed(values: ArrayLike<number>, size: number): ArrayLike<number> {
  for (let i = 1; i < size; i++) if (!Object.is(values[i], values[0])) return values;
  return size === 0 ? [] : [Number(values[0])];
}

const RANDOM_OPS = /\b(randomUniform|randomNormal|randomStandardNormal|truncatedNormal|randomGamma|rand)_?_? /;
function drawsRandomNumbers(): boolean {
  const limit = Error.stackTraceLimit;
  Error.stackTraceLimit = 12;
  const stack = new Error().stack ?? '';
  Error.stackTraceLimit = limit;
  return RANDOM_OPS.test(stack);
}

/** `src/` of this package. */
const OWN_SOURCES = new URL('..', import.meta.url).href;

/**
 * `file:line:column` of the innermost stack frame that belongs neither to tfjs nor to this package.
 */
export function callSite(): string {
  const limit = Error.stackTraceLimit;
  Error.stackTraceLimit = 100;
  const stack = new Error().stack ?? '';
  Error.stackTraceLimit = limit;
  for (const line of stack.split('\n').slice(1)) {
    const place = /\(?((?:file:\/\/|\/|[A-Za-z]:\\)[^()]*:\d+:\d+)\)?$/.exec(line)?.[1];
    if (place === undefined || place.startsWith(OWN_SOURCES) || /@tensorflow|[/\\]tfjs/.test(place)) continue;
    return place.replace(/^file:\/\//, '');
  }
  return 'an unknown place';
}

export const backend = new TraceBackend();
tf.registerBackend(BACKEND, () => backend as unknown as KernelBackend, 0);

export type Kernel = (
  graph: Graph,
  inputs: Record<string, Value>,
  attributes: Record<string, never>,
) => Value | Value[];

/** Registers the translation of a tfjs kernel. It must not return value types that tfjs lacks. */
export function defineKernel(name: string, kernel: Kernel): void {
  tf.registerKernel({
    kernelName: name,
    backendName: BACKEND,
    kernelFunc: ({ inputs, attrs }) => {
      const graph = backend.current();
      const values: Record<string, Value> = {};
      for (const key of Object.keys(inputs)) {
        const input = inputs[key];
        if (input !== undefined && input !== null) values[key] = backend.graphValue(input);
      }
      const result = kernel(graph, values, (attrs ?? {}) as Record<string, never>);
      return Array.isArray(result) ? result.map((value) => backend.info(value)) : backend.info(result);
    },
  });
}

/** Makes all other kernels of tfjs throw `GRAPH_UNSUPPORTED_OP`. */
export function rejectOtherKernels(): void {
  const own = new Set(tf.getKernelsForBackend(BACKEND).map(({ kernelName }) => kernelName));
  for (const { kernelName } of tf.getKernelsForBackend('cpu')) {
    if (own.has(kernelName)) continue;
    tf.registerKernel({
      kernelName,
      backendName: BACKEND,
      kernelFunc: () => {
        throw errors.GRAPH_UNSUPPORTED_OP({ op: kernelName, place: callSite() });
      },
    });
  }
}
