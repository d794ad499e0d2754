/** From the intermediate representation to an ONNX model. */
import { type DType, sizeOf, type TensorSpec } from '../arrays.ts';
import { errors } from '../errors.ts';
import { OnnxGraphBuilder } from '../onnx/graph-builder.ts';
import type { Graph, Value } from './ir.ts';

export interface CompiledGraph {
  name: string;
  /** A complete ONNX model. */
  onnx: Uint8Array;
  inputs: Record<string, Required<TensorSpec>>;
  outputs: Record<string, Required<TensorSpec>>;
}

/** Uniform constants up to this size are written out. ONNX Runtime expands larger ones. */
const WRITTEN_ELEMENTS = 16;

/**
 * Writes the part of `graph` on which `outputs` depend.
 *
 * @throws LorekeepError `GRAPH_BAD_OUTPUT`
 */
export function lower(graph: Graph, outputs: Record<string, Value>, name: string): CompiledGraph {
  const builder = new OnnxGraphBuilder(name);
  const names = new Map<Value, string>();
  const inputSpecs: CompiledGraph['inputs'] = {};
  const outputSpecs: CompiledGraph['outputs'] = {};
  for (const value of graph.inputs) {
    names.set(value, builder.input(value.name as string, value.dtype, [...value.shape]));
    inputSpecs[value.name as string] = specOf(value);
  }
  const outputNames = new Map<Value, string>();
  for (const [key, value] of Object.entries(outputs)) {
    if (key in inputSpecs) throw errors.GRAPH_BAD_OUTPUT({ name: key, problem: 'has the name of an input' });
    if (value.node !== undefined && !outputNames.has(value)) outputNames.set(value, key);
  }

  for (const value of dependenciesOf(Object.values(outputs))) {
    if (names.has(value)) continue;
    if (value.node === undefined) {
      names.set(value, writeConstant(builder, value));
      continue;
    }
    const { op, inputs, attributes, outputs: produced } = value.node;
    const own = produced.map((output) => outputNames.get(output) ?? `${op}:${output.id}`);
    for (const [i, output] of produced.entries()) names.set(output, own[i]);
    builder.node(
      op,
      inputs.map((input) => names.get(input) as string),
      attributes,
      own,
    );
  }
  for (const [key, value] of Object.entries(outputs)) {
    if (outputNames.get(value) !== key) builder.node('Identity', [names.get(value) as string], {}, [key]);
    builder.output(key, value.dtype, [...value.shape]);
    outputSpecs[key] = specOf(value);
  }
  return { name, onnx: builder.toBytes(), inputs: inputSpecs, outputs: outputSpecs };
}

function specOf({ shape, dtype }: Value): Required<TensorSpec> {
  return { shape: [...shape], dtype: dtype as DType };
}

function writeConstant(builder: OnnxGraphBuilder, { id, shape, dtype, data, uniform = 0 }: Value): string {
  if (data !== undefined) return builder.initializer(`constant:${dtype}:${id}`, [...shape], data, dtype);
  const size = sizeOf(shape);
  if (size <= WRITTEN_ELEMENTS) return builder.constant([...shape], Array(size).fill(uniform), dtype);
  return builder.node('Expand', [builder.scalar(uniform, dtype), builder.int64s(shape)]);
}

/** The outputs and all values they depend on, operands first: in the order of their creation. */
function dependenciesOf(outputs: Value[]): Value[] {
  const needed = new Set<Value>();
  const open = [...outputs];
  for (let value = open.pop(); value !== undefined; value = open.pop()) {
    if (needed.has(value)) continue;
    needed.add(value);
    if (value.node !== undefined) open.push(...value.node.inputs);
  }
  return [...needed].sort((a, b) => a.id - b.id);
}
