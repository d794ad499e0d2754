/**
 * What an ONNX model takes and gives, without loading it. Of the schema only the way to inputs, outputs and the names of
 * initialisers is described, so everything else is skipped unread.
 */
import protobuf from 'protobufjs/light.js';
import { ELEMENT_TYPES } from './graph-builder.ts';

export interface ValueSignature {
  name: string;
  /** As `ELEMENT_TYPES` has them, or `'type <number>'` for others. */
  type: string;
  /** Sizes; undefined where known only at run time. */
  dims: (number | undefined)[];
}

export interface GraphSignature {
  /** Without those that are only defaults, given by an initialiser of the same name. */
  inputs: ValueSignature[];
  outputs: ValueSignature[];
  /** Files that hold weights, as the model names them: relative to its own folder. */
  externalFiles: string[];
}

const repeated = (id: number, type: string) => ({ id, type, rule: 'repeated' as const });
const Model = protobuf.Root.fromJSON({
  nested: {
    Model: { fields: { graph: { id: 7, type: 'Graph' } } },
    Graph: {
      fields: { initializer: repeated(5, 'Tensor'), input: repeated(11, 'Value'), output: repeated(12, 'Value') },
    },
    Tensor: { fields: { name: { id: 8, type: 'string' }, externalData: repeated(13, 'Entry') } },
    Entry: { fields: { key: { id: 1, type: 'string' }, value: { id: 2, type: 'string' } } },
    Value: { fields: { name: { id: 1, type: 'string' }, type: { id: 2, type: 'Type' } } },
    Type: { fields: { tensorType: { id: 1, type: 'TensorType' } } },
    TensorType: { fields: { elemType: { id: 1, type: 'int32' }, shape: { id: 2, type: 'Shape' } } },
    Shape: { fields: { dim: repeated(1, 'Dimension') } },
    Dimension: { fields: { dimValue: { id: 1, type: 'int64' } } },
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

/** @throws Error if the bytes are no ONNX model */
export function readOnnxSignature(bytes: Uint8Array): GraphSignature {
  const { graph } = Model.toObject(Model.decode(bytes), { longs: Number }) as Decoded;
  if (graph?.output === undefined || graph.output.length === 0) throw new Error('there is no graph with outputs in it');
  const initializers = graph.initializer ?? [];
  const given = new Set(initializers.map(({ name }) => name));
  const files = initializers.flatMap(({ externalData = [] }) =>
    externalData.filter(({ key }) => key === 'location').map(({ value }) => value),
  );
  return {
    inputs: (graph.input ?? []).filter(({ name }) => !given.has(name)).map(signatureOf),
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
