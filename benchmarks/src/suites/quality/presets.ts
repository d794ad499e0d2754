/** The models that the bench `quality` can train. */
import type { Overrides } from '@lorekeep/core';
import { type Preset, presets, type recommenderOptions } from '@lorekeep/recommender';

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

/** Options of the training of a preset or variant. */
export const trainingOf = (name: string): { preset: Preset; config?: Overrides<typeof recommenderOptions> } =>
  VARIANTS[name] ?? { preset: name as Preset };
