/** Options of a recommender, written without their groups. */
import { type RecommenderConfig, recommenderOptions, resolveConfig } from '@lorekeep/recommender';

/** Sorts options into the groups of the option table. Names are unique across groups. */
export function grouped(flat: Record<string, unknown>): Record<string, Record<string, unknown>> {
  const result: Record<string, Record<string, unknown>> = {};
  for (const [name, value] of Object.entries(flat)) {
    const group = Object.entries(recommenderOptions).find(([, options]) => name in options)?.[0];
    if (group === undefined) throw new Error(`There is no option "${name}".`);
    result[group] = { ...result[group], [name]: value };
  }
  return result;
}

/** A preset with some options replaced. */
export function configOf(preset: string, flat: Record<string, unknown>): RecommenderConfig {
  return resolveConfig(preset, grouped(flat));
}
