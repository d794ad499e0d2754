/** Defaults and limits of the options of the main job. */

import type { FitOn, Protocol } from '@lorekeep/evaluation';
import type { Preset } from '@lorekeep/recommender';
import type { IndexKind } from '@lorekeep/vector-index';

/** What is trained once more after all settings are selected. `'none'`: nothing. */
export type Refit = 'none' | Exclude<FitOn, 'train'>;

export const REFITS: readonly Refit[] = ['none', 'valid', 'all'];

export const DEFAULT_INDEX: IndexKind = 'usearch';
export const DEFAULT_PRESET: Preset = 'learn';
export const DEFAULT_PROTOCOL: Protocol = 'leave-one-out';
export const DEFAULT_REFIT: Refit = 'none';
export const DEFAULT_SEED = 42;

/** Smallest and largest value. Both options are whole numbers. */
export const LIMITS = { seed: [0, 2 ** 32 - 1], threads: [1, 256] } as const;
