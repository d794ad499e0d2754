/**
 * A tfjs backend that computes nothing: its kernels append operations to a `Graph`. Whatever tfjs runs while it is the
 * active backend, gradients included, is thereby written down.
 *
 * Tensors have no values here. Code that asks for one (`dataSync`, `arraySync`, an `if` on a value) cannot be
 * compiled and gets an error that names the operation that made the tensor and the line that read it; so does code
 * that draws random numbers, which would be frozen into the graph.
 */
import type { DataType, KernelBackend, TensorInfo } from '@tensorflow/tfjs';
import { allocate, type DType, sizeOf } from '../arrays.ts';
import { largeConstant, randomInGraph, unsupportedOp, valueRead } from '../errors.ts';
import { tf } from '../tf.ts';
import type { Graph, Value } from './ir.ts';

export const BACKEND = 'lorekeep-trace';

/** Constants caught by value may be this large; larger ones must be inputs, or every graph would carry a copy. */
const MAX_CONSTANT_ELEMENTS = 65_536;

type BackendValues = ReturnType<KernelBackend['readSync']>;

interface Held {
  shape: number[];
  dtype: DataType;
  /** Set for tensors made from values. */
  values?: ArrayLike<number>;
  /** The value in each graph that has used it. */
  value?: { graph: Graph; value: Value };
}

class TraceBackend extends tf.KernelBackend {
  graph: Graph | undefined;
  readonly held = new tf.DataStorage<Held>(this as unknown as KernelBackend, tf.engine());

  override numDataIds(): number {
    return this.held.numDataIds();
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
  /** The garbage collector owns what is held: tensors here are a few words each. */
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
    if (dtype === 'string' || dtype === 'complex64') throw unsupportedOp(`a ${dtype} tensor`, callerPlace());
    if (drawsRandomNumbers()) throw randomInGraph(callerPlace());
    this.held.set(dataId, { shape, dtype, values: compressed(values as ArrayLike<number>, sizeOf(shape)) });
  }

  override readSync(dataId: object): BackendValues {
    const { values, value, dtype, shape } = this.held.get(dataId);
    if (values === undefined) throw valueRead(value?.value.node?.op ?? 'an input', callerPlace());
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
    const held = this.held.get(dataId);
    if (held.value?.graph === graph) return held.value.value;
    if (held.values === undefined) throw valueRead('another compilation', callerPlace());
    const size = sizeOf(shape);
    let value: Value;
    if (held.values.length === 1) value = graph.uniform(shape, Number(held.values[0]), dtype as DType);
    else {
      if (size > MAX_CONSTANT_ELEMENTS) throw largeConstant(shape, MAX_CONSTANT_ELEMENTS, callerPlace());
      const data = allocate(dtype as DType, size) as Float32Array;
      data.set(held.values);
      value = graph.constant(shape, data, dtype as DType);
    }
    held.value = { graph, value };
    return value;
  }

  /** Registers a value as a tensor's data. */
  info(value: Value, dtype: DataType = value.dtype as DataType): TensorInfo {
    const dataId = {};
    const shape = [...value.shape];
    this.held.set(dataId, { shape, dtype, value: { graph: this.current(), value } });
    return { dataId, shape, dtype };
  }

  current(): Graph {
    if (this.graph === undefined) throw valueRead('a finished compilation', callerPlace());
    return this.graph;
  }
}

/** Equal elements are kept as one. */
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

const OWN_SOURCES = new URL('..', import.meta.url).href;

/** `file:line:column` of the innermost stack frame that belongs to neither tfjs nor this room. */
export function callerPlace(): string {
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

/** Makes `kernel` the translation of the tfjs kernel `name`. Value types that tfjs lacks must not leave it. */
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

/** Kernels that tfjs has and this backend does not translate answer with a coded error. */
export function refuseOtherKernels(): void {
  const own = new Set(tf.getKernelsForBackend(BACKEND).map(({ kernelName }) => kernelName));
  for (const { kernelName } of tf.getKernelsForBackend('cpu')) {
    if (own.has(kernelName)) continue;
    tf.registerKernel({
      kernelName,
      backendName: BACKEND,
      kernelFunc: () => {
        throw unsupportedOp(kernelName, callerPlace());
      },
    });
  }
}
