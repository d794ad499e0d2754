/**
 * The plain data that crosses this room's walls: named arrays with a shape and a type on the outside, tfjs tensors
 * inside model functions. A model is a pure function of named tensors and knows nothing of ONNX.
 */
import type { Tensor } from '@tensorflow/tfjs';

/** `float32`, `int32` and `bool` are what tfjs has; `int64` and `uint8` occur in ONNX models made elsewhere. */
export type DType = 'float32' | 'int32' | 'bool' | 'int64' | 'uint8';

export interface TensorSpec {
  /** Sizes, outermost first; `[]` is a scalar. −1 (only in specs read from ONNX models made elsewhere) fits any size. */
  shape: number[];
  /** Default `'float32'`. */
  dtype?: DType;
}

export type ArrayData = Float32Array | Int32Array | Uint8Array | BigInt64Array;

/** Row-major data. `float32` ↔ Float32Array, `int32` ↔ Int32Array, `bool`/`uint8` ↔ Uint8Array, `int64` ↔ BigInt64Array. */
export interface NamedArray {
  shape: number[];
  dtype: DType;
  data: ArrayData;
}

export type Arrays = Record<string, NamedArray>;
export type Tensors = Record<string, Tensor>;

/** Number of elements of a shape; 1 for a scalar. */
export function sizeOf(shape: readonly number[]): number {
  let size = 1;
  for (const dim of shape) size *= dim;
  return size;
}

/** A zeroed array of the given type. */
export function allocate(dtype: DType, size: number): ArrayData {
  switch (dtype) {
    case 'float32':
      return new Float32Array(size);
    case 'int32':
      return new Int32Array(size);
    case 'int64':
      return new BigInt64Array(size);
    default:
      return new Uint8Array(size);
  }
}

/** Whether typed-array data is of the kind that stores `dtype`. */
export function dataFits(dtype: DType, data: ArrayData): boolean {
  switch (dtype) {
    case 'float32':
      return data instanceof Float32Array;
    case 'int32':
      return data instanceof Int32Array;
    case 'int64':
      return data instanceof BigInt64Array;
    default:
      return data instanceof Uint8Array;
  }
}

/**
 * Shorthand for a `NamedArray`; the type follows from the data (a Uint8Array is taken as `bool` unless told otherwise).
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
