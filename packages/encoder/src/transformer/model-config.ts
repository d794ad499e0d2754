/**
 * Reads values of `config.json`. Every value that changes the computation is checked; unknown
 * values are refused.
 */
import { join } from 'node:path';
import { errors } from '../errors.ts';
import { activationNamed } from './layers/activations.ts';

export interface ModelConfig {
  /** The model's folder, for messages. */
  directory: string;
  values: Record<string, unknown>;
}

/** @param reason completes "config.json …" */
export const badConfig = (directory: string, reason: string) =>
  errors.MODEL_BAD_FILE({ file: join(directory, 'config.json'), reason });

/** A size: a whole number of at least 1. `fallback` is used if the key is absent. */
export function sizeIn({ directory, values }: ModelConfig, key: string, fallback?: number): number {
  const value = values[key] ?? fallback;
  if (!Number.isSafeInteger(value) || (value as number) < 1)
    throw badConfig(directory, `gives ${key} as ${JSON.stringify(values[key])}, expected a size`);
  return value as number;
}

/** A positive real number. */
export function positiveIn({ directory, values }: ModelConfig, key: string, fallback: number): number {
  const value = values[key] ?? fallback;
  if (typeof value !== 'number' || !(value > 0) || !Number.isFinite(value))
    throw badConfig(directory, `gives ${key} as ${JSON.stringify(value)}`);
  return value;
}

/** A token id, from 0. */
export function tokenIn({ directory, values }: ModelConfig, key: string, fallback: number): number {
  const value = values[key] ?? fallback;
  if (!Number.isSafeInteger(value) || (value as number) < 0)
    throw badConfig(directory, `gives ${key} as ${JSON.stringify(value)}, expected a token id`);
  return value as number;
}

/** A boolean. */
export function flagIn({ directory, values }: ModelConfig, key: string, fallback: boolean): boolean {
  const value = values[key] ?? fallback;
  if (typeof value !== 'boolean')
    throw badConfig(directory, `gives ${key} as ${JSON.stringify(value)}, expected a boolean`);
  return value;
}

/** An object. Empty if the key is absent or null. */
export function objectIn({ directory, values }: ModelConfig, key: string): Record<string, unknown> {
  const value = values[key] ?? {};
  if (typeof value !== 'object' || Array.isArray(value))
    throw badConfig(directory, `gives ${key} as ${JSON.stringify(value)}, expected an object`);
  return value as Record<string, unknown>;
}

/** The name of an activation that `activationNamed` knows. */
export function activationIn({ directory, values }: ModelConfig, key: string, fallback: string): string {
  const value = values[key] ?? fallback;
  if (activationNamed(value) === undefined)
    throw errors.MODEL_UNSUPPORTED({ directory, feature: `${key} ${JSON.stringify(value)}` });
  return value as string;
}

export type LayerType = 'full_attention' | 'sliding_attention';

/** The attention type of each layer: `layer_types`, or the result of `rule` if it is absent. */
export function layerTypesIn(
  { directory, values }: ModelConfig,
  layers: number,
  rule: (layer: number) => LayerType,
): LayerType[] {
  const types = values.layer_types ?? Array.from({ length: layers }, (_, layer) => rule(layer));
  if (!Array.isArray(types) || types.length !== layers)
    throw badConfig(directory, `does not list a layer type for each of its ${layers} layers`);
  for (const type of types)
    if (type !== 'full_attention' && type !== 'sliding_attention')
      throw errors.MODEL_UNSUPPORTED({ directory, feature: `layers of the type ${JSON.stringify(type)}` });
  return types;
}

/**
 * Refuses a model whose configuration differs from what is computed here.
 * @param required key → the only supported value; an absent key means that value
 * @throws LorekeepError `MODEL_UNSUPPORTED`
 */
export function requireIn({ directory, values }: ModelConfig, required: Record<string, unknown>): void {
  for (const [key, value] of Object.entries(required))
    if (values[key] !== undefined && values[key] !== null && values[key] !== value)
      throw errors.MODEL_UNSUPPORTED({
        directory,
        feature: `${key} ${JSON.stringify(values[key])} (only ${JSON.stringify(value)})`,
      });
}

/** @throws LorekeepError `MODEL_BAD_FILE` if the heads do not divide the hidden units */
export function checkHeads({ directory }: ModelConfig, hidden: number, heads: number): void {
  if (hidden % heads !== 0) throw badConfig(directory, `divides ${hidden} hidden units among ${heads} heads`);
}
