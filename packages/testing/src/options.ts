import { type RecommenderConfig, recommenderOptions, resolveConfig } from '@lorekeep/recommender';

/** Options by their bare names, which are unique, in the groups of the option table. */
export function grouped(flat: Record<string, unknown>): Record<string, Record<string, unknown>> {
  const result: Record<string, Record<string, unknown>> = {};
  for (const [name, value] of Object.entries(flat)) {
    const group = Object.entries(recommenderOptions).find(([, options]) => name in options)?.[0];
    if (group === undefined) throw new Error(`no option "${name}"`);
    result[group] = { ...result[group], [name]: value };
  }
  return result;
}

/** A preset with single options replaced, given by their bare names. */
export function configOf(preset: string, flat: Record<string, unknown>): RecommenderConfig {
  return resolveConfig(preset, grouped(flat));
}
