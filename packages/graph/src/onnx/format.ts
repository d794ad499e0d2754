/**
 * The part of the ONNX format that this package writes (onnx/onnx.proto3, IR version 10), as data
 * for protobufjs/light: no code generator and no schema file is needed.
 */
import protobuf from 'protobufjs/light.js';
import type { ArrayData } from '../arrays.ts';
import { errors } from '../errors.ts';

/** ONNX element types with their numbers in `TensorProto.DataType`. */
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

export const ELEMENT_BYTES: Record<ElementType, number> = {
  float32: 4,
  uint8: 1,
  int8: 1,
  int32: 4,
  int64: 8,
  bool: 1,
  float16: 2,
  float64: 8,
};

/** Data of an initialiser. `Uint16Array` holds float16 bit patterns. */
export type TensorData = ArrayData | Int8Array | Uint16Array | Float64Array;

export function elementTypeOf(data: TensorData): ElementType {
  if (data instanceof Float32Array) return 'float32';
  if (data instanceof Int32Array) return 'int32';
  if (data instanceof BigInt64Array) return 'int64';
  if (data instanceof Int8Array) return 'int8';
  if (data instanceof Uint16Array) return 'float16';
  if (data instanceof Float64Array) return 'float64';
  return 'uint8';
}

/**
 * Integers and strings are written plainly. Real numbers are marked as such, because 1 and 1.0 are
 * the same number in JavaScript.
 */
export type Attribute = number | number[] | string | string[] | { float: number } | { floats: number[] };
export type Attributes = Record<string, Attribute>;

/** `AttributeProto.AttributeType` */
const ATTRIBUTE_TYPES = { float: 1, int: 2, string: 3, floats: 6, ints: 7, strings: 8 } as const;

/** @throws LorekeepError `ONNX_BAD_ATTRIBUTE` */
export function encodeAttribute(op: string, name: string, value: Attribute): Record<string, unknown> {
  if (typeof value === 'number' && Number.isInteger(value)) return { name, type: ATTRIBUTE_TYPES.int, i: value };
  if (typeof value === 'string') return { name, type: ATTRIBUTE_TYPES.string, s: Buffer.from(value) };
  if (Array.isArray(value)) {
    if (value.every((entry) => typeof entry === 'string'))
      return { name, type: ATTRIBUTE_TYPES.strings, strings: value.map((entry) => Buffer.from(entry)) };
    if (value.every((entry) => Number.isInteger(entry))) return { name, type: ATTRIBUTE_TYPES.ints, ints: value };
  } else if (typeof value === 'object') {
    if ('float' in value) return { name, type: ATTRIBUTE_TYPES.float, f: value.float };
    if ('floats' in value) return { name, type: ATTRIBUTE_TYPES.floats, floats: value.floats };
  }
  throw errors.ONNX_BAD_ATTRIBUTE({ op, name, value });
}

const field = (id: number, type: string) => ({ id, type });
const repeated = (id: number, type: string) => ({ id, type, rule: 'repeated' as const });

/** The message `ModelProto`. */
export const Model = protobuf.Root.fromJSON({
  nested: {
    Model: {
      fields: {
        irVersion: field(1, 'int64'),
        producerName: field(2, 'string'),
        graph: field(7, 'Graph'),
        opsetImport: repeated(8, 'OperatorSet'),
      },
    },
    OperatorSet: { fields: { domain: field(1, 'string'), version: field(2, 'int64') } },
    Graph: {
      fields: {
        node: repeated(1, 'Node'),
        name: field(2, 'string'),
        initializer: repeated(5, 'Tensor'),
        input: repeated(11, 'ValueInfo'),
        output: repeated(12, 'ValueInfo'),
      },
    },
    Node: {
      fields: {
        input: repeated(1, 'string'),
        output: repeated(2, 'string'),
        name: field(3, 'string'),
        opType: field(4, 'string'),
        attribute: repeated(5, 'Attribute'),
        domain: field(7, 'string'),
      },
    },
    Attribute: {
      fields: {
        name: field(1, 'string'),
        f: field(2, 'float'),
        i: field(3, 'int64'),
        s: field(4, 'bytes'),
        floats: repeated(7, 'float'),
        ints: repeated(8, 'int64'),
        strings: repeated(9, 'bytes'),
        type: field(20, 'int32'),
      },
    },
    Tensor: {
      fields: {
        dims: repeated(1, 'int64'),
        dataType: field(2, 'int32'),
        name: field(8, 'string'),
        rawData: field(9, 'bytes'),
        externalData: repeated(13, 'Entry'),
        dataLocation: field(14, 'int32'),
      },
    },
    Entry: { fields: { key: field(1, 'string'), value: field(2, 'string') } },
    ValueInfo: { fields: { name: field(1, 'string'), type: field(2, 'Type') } },
    Type: { fields: { tensorType: field(1, 'TensorType') } },
    TensorType: { fields: { elemType: field(1, 'int32'), shape: field(2, 'Shape') } },
    Shape: { fields: { dim: repeated(1, 'Dimension') } },
    Dimension: { fields: { dimValue: field(1, 'int64'), dimParam: field(2, 'string') } },
  },
}).lookupType('Model');
