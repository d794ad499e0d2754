/**
 * Writes ONNX models. Weights go into `raw_data`, which ONNX Runtime reads without decoding.
 *
 * The builder is independent of tfjs: the compiler writes its graphs with it, and so does the
 * export of text encoders.
 */
import { sizeOf } from '../arrays.ts';
import { errors } from '../errors.ts';
import {
  type Attributes,
  ELEMENT_BYTES,
  ELEMENT_TYPES,
  type ElementType,
  elementTypeOf,
  encodeAttribute,
  Model,
  type TensorData,
} from './format.ts';

type ConstantType = 'float32' | 'float64' | 'int32' | 'int64' | 'uint8' | 'bool';

const CONSTANT_DATA: Record<ConstantType, (values: readonly number[]) => TensorData> = {
  float32: (values) => Float32Array.from(values),
  float64: (values) => Float64Array.from(values),
  int32: (values) => Int32Array.from(values),
  int64: (values) => BigInt64Array.from(values, (value) => BigInt(value)),
  uint8: (values) => Uint8Array.from(values),
  bool: (values) => Uint8Array.from(values, (value) => (value ? 1 : 0)),
};

/** The first operator set with `Gelu`. ONNX Runtime 1.30 has CPU kernels for all of it. */
const OPSET = 20;

/** The domain of ONNX Runtime's contributed operators. */
const MICROSOFT = 'com.microsoft';

/** `TensorProto.DataLocation` */
const EXTERNAL = 1;

/** Weights that a model refers to by `path`. ONNX Runtime receives them separately. */
export interface ExternalData {
  path: string;
  data: Uint8Array;
}

export interface ModelParts {
  bytes: Uint8Array;
  external: ExternalData[];
}

/**
 * Builds one ONNX graph. Value names are given by the caller or generated. Equal constants are
 * written once.
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
   * Appends an operation and returns the name of its output. If `outputs` gives the names or the
   * number of the outputs, all names are returned. An absent optional input is written as the empty
   * string.
   *
   * @param op an ONNX operator, or a contributed one of ONNX Runtime as
   *   `'com.microsoft.FusedMatMul'`
   * @throws LorekeepError `ONNX_BAD_ATTRIBUTE`
   */
  node(op: string, inputs: string[], attributes?: Attributes): string;
  node(op: string, inputs: string[], attributes: Attributes, outputs: string[] | number): string[];
  node(op: string, inputs: string[], attributes: Attributes = {}, outputs?: string[] | number): string | string[] {
    const contributed = op.startsWith(`${MICROSOFT}.`);
    const opType = contributed ? op.slice(MICROSOFT.length + 1) : op;
    if (contributed) this.usesMicrosoft = true;
    const names = Array.isArray(outputs) ? outputs : Array.from({ length: outputs ?? 1 }, () => this.freshName(opType));
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
   * Adds weights. Their type follows from the array unless `type` is given (`'bool'` for a
   * Uint8Array of flags). The data is not copied before `toBytes`.
   *
   * @throws LorekeepError `ONNX_BAD_TENSOR` if the data does not fill `dims` exactly
   */
  initializer(name: string, dims: number[], data: TensorData, type: ElementType = elementTypeOf(data)): string {
    if (sizeOf(dims) !== data.length)
      throw errors.ONNX_BAD_TENSOR({ name, problem: `has ${data.length} values for the shape [${dims}]` });
    if (ELEMENT_BYTES[type] !== data.BYTES_PER_ELEMENT)
      throw errors.ONNX_BAD_TENSOR({ name, problem: `does not hold ${type} values` });
    const rawData = new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
    this.initializers.push({ name, dims, dataType: ELEMENT_TYPES[type], rawData });
    return name;
  }

  /** A scalar constant. Equal constants share one name. */
  scalar(value: number, type: ConstantType = 'float32'): string {
    return this.constant([], [value], type);
  }

  /** A vector of int64, the type of shapes, axes and pads in ONNX. Equal vectors share one name. */
  int64s(values: readonly number[]): string {
    return this.constant([values.length], values, 'int64');
  }

  /** A small constant of any shape. Constants of equal type, shape and values share one name. */
  constant(dims: number[], values: readonly number[], type: ConstantType): string {
    const printed = values.map((value) => (Object.is(value, -0) ? '-0' : String(value)));
    const key = `${type}[${dims}]${printed}`;
    const known = this.constants.get(key);
    if (known !== undefined) return known;
    const data = CONSTANT_DATA[type](values);
    const name = this.initializer(this.freshName('constant'), dims, data, type);
    this.constants.set(key, name);
    return name;
  }

  /**
   * Declares an input. A string in `dims` is a size that is known only at run time; equal strings
   * are equal sizes.
   */
  input(name: string, type: ElementType, dims: (number | string)[]): string {
    this.inputs.push(valueInfo(name, type, dims));
    return name;
  }

  /** Declares the value `name` as an output. */
  output(name: string, type: ElementType, dims: (number | string)[]): void {
    this.outputs.push(valueInfo(name, type, dims));
  }

  /** The complete model. Protocol buffers limit it to 2 GiB; use `toParts` for larger models. */
  toBytes(): Uint8Array {
    return this.encode(this.initializers);
  }

  /**
   * The complete model with its large weights outside, so that it has no size limit and no weight
   * is copied. Pass `external` to ONNX Runtime as the session option `externalData`.
   *
   * @param minBytes size from which weights are kept outside. Default 1024.
   */
  toParts(minBytes = 1024): ModelParts {
    const external: ExternalData[] = [];
    const initializers = this.initializers.map(({ rawData, ...described }) => {
      const data = rawData as Uint8Array;
      if (data.byteLength < minBytes) return { ...described, rawData };
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

  private freshName(stem: string): string {
    const count = this.counts.get(stem) ?? 0;
    this.counts.set(stem, count + 1);
    return `${stem}:${count}`;
  }
}

function valueInfo(name: string, type: ElementType, dims: (number | string)[]): Record<string, unknown> {
  const dim = dims.map((size) => (typeof size === 'number' ? { dimValue: size } : { dimParam: size }));
  return { name, type: { tensorType: { elemType: ELEMENT_TYPES[type], shape: { dim } } } };
}
