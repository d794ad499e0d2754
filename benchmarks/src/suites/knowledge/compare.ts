/** Paired differences of methods and the base ranker, on the rows of a target. */
import { groupsOf, type PairedGauc, pairedGauc } from '@lorekeep/ranking';
import { type Impressions, TEST, VALIDATION } from './real-log.ts';
import type { Target } from './target.ts';

export interface Lift {
  /** GAUC of the method minus GAUC of the base, each a mean over its runs. */
  difference: number;
  /** By users. */
  standardError: number;
  /** 95 %. */
  interval: [low: number, high: number];
  /** By seeds; NaN for fewer than two runs. */
  seedStandardError: number;
  gauc: number;
}

export interface ComparedMethod {
  method: string;
  runs: number;
  validation: Lift;
  test: Lift;
  all: Lift;
}

/**
 * @param scores the runs of each method, each with one score per scored row of the target; one method
 *   is `base`
 */
export function compareMethods(
  impressions: Impressions,
  target: Target,
  scores: ReadonlyMap<string, readonly Float32Array[]>,
): ComparedMethod[] {
  const { log } = impressions.data;
  const rows = impressions.scoredRows(target);
  const windows = impressions.windowsOf(rows);
  const users = rows.map((row) => log.users[row]);
  const surfaces = rows.map((row) => log.surfaces[row]);
  const { groups } = groupsOf({ users, surfaces, windows });
  const labels = impressions.labels(target, rows);
  const base = scores.get('base') ?? [];
  return Array.from(scores, ([method, runs]) => {
    const on = (chosen: readonly number[]) => {
      const mask = Uint8Array.from(windows, (window) => Number(chosen.includes(window)));
      return lift(pairedGauc(runs, base, { labels, groups, users }, { rows: mask }));
    };
    return { method, runs: runs.length, validation: on(VALIDATION), test: on(TEST), all: on([...VALIDATION, ...TEST]) };
  });
}

const lift = ({ difference, standardError, interval, seedStandardError, a }: PairedGauc): Lift => ({
  difference,
  standardError,
  interval,
  seedStandardError,
  gauc: a.reduce((sum, value) => sum + value, 0) / a.length,
});
