/**
 * From token vectors to the text's vector: the sentence-transformers modules after the transformer,
 * then L2.
 */
import type { OnnxGraphBuilder } from '@lorekeep/graph';
import { activationNamed } from './layers/activations.ts';
import { createLayers } from './layers/layers.ts';
import { type PoolingMode, pool } from './layers/pooling.ts';
import type { Weights } from './layers/weights.ts';

/**
 * A module after the transformer. Its JSON without the weights is part of the encoder's id: never
 * rename a key.
 */
export type HeadModule =
  | { kind: 'pooling'; modes: PoolingMode[]; includePrompt: boolean }
  | {
      kind: 'dense';
      from: number;
      to: number;
      bias: boolean;
      activation: string;
      residual: boolean;
      weights: Weights;
      /** SHA-256 of the weight file. */
      hash: string;
    }
  | { kind: 'layerNorm'; size: number; weights: Weights; hash: string }
  | { kind: 'normalise' };

/** PyTorch's activation classes → names of `activationNamed`. */
export const ACTIVATION_CLASSES: Record<string, string> = {
  'torch.nn.modules.linear.Identity': 'linear',
  'torch.nn.modules.activation.Tanh': 'tanh',
  'torch.nn.modules.activation.ReLU': 'relu',
  'torch.nn.modules.activation.GELU': 'gelu',
  'torch.nn.modules.activation.SiLU': 'silu',
  'torch.nn.modules.activation.Sigmoid': 'sigmoid',
};

export interface HeadOptions {
  /** Tokens of the prompt, which a pooling may exclude. */
  promptTokens: number;
  /** Leading values of the vector to keep. Undefined keeps all. */
  dimensions: number | undefined;
}

/**
 * Writes all modules, truncates the vector and normalises it (L2), even if the model does not end
 * with a normalisation: encoders return unit vectors. A vector of zeros stays zeros.
 *
 * @param tokens `[batch, length, width]`, or `[batch, width]` if `head` is empty
 * @param mask float32 `[batch, length]`
 * @param dimensionMismatch makes the error for a module whose input width differs from the given
 *   width
 */
export function writeHead(
  graph: OnnxGraphBuilder,
  tokens: string,
  mask: string,
  width: number,
  head: readonly HeadModule[],
  { promptTokens, dimensions }: HeadOptions,
  dimensionMismatch: (given: number, expected: number) => Error,
): void {
  let x = tokens;
  head.forEach((module, index) => {
    if (module.kind === 'pooling')
      x = pool(graph, x, mask, module.modes, { skip: module.includePrompt ? 0 : promptTokens });
    // The last normalisation is the one below.
    else if (module.kind === 'normalise') x = index === head.length - 1 ? x : unit(graph, x);
    else {
      const layers = createLayers(graph, module.weights, `head.${index}.`);
      const expected = module.kind === 'dense' ? module.from : module.size;
      const given = widthAfter(width, head.slice(0, index));
      if (given !== expected) throw dimensionMismatch(given, expected);
      if (module.kind === 'layerNorm') x = layers.layerNorm(x, 'norm', module.size, 1e-5);
      else {
        const { from, to, bias } = module;
        let y = activationNamed(module.activation)!(graph, layers.linear(x, 'linear', from, to, bias));
        if (module.residual)
          y = graph.node('Add', [y, from === to ? x : layers.linear(x, 'residual', from, to, false)]);
        x = y;
      }
    }
  });
  const full = widthAfter(width, head);
  if (dimensions !== undefined && dimensions < full)
    x = graph.node('Slice', [x, graph.int64s([0]), graph.int64s([dimensions]), graph.int64s([1])]);
  graph.node('Identity', [unit(graph, x)], {}, ['embedding']);
  graph.output('embedding', 'float32', ['batch', Math.min(dimensions ?? full, full)]);
}

/** Width of a vector after these modules. */
export function widthAfter(width: number, head: readonly HeadModule[]): number {
  for (const module of head) {
    if (module.kind === 'pooling') width *= module.modes.length;
    if (module.kind === 'dense') width = module.to;
  }
  return width;
}

/** The part of the modules that the encoder's id depends on. */
export function identityOf(head: readonly HeadModule[]): object[] {
  return head.map((module) => ({ ...module, weights: undefined }));
}

function unit(graph: OnnxGraphBuilder, x: string): string {
  const norm = graph.node('ReduceL2', [x, graph.int64s([1])], { keepdims: 1 });
  return graph.node('Div', [x, graph.node('Max', [norm, graph.scalar(1e-12)])]);
}
