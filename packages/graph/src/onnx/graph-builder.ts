/**
 * Writes ONNX models. ONNX is protocol buffers; of its schema (onnx/onnx.proto3, IR version 10) this file describes
 * just the messages and fields that the house writes, as data for protobufjs/light, so no code generator and no
 * schema file is needed. Weights go into `raw_data`, which ONNX Runtime reads without decoding.
 *
 * The builder knows nothing of tfjs: the tracer writes its graphs with it, and so does the export of text encoders.
 */
import protobuf from 'protobufjs/light.js';
import { type ArrayData, sizeOf } from '../arrays.ts';
import { onnxAttribute, onnxTensor } from '../errors.ts';

/** ONNX element types by the numbers of `TensorProto.DataType`. */
export const ELEMENT_TYPES = {
  float32: 1,
  uint8: 2,
  int8: 3,
  int32: 6,
  int64: 7,
  bool: 9,
  float16: 10,
  float64: 11,
} as const;
export type ElementType = keyof typeof ELEMENT_TYPES;

type ConstantType = 'float32' | 'float64' | 'int32' | 'int64' | 'uint8' | 'bool';

const ELEMENT_BYTES: Record<ElementType, number> = {
  float32: 4,
  uint8: 1,
  int8: 1,
  int32: 4,
  int64: 8,
  bool: 1,
  float16: 2,
  float64: 8,
};

/** Integers and strings are written plainly; real numbers say so, because 1 and 1.0 are one number in JavaScript. */
export type Attribute = number | number[] | string | string[] | { float: number } | { floats: number[] };
export type Attributes = Record<string, Attribute>;

/** Data of an initialiser. `Uint16Array` holds float16 bit patterns. */
export type TensorData = ArrayData | Int8Array | Uint16Array | Float64Array;

/** The operator set written. 20 is the first with `Gelu`; ONNX Runtime 1.30 has CPU kernels for all of it. */
export const OPSET = 20;
const MICROSOFT = 'com.microsoft';

const field = (id: number, type: string, rule?: 'repeated') => (rule ? { id, type, rule } : { id, type });
const schema = protobuf.Root.fromJSON({
  nested: {
    Model: {
      fields: {
        irVersion: field(1, 'int64'),
        producerName: field(2, 'string'),
        graph: field(7, 'Graph'),
        opsetImport: field(8, 'OperatorSet', 'repeated'),
      },
    },
    OperatorSet: { fields: { domain: field(1, 'string'), version: field(2, 'int64') } },
    Graph: {
      fields: {
        node: field(1, 'Node', 'repeated'),
        name: field(2, 'string'),
        initializer: field(5, 'Tensor', 'repeated'),
        input: field(11, 'ValueInfo', 'repeated'),
        output: field(12, 'ValueInfo', 'repeated'),
      },
    },
    Node: {
      fields: {
        input: field(1, 'string', 'repeated'),
        output: field(2, 'string', 'repeated'),
        name: field(3, 'string'),
        opType: field(4, 'string'),
        attribute: field(5, 'Attribute', 'repeated'),
        domain: field(7, 'string'),
      },
    },
    Attribute: {
      fields: {
        name: field(1, 'string'),
        f: field(2, 'float'),
        i: field(3, 'int64'),
        s: field(4, 'bytes'),
        floats: field(7, 'float', 'repeated'),
        ints: field(8, 'int64', 'repeated'),
        strings: field(9, 'bytes', 'repeated'),
        type: field(20, 'int32'),
      },
    },
    Tensor: {
      fields: {
        dims: field(1, 'int64', 'repeated'),
        dataType: field(2, 'int32'),
        name: field(8, 'string'),
        rawData: field(9, 'bytes'),
        externalData: field(13, 'Entry', 'repeated'),
        dataLocation: field(14, 'int32'),
      },
    },
    Entry: { fields: { key: field(1, 'string'), value: field(2, 'string') } },
    ValueInfo: { fields: { name: field(1, 'string'), type: field(2, 'Type') } },
    Type: { fields: { tensorType: field(1, 'TensorType') } },
    TensorType: { fields: { elemType: field(1, 'int32'), shape: field(2, 'Shape') } },
    Shape: { fields: { dim: field(1, 'Dimension', 'repeated') } },
    Dimension: { fields: { dimValue: field(1, 'int64'), dimParam: field(2, 'string') } },
  },
});
const Model = schema.lookupType('Model');

/** `AttributeProto.AttributeType` */
const KIND = { float: 1, int: 2, string: 3, floats: 6, ints: 7, strings: 8 } as const;

function encodeAttribute(op: string, name: string, value: Attribute): Record<string, unknown> {
  if (typeof value === 'number' && Number.isInteger(value)) return { name, type: KIND.int, i: value };
  if (typeof value === 'string') return { name, type: KIND.string, s: Buffer.from(value) };
  if (Array.isArray(value)) {
    if (value.every((entry) => typeof entry === 'string'))
      return { name, type: KIND.strings, strings: value.map((entry) => Buffer.from(entry)) };
    if (value.every((entry) => Number.isInteger(entry))) return { name, type: KIND.ints, ints: value };
  } else if (typeof value === 'object') {
    if ('float' in value) return { name, type: KIND.float, f: value.float };
    if ('floats' in value) return { name, type: KIND.floats, floats: value.floats };
  }
  throw onnxAttribute(op, name, value);
}

const CONSTANT_DATA: Record<ConstantType, (values: readonly number[]) => TensorData> = {
  float32: (values) => Float32Array.from(values),
  float64: (values) => Float64Array.from(values),
  int32: (values) => Int32Array.from(values),
  int64: (values) => BigInt64Array.from(values, (value) => BigInt(value)),
  uint8: (values) => Uint8Array.from(values),
  bool: (values) => Uint8Array.from(values, (value) => (value ? 1 : 0)),
};

function elementTypeOf(data: TensorData): ElementType {
  if (data instanceof Float32Array) return 'float32';
  if (data instanceof Int32Array) return 'int32';
  if (data instanceof BigInt64Array) return 'int64';
  if (data instanceof Int8Array) return 'int8';
  if (data instanceof Uint16Array) return 'float16';
  if (data instanceof Float64Array) return 'float64';
  return 'uint8';
}

/** Weights that a model names by `path` and that are given to ONNX Runtime beside it. */
export interface ExternalData {
  path: string;
  data: Uint8Array;
}

export interface ModelParts {
  bytes: Uint8Array;
  external: ExternalData[];
}

/** `TensorProto.DataLocation` */
const EXTERNAL = 1;

/**
 * One ONNX graph in the making. Names are the caller's or made up; constants are written once each.
 *
 * @example
 * const graph = new OnnxGraphBuilder('double');
 * const x = graph.input('x', 'float32', ['batch', 8]);
 * graph.output(graph.node('Mul', [x, graph.scalar(2)], {}, ['y'])[0], 'float32', ['batch', 8]);
 * const bytes = graph.toBytes();
 */
export class OnnxGraphBuilder {
  readonly name: string;
  private readonly nodes: Record<string, unknown>[] = [];
  private readonly initializers: Record<string, unknown>[] = [];
  private readonly inputs: Record<string, unknown>[] = [];
  private readonly outputs: Record<string, unknown>[] = [];
  private readonly constants = new Map<string, string>();
  private readonly counts = new Map<string, number>();
  private usesMicrosoft = false;

  constructor(name = 'graph') {
    this.name = name;
  }

  /**
   * Appends an operation and returns the name of its output: one name, made up, unless `outputs` gives the names or
   * their number, which returns them all. An input that is absent is the empty string.
   *
   * @param op an ONNX operator, or a contributed one of ONNX Runtime as `'com.microsoft.FusedMatMul'`
   * @throws LorekeepError `ONNX_BAD_ATTRIBUTE`
   */
  node(op: string, inputs: string[], attributes?: Attributes): string;
  node(op: string, inputs: string[], attributes: Attributes, outputs: string[] | number): string[];
  node(op: string, inputs: string[], attributes: Attributes = {}, outputs?: string[] | number): string | string[] {
    const contributed = op.startsWith(`${MICROSOFT}.`);
    const opType = contributed ? op.slice(MICROSOFT.length + 1) : op;
    if (contributed) this.usesMicrosoft = true;
    const names = Array.isArray(outputs) ? outputs : Array.from({ length: outputs ?? 1 }, () => this.fresh(opType));
    this.nodes.push({
      opType,
      name: names[0],
      input: inputs,
      output: names,
      attribute: Object.entries(attributes).map(([name, value]) => encodeAttribute(op, name, value)),
      ...(contributed ? { domain: MICROSOFT } : {}),
    });
    return outputs === undefined ? names[0] : names;
  }

  /**
   * Adds weights; their type follows from the array unless `type` is given (`'bool'` for a Uint8Array of flags).
   * The data is not copied before `toBytes`.
   *
   * @throws LorekeepError `ONNX_BAD_TENSOR` if the data does not fill `dims` exactly
   */
  initializer(name: string, dims: number[], data: TensorData, type: ElementType = elementTypeOf(data)): string {
    if (sizeOf(dims) !== data.length) throw onnxTensor(name, `has ${data.length} values for the shape [${dims}]`);
    if (ELEMENT_BYTES[type] !== data.BYTES_PER_ELEMENT) throw onnxTensor(name, `does not hold ${type} values`);
    const rawData = new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
    this.initializers.push({ name, dims, dataType: ELEMENT_TYPES[type], rawData });
    return name;
  }

  /** A scalar constant. Equal constants share one name. */
  scalar(value: number, type: ConstantType = 'float32'): string {
    return this.constant([], [value], type);
  }

  /** A vector of int64, the form in which ONNX takes shapes, axes and pads. Equal vectors share one name. */
  int64s(values: readonly number[]): string {
    return this.constant([values.length], values, 'int64');
  }

  /** A small constant of any shape, deduplicated by type, shape and values. */
  constant(dims: number[], values: readonly number[], type: ConstantType): string {
    const printed = values.map((value) => (Object.is(value, -0) ? '-0' : String(value)));
    const key = `${type}[${dims}]${printed}`;
    const known = this.constants.get(key);
    if (known !== undefined) return known;
    const data = CONSTANT_DATA[type](values);
    const name = this.initializer(this.fresh('constant'), dims, data, type);
    this.constants.set(key, name);
    return name;
  }

  /** Declares an input. A string among `dims` is a size known only at run time; equal strings are equal sizes. */
  input(name: string, type: ElementType, dims: (number | string)[]): string {
    this.inputs.push(valueInfo(name, type, dims));
    return name;
  }

  /** Declares that the value `name` is an output. */
  output(name: string, type: ElementType, dims: (number | string)[]): void {
    this.outputs.push(valueInfo(name, type, dims));
  }

  /** The finished model (at most 2 GiB, protobuf's limit). */
  toBytes(): Uint8Array {
    return this.encode(this.initializers);
  }

  /**
   * The finished model with its large weights apart, so that it has no limit and nothing is copied. ONNX Runtime takes
   * them as its session option `externalData`.
   *
   * @param least bytes from which on weights are kept apart. Default 1024.
   */
  toParts(least = 1024): ModelParts {
    const external: ExternalData[] = [];
    const initializers = this.initializers.map(({ rawData, ...described }) => {
      const data = rawData as Uint8Array;
      if (data.byteLength < least) return { ...described, rawData };
      const path = `weights-${external.length}`;
      external.push({ path, data });
      const entries = { location: path, offset: 0, length: data.byteLength };
      const externalData = Object.entries(entries).map(([key, value]) => ({ key, value: String(value) }));
      return { ...described, dataLocation: EXTERNAL, externalData };
    });
    return { bytes: this.encode(initializers), external };
  }

  private encode(initializers: Record<string, unknown>[]): Uint8Array {
    return Model.encode(
      Model.fromObject({
        irVersion: 10,
        producerName: 'lorekeep',
        opsetImport: [
          { domain: '', version: OPSET },
          ...(this.usesMicrosoft ? [{ domain: MICROSOFT, version: 1 }] : []),
        ],
        graph: {
          name: this.name,
          node: this.nodes,
          initializer: initializers,
          input: this.inputs,
          output: this.outputs,
        },
      }),
    ).finish();
  }

  private fresh(stem: string): string {
    const count = this.counts.get(stem) ?? 0;
    this.counts.set(stem, count + 1);
    return `${stem}:${count}`;
  }
}

function valueInfo(name: string, type: ElementType, dims: (number | string)[]): Record<string, unknown> {
  const dim = dims.map((size) => (typeof size === 'number' ? { dimValue: size } : { dimParam: size }));
  return { name, type: { tensorType: { elemType: ELEMENT_TYPES[type], shape: { dim } } } };
}
