/**
 * The plain data that enters and leaves this package: named arrays with a shape and a type. Inside
 * model functions the same names stand for tfjs tensors. A model is a pure function of named
 * tensors and does not depend on ONNX.
 */
import type { Tensor } from '@tensorflow/tfjs';
import { errors } from './errors.ts';

/** tfjs has `float32`, `int32` and `bool`. Other ONNX models also use `int64` and `uint8`. */
export type DType = 'float32' | 'int32' | 'bool' | 'int64' | 'uint8';

export interface TensorSpec {
  /**
   * Sizes, outermost first; `[]` is a scalar. −1 matches any size; it occurs only in specs read
   * from ONNX models that were not compiled here.
   */
  shape: number[];
  /** Default `'float32'`. */
  dtype?: DType;
}

export type ArrayData = Float32Array | Int32Array | Uint8Array | BigInt64Array;

/**
 * Row-major data. `float32` ↔ Float32Array, `int32` ↔ Int32Array, `bool`/`uint8` ↔ Uint8Array,
 * `int64` ↔ BigInt64Array.
 */
export interface NamedArray {
  shape: number[];
  dtype: DType;
  data: ArrayData;
}

export type Arrays = Record<string, NamedArray>;
export type Tensors = Record<string, Tensor>;

interface Storage {
  new (size: number): ArrayData;
  new (buffer: SharedArrayBuffer): ArrayData;
  readonly BYTES_PER_ELEMENT: number;
}

const STORAGE: Record<DType, Storage> = {
  float32: Float32Array,
  int32: Int32Array,
  int64: BigInt64Array,
  bool: Uint8Array,
  uint8: Uint8Array,
};

/** ONNX models from other sources may have further types, which count as bytes. */
const storageOf = (dtype: DType): Storage => STORAGE[dtype] ?? Uint8Array;

/** Number of elements of a shape; 1 for a scalar. */
export function sizeOf(shape: readonly number[]): number {
  let size = 1;
  for (const dim of shape) size *= dim;
  return size;
}

/** A zeroed array of the given type. */
export function allocate(dtype: DType, size: number): ArrayData {
  return new (storageOf(dtype))(size);
}

/** A zeroed array in memory that all threads can access. */
export function sharedArray(shape: readonly number[], dtype: DType): NamedArray {
  const Storage = storageOf(dtype);
  const buffer = new SharedArrayBuffer(Storage.BYTES_PER_ELEMENT * sizeOf(shape));
  return { shape: [...shape], dtype, data: new Storage(buffer) };
}

/** Zeros in memory that all threads can access. */
export function sharedFloats(length: number): Float32Array<SharedArrayBuffer> {
  return new Float32Array(new SharedArrayBuffer(Float32Array.BYTES_PER_ELEMENT * length));
}

/** Whether the class of the typed array is the one that stores `dtype`. */
export function dataFits(dtype: DType, data: ArrayData): boolean {
  return data instanceof storageOf(dtype);
}

/** @throws LorekeepError `GRAPH_BAD_FEED` if the data does not fit the array's type and shape */
export function checkArray(name: string, { shape, dtype, data }: NamedArray): void {
  if (!dataFits(dtype, data)) throw errors.GRAPH_BAD_FEED({ name, problem: `does not hold ${dtype} data` });
  if (data.length !== sizeOf(shape))
    throw errors.GRAPH_BAD_FEED({ name, problem: `has ${data.length} values for the shape [${shape}]` });
}

/**
 * Shorthand for a `NamedArray`. The type follows from the data; a Uint8Array counts as `bool`
 * unless `dtype` says otherwise.
 *
 * @example namedArray([2, 3], new Float32Array(6))
 */
export function namedArray(shape: number[], data: ArrayData, dtype?: DType): NamedArray {
  const inferred =
    data instanceof Float32Array
      ? 'float32'
      : data instanceof Int32Array
        ? 'int32'
        : data instanceof BigInt64Array
          ? 'int64'
          : 'bool';
  return { shape, dtype: dtype ?? inferred, data };
}

/** A string that is equal for equal names, types and shapes, in any order of the names. */
export function signatureKey(specs: Record<string, TensorSpec>): string {
  return JSON.stringify(
    Object.entries(specs)
      .map(([name, { shape, dtype = 'float32' }]) => [name, dtype, ...shape])
      .sort(),
  );
}

export function mapValues<T, U>(record: Record<string, T>, fn: (value: T, name: string) => U): Record<string, U> {
  return Object.fromEntries(Object.entries(record).map(([name, value]) => [name, fn(value, name)]));
}

/** The same arrays under the names `prefix/name`. */
export function withPrefix(prefix: string, arrays: Arrays): Arrays {
  return Object.fromEntries(Object.entries(arrays).map(([name, array]) => [`${prefix}/${name}`, array]));
}

/** Overwrites the values of each array in `target` with those of the same name in `source`. */
export function copyValues(target: Arrays, source: Arrays): void {
  for (const [name, { data }] of Object.entries(target)) (data as Float32Array).set(source[name].data as Float32Array);
}

/** Copies that do not lie in shared memory. */
export function copyArrays(arrays: Arrays): Arrays {
  return mapValues(arrays, ({ shape, dtype, data }) => {
    const Storage = data.constructor as new (values: ArrayData) => ArrayData;
    return { shape: [...shape], dtype, data: new Storage(data) };
  });
}
