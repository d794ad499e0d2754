/** Reading `config.json`: every value that changes the mathematics is checked, and what is not known is refused. */
import { join } from 'node:path';
import { modelBadFile, modelUnsupported } from '../errors.ts';

export interface ModelConfig {
  /** The model's folder, for messages. */
  directory: string;
  values: Record<string, unknown>;
}

/** A size: a whole number of at least 1. `fallback` stands in where the key is absent. */
export function sizeIn({ directory, values }: ModelConfig, key: string, fallback?: number): number {
  const value = values[key] ?? fallback;
  if (!Number.isSafeInteger(value) || (value as number) < 1)
    throw modelBadFile(
      join(directory, 'config.json'),
      `gives ${key} as ${JSON.stringify(values[key])}, expected a size`,
    );
  return value as number;
}

/** A positive real number. */
export function positiveIn({ directory, values }: ModelConfig, key: string, fallback: number): number {
  const value = values[key] ?? fallback;
  if (typeof value !== 'number' || !(value > 0) || !Number.isFinite(value))
    throw modelBadFile(join(directory, 'config.json'), `gives ${key} as ${JSON.stringify(value)}`);
  return value;
}

/**
 * Refuses a model that asks for something else than what is computed here.
 * @param required key → the only value that is done exactly; an absent key means that value
 * @throws LorekeepError `MODEL_UNSUPPORTED`
 */
export function requireIn({ directory, values }: ModelConfig, required: Record<string, unknown>): void {
  for (const [key, value] of Object.entries(required))
    if (values[key] !== undefined && values[key] !== null && values[key] !== value)
      throw modelUnsupported(directory, `${key} "${values[key]}" (only "${value}")`);
}

/** @throws LorekeepError `MODEL_BAD_FILE` if the heads do not divide the hidden units */
export function checkHeads({ directory }: ModelConfig, hidden: number, heads: number): void {
  if (hidden % heads !== 0)
    throw modelBadFile(join(directory, 'config.json'), `divides ${hidden} hidden units among ${heads} heads`);
}
