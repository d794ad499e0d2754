/** Activation functions by their names in `config.json`. */
import type { OnnxGraphBuilder } from '@lorekeep/graph';

type Activation = (graph: OnnxGraphBuilder, x: string) => string;

const gelu: Activation = (graph, x) => graph.node('Gelu', [x]);
const geluTanh: Activation = (graph, x) => graph.node('Gelu', [x], { approximate: 'tanh' });
const silu: Activation = (graph, x) => graph.node('Mul', [x, graph.node('Sigmoid', [x])]);

const ACTIVATIONS: Record<string, Activation> = {
  gelu,
  gelu_python: gelu,
  gelu_new: geluTanh,
  gelu_fast: geluTanh,
  gelu_pytorch_tanh: geluTanh,
  relu: (graph, x) => graph.node('Relu', [x]),
  silu,
  swish: silu,
  sigmoid: (graph, x) => graph.node('Sigmoid', [x]),
  tanh: (graph, x) => graph.node('Tanh', [x]),
  linear: (_, x) => x,
};

/** The activation of this name, or undefined if it is unknown. */
export function activationNamed(name: unknown): Activation | undefined {
  return typeof name === 'string' && Object.hasOwn(ACTIVATIONS, name) ? ACTIVATIONS[name] : undefined;
}
