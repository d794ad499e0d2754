/**
 * Rotary position embeddings (Su et al. 2021): the halves of every head are turned against each other by an angle of
 * place × frequency. The frequencies come from `config.json`, stretched for long texts where that says so.
 */
import { join } from 'node:path';
import type { OnnxGraphBuilder } from '@lorekeep/graph';
import { errors } from '../../errors.ts';
import type { ModelConfig } from '../model-config.ts';
import { placesOf } from './attention.ts';

/** Cosines and sines of all angles, `[length, headSize / 2]` each. */
export interface Angles {
  cos: string;
  sin: string;
}

export function anglesOf(graph: OnnxGraphBuilder, length: string, frequencies: readonly number[]): Angles {
  const places = graph.node('Unsqueeze', [graph.node('Cast', [placesOf(graph, length)], { to: 1 }), graph.int64s([1])]);
  const row = graph.constant([1, frequencies.length], frequencies, 'float32');
  const angles = graph.node('Mul', [places, row]);
  return { cos: graph.node('Cos', [angles]), sin: graph.node('Sin', [angles]) };
}

/** `x` `[batch, length, heads × headSize]` with every head turned by its place. */
export function rotate(graph: OnnxGraphBuilder, x: string, { cos, sin }: Angles, heads: number): string {
  const begin = graph.int64s([0]);
  return graph.node('com.microsoft.RotaryEmbedding', [x, begin, cos, sin], { num_heads: heads });
}

/**
 * The frequency of every pair of values in a head, in radians a place, `headSize / 2` of them.
 *
 * @param rope `rope_parameters` of newer configurations, or `rope_scaling` of older ones; may be empty
 * @param theta the base where `rope` has none
 * @throws LorekeepError `MODEL_UNSUPPORTED` for kinds of stretching other than `default`, `linear` and `llama3`;
 *   `MODEL_BAD_FILE`
 */
export function rotaryFrequencies(
  { directory, values }: ModelConfig,
  rope: Record<string, unknown>,
  theta: number,
  headSize: number,
): number[] {
  const bad = (key: string) =>
    errors.MODEL_BAD_FILE({
      file: join(directory, 'config.json'),
      reason: `gives ${key} of the rotary embedding as ${JSON.stringify(rope[key])}`,
    });
  const number = (key: string, fallback?: unknown): number => {
    const value = rope[key] ?? fallback;
    if (typeof value !== 'number' || !(value > 0) || !Number.isFinite(value)) throw bad(key);
    return value;
  };
  if (headSize % 2 !== 0)
    throw errors.MODEL_BAD_FILE({
      file: join(directory, 'config.json'),
      reason: `has heads of ${headSize} values, which cannot turn in pairs`,
    });
  const partial = rope.partial_rotary_factor ?? values.partial_rotary_factor ?? 1;
  if (partial !== 1)
    throw errors.MODEL_UNSUPPORTED({ directory, feature: `partial_rotary_factor ${JSON.stringify(partial)}` });
  const base = number('rope_theta', theta);
  const plain = Array.from({ length: headSize / 2 }, (_, pair) => base ** ((-2 * pair) / headSize));
  const kind = rope.rope_type ?? rope.type ?? 'default';
  if (kind === 'default') return plain;
  if (kind === 'linear') return plain.map((frequency) => frequency / number('factor'));
  if (kind !== 'llama3')
    throw errors.MODEL_UNSUPPORTED({ directory, feature: `rotary embeddings of the type ${JSON.stringify(kind)}` });

  // Llama 3.1: high frequencies stay, low ones are divided, those between are mixed.
  const factor = number('factor');
  const low = number('low_freq_factor');
  const high = number('high_freq_factor');
  const trained = number('original_max_position_embeddings', values.max_position_embeddings);
  return plain.map((frequency) => {
    const turns = (trained * frequency) / (2 * Math.PI);
    const kept = Math.min(1, Math.max(0, (turns - low) / (high - low)));
    return frequency * (kept + (1 - kept) / factor);
  });
}
