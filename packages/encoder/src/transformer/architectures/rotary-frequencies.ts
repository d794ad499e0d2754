/**
 * Frequencies of rotary position embeddings from `config.json`, with the scaling for long texts if
 * it is configured.
 */
import { errors } from '../../errors.ts';
import { badConfig, type ModelConfig } from '../model-config.ts';

/**
 * `headSize / 2` frequencies, in radians per position, one for each pair of values in a head.
 *
 * @param rope `rope_parameters` of newer configurations, or `rope_scaling` of older ones; may be
 *   empty
 * @param theta the base if `rope` has none
 * @throws LorekeepError `MODEL_UNSUPPORTED` for types other than `default`, `linear` and `llama3`;
 *   `MODEL_BAD_FILE`
 */
export function rotaryFrequencies(
  { directory, values }: ModelConfig,
  rope: Record<string, unknown>,
  theta: number,
  headSize: number,
): number[] {
  const bad = (key: string) =>
    badConfig(directory, `gives ${key} of the rotary embedding as ${JSON.stringify(rope[key])}`);
  const number = (key: string, fallback?: unknown): number => {
    const value = rope[key] ?? fallback;
    if (typeof value !== 'number' || !(value > 0) || !Number.isFinite(value)) throw bad(key);
    return value;
  };
  if (headSize % 2 !== 0)
    throw badConfig(directory, `has heads of ${headSize} values, which cannot be rotated in pairs`);
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

  // Llama 3.1: high frequencies are kept, low ones are divided by the factor, those between are
  // interpolated.
  const factor = number('factor');
  const low = number('low_freq_factor');
  const high = number('high_freq_factor');
  const trainedLength = number('original_max_position_embeddings', values.max_position_embeddings);
  return plain.map((frequency) => {
    const turns = (trainedLength * frequency) / (2 * Math.PI);
    const kept = Math.min(1, Math.max(0, (turns - low) / (high - low)));
    return frequency * (kept + (1 - kept) / factor);
  });
}
