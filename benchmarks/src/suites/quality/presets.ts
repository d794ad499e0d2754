/** The models that the bench `quality` can train. */
import type { Overrides } from '@lorekeep/core';
import { type Preset, presets, type recommenderOptions } from '@lorekeep/recommender';
import { PUBLISHED_EVENTS } from '../../data/published.ts';

/** The preset that all others are compared with. */
export const REFERENCE: Preset = 'linear';

/** Presets with some options replaced. */
const VARIANTS: Record<string, { preset: Preset; config: Overrides<typeof recommenderOptions> }> = {
  /** The linear model without texts. */
  ease: { preset: REFERENCE, config: { items: { content: false } } },
  /** The towers alone, started at the factors of the linear model. */
  'twin-towers': { preset: 'learn', config: { linear: { neighboursPerItem: 0 }, reranker: { enabled: false } } },
};

/** Names of presets and variants. */
export const PRESETS: readonly string[] = [...Object.keys(presets), ...Object.keys(VARIANTS)];

interface Training {
  preset: Preset;
  config: Overrides<typeof recommenderOptions>;
}

/** Options of the training of a preset or variant. */
export function trainingOf(name: string): Training {
  const { preset, config }: Training = VARIANTS[name] ?? { preset: name as Preset, config: {} };
  return { preset, config: { ...config, ...PUBLISHED_EVENTS } };
}
