/**
 * The intermediate representation between tfjs and ONNX: values of static shape, produced by pure
 * operations.
 *
 * `Graph.op` returns an existing value if an equal operation on equal inputs is already in the
 * graph (hash-consing). `operations.ts` holds the constructors that simplify while they build.
 */
import type { ArrayData } from '../arrays.ts';
import type { Attributes } from '../onnx/format.ts';

/**
 * tfjs has no `float64` (scalars of the optimiser), no `int64` (shapes and indices) and no `uint8`
 * (dropout masks).
 */
export type ValueType = 'float32' | 'int32' | 'bool' | 'int64' | 'float64' | 'uint8';

export interface Value {
  readonly id: number;
  readonly shape: readonly number[];
  readonly dtype: ValueType;
  /** The operation that produces it; absent for inputs and constants. */
  readonly node?: Node;
  /** Set if all elements equal this number. Such a value is materialised only on demand. */
  readonly uniform?: number;
  /** Set for constants with elements. */
  readonly data?: ArrayData | Float64Array;
  /** Set for inputs. */
  readonly name?: string;
}

export interface Node {
  readonly op: string;
  readonly inputs: readonly Value[];
  readonly attributes: Attributes;
  outputs: Value[];
}

export interface OutputSpec {
  shape: readonly number[];
  dtype: ValueType;
}

export class Graph {
  readonly inputs: Value[] = [];
  /** Values that serve as indices of a Gather, which rejects negative ones. */
  readonly gatherIndices = new WeakSet<Value>();
  private count = 0;
  private readonly known = new Map<string, Value[]>();

  input(name: string, shape: readonly number[], dtype: ValueType): Value {
    const value: Value = { id: this.count++, shape, dtype, name };
    this.inputs.push(value);
    return value;
  }

  /** A constant. Equal constants are one value. Equal elements make it `uniform`. */
  constant(shape: readonly number[], data: ArrayData | Float64Array, dtype: ValueType): Value {
    if (data.length > 0 && dtype !== 'int64') {
      const first = data[0];
      if (data.every((value: number | bigint) => Object.is(value, first)))
        return this.uniform(shape, Number(first), dtype);
    }
    return this.remember(`data ${dtype} [${shape}] ${contentKey(data)}`, () => [
      { id: this.count++, shape, dtype, data },
    ])[0];
  }

  uniform(shape: readonly number[], value: number, dtype: ValueType): Value {
    const rounded = dtype === 'float32' ? Math.fround(value) : value;
    const printed = Object.is(rounded, -0) ? '-0' : String(rounded);
    return this.remember(`uniform ${dtype} [${shape}] ${printed}`, () => [
      { id: this.count++, shape, dtype, uniform: rounded },
    ])[0];
  }

  int64s(values: readonly number[]): Value {
    return this.constant([values.length], BigInt64Array.from(values, BigInt), 'int64');
  }

  /** An operation with one output. */
  op(
    op: string,
    inputs: readonly Value[],
    shape: readonly number[],
    dtype: ValueType,
    attributes: Attributes = {},
  ): Value {
    return this.ops(op, inputs, [{ shape, dtype }], attributes)[0];
  }

  /** An operation with several outputs. */
  ops(op: string, inputs: readonly Value[], outputs: OutputSpec[], attributes: Attributes = {}): Value[] {
    const types = outputs.map(({ dtype, shape }) => `${dtype}[${shape}]`);
    const key = `${op} ${inputs.map((input) => input.id)} ${JSON.stringify(attributes)} ${types}`;
    return this.remember(key, () => {
      const node: Node = { op, inputs, attributes, outputs: [] };
      node.outputs = outputs.map(({ shape, dtype }) => ({ id: this.count++, shape, dtype, node }));
      return node.outputs;
    });
  }

  private remember(key: string, make: () => Value[]): Value[] {
    let values = this.known.get(key);
    if (values === undefined) this.known.set(key, (values = make()));
    return values;
  }
}

function contentKey(data: ArrayData | Float64Array): string {
  return Buffer.from(data.buffer, data.byteOffset, data.byteLength).toString('base64');
}
