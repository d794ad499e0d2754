/**
 * Rotary position embeddings (Su et al. 2021): the two halves of every head are rotated against
 * each other by an angle of position × frequency. `architectures/rotary-frequencies.ts` reads the
 * frequencies.
 */
import type { OnnxGraphBuilder } from '@lorekeep/graph';
import { positionIndices } from './attention.ts';

/** Cosines and sines of all angles, `[length, headSize / 2]` each. */
export interface Angles {
  cos: string;
  sin: string;
}

/** @param frequencies in radians per position */
export function anglesOf(graph: OnnxGraphBuilder, length: string, frequencies: readonly number[]): Angles {
  const indices = graph.node('Cast', [positionIndices(graph, length)], { to: 1 });
  const positions = graph.node('Unsqueeze', [indices, graph.int64s([1])]);
  const row = graph.constant([1, frequencies.length], frequencies, 'float32');
  const angles = graph.node('Mul', [positions, row]);
  return { cos: graph.node('Cos', [angles]), sin: graph.node('Sin', [angles]) };
}

/** `x` `[batch, length, heads × headSize]` with every head rotated by its position. */
export function rotate(graph: OnnxGraphBuilder, x: string, { cos, sin }: Angles, heads: number): string {
  const begin = graph.int64s([0]);
  return graph.node('com.microsoft.RotaryEmbedding', [x, begin, cos, sin], { num_heads: heads });
}
