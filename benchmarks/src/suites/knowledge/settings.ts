/** Settings of the base ranker, chosen on windows 2 to 4 before any knowledge was plugged in. */
import type { RankerConfig } from '@lorekeep/ranking';
import type { Target } from './target.ts';

/** Behaviours per sequence. */
export const LENGTH = 50;

/**
 * Fewer rows need smaller batches: 15,000 rows in batches of 512 are thirty steps. On so few rows, dropped
 * ids cost the base ranker .003 to .004.
 */
export const rankerSettings = (target: Target): Partial<RankerConfig> => ({
  dim: 16,
  hidden: [128, 64],
  learningRate: 2e-3,
  batch: target.thin ? 64 : 512,
  idDropout: target.thin ? 0 : 0.1,
  maxRows: 2 ** 18,
});
