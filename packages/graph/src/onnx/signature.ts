/**
 * Inputs and outputs of an ONNX model, read without loading the model. The schema below contains
 * only the path to inputs, outputs and names of initialisers, so the decoder skips all other
 * fields.
 */
import protobuf from 'protobufjs/light.js';
import { ELEMENT_TYPES } from './format.ts';

export interface ValueSignature {
  name: string;
  /** A key of `ELEMENT_TYPES`, or `'type <number>'` for other types. */
  type: string;
  /** Sizes; undefined if known only at run time. */
  dims: (number | undefined)[];
}

export interface GraphSignature {
  /** Without inputs that have a default, which is an initialiser of the same name. */
  inputs: ValueSignature[];
  outputs: ValueSignature[];
  /** Paths of the weight files, relative to the folder of the model. */
  externalFiles: string[];
}

const field = (id: number, type: string) => ({ id, type });
const repeated = (id: number, type: string) => ({ id, type, rule: 'repeated' as const });
const Model = protobuf.Root.fromJSON({
  nested: {
    Model: { fields: { graph: field(7, 'Graph') } },
    Graph: {
      fields: { initializer: repeated(5, 'Tensor'), input: repeated(11, 'Value'), output: repeated(12, 'Value') },
    },
    Tensor: { fields: { name: field(8, 'string'), externalData: repeated(13, 'Entry') } },
    Entry: { fields: { key: field(1, 'string'), value: field(2, 'string') } },
    Value: { fields: { name: field(1, 'string'), type: field(2, 'Type') } },
    Type: { fields: { tensorType: field(1, 'TensorType') } },
    TensorType: { fields: { elemType: field(1, 'int32'), shape: field(2, 'Shape') } },
    Shape: { fields: { dim: repeated(1, 'Dimension') } },
    Dimension: { fields: { dimValue: field(1, 'int64') } },
  },
}).lookupType('Model');

interface Decoded {
  graph?: {
    initializer?: { name: string; externalData?: { key: string; value: string }[] }[];
    input?: DecodedValue[];
    output?: DecodedValue[];
  };
}
interface DecodedValue {
  name: string;
  type?: { tensorType?: { elemType: number; shape?: { dim?: { dimValue?: number }[] } } };
}

/** @throws Error if the bytes are not an ONNX model */
export function readOnnxSignature(bytes: Uint8Array): GraphSignature {
  const { graph } = Model.toObject(Model.decode(bytes), { longs: Number }) as Decoded;
  if (graph?.output === undefined || graph.output.length === 0) throw new Error('it contains no graph with outputs');
  const initializers = graph.initializer ?? [];
  const withDefault = new Set(initializers.map(({ name }) => name));
  const files = initializers.flatMap(({ externalData = [] }) =>
    externalData.filter(({ key }) => key === 'location').map(({ value }) => value),
  );
  return {
    inputs: (graph.input ?? []).filter(({ name }) => !withDefault.has(name)).map(signatureOf),
    outputs: graph.output.map(signatureOf),
    externalFiles: [...new Set(files)],
  };
}

function signatureOf({ name, type }: DecodedValue): ValueSignature {
  const number = type?.tensorType?.elemType ?? 0;
  const known = Object.entries(ELEMENT_TYPES).find(([, value]) => value === number);
  const dims = (type?.tensorType?.shape?.dim ?? []).map(({ dimValue }) => (dimValue ? dimValue : undefined));
  return { name, type: known?.[0] ?? `type ${number}`, dims };
}
