/** Defaults and limits of the options of the main job. */

import type { FitOn, Protocol } from '@lorekeep/evaluation';
import type { Preset } from '@lorekeep/recommender';
import type { IndexKind } from '@lorekeep/vector-index';

/**
 * What is trained once more after all settings are selected. `'none'`: nothing. `'valid'`: a model on
 * training and validation events. `'all'`: one on all events.
 */
export type Refit = 'none' | Exclude<FitOn, 'train'>;

/** All values of `refit`. */
export const REFITS: readonly Refit[] = ['none', 'valid', 'all'];

/** Kind of index that `publish` builds. */
export const DEFAULT_INDEX: IndexKind = 'usearch';
/** `model` of `publish`, in place of a version: none. */
export const NO_MODEL = 'none';
/** Preset that `train` uses. */
export const DEFAULT_PRESET: Preset = 'learn';
/** Protocol that `train` uses. */
export const DEFAULT_PROTOCOL: Protocol = 'leave-one-out';
/** `refit` of `train`: nothing is trained once more. */
export const DEFAULT_REFIT: Refit = 'none';
/** Seed that `train` uses. */
export const DEFAULT_SEED = 42;

/** Smallest and largest value. All are whole numbers. */
export const LIMITS = { seed: [0, 2 ** 32 - 1], threads: [1, 256], keep: [1, 100] } as const;
