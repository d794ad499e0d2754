/** The rows of `results/quality.json`. */
import { existsSync } from 'node:fs';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { cpus } from 'node:os';
import { dirname } from 'node:path';
import type { Difference, Group, Intervals, MetricName, Metrics, Protocol } from '@lorekeep/evaluation';
import type { Refit } from '@lorekeep/workspace';
import { QUALITY_RESULTS } from '../../paths.ts';
import type { SasrecRun } from '../../peers/recbole.ts';

/** After `'all'` no event is left to measure on. */
export type BenchRefit = Exclude<Refit, 'all'>;

/** One training of one preset. */
export interface Row {
  set: string;
  protocol: Protocol;
  /** Absent in older rows, which are `'none'`. */
  refit?: BenchRefit;
  preset: string;
  seed: number;
  /** Day of the measurement. */
  date: string;
  version: string;
  valid: Metrics;
  test: Metrics;
  intervals: Intervals;
  /** Test metrics with the items of the history left out of the ranking. */
  removed: Metrics;
  coverage: number;
  breakdown: Group[];
  /** Relative to `linear`; absent for `linear` itself. */
  differences?: Record<MetricName, Difference>;
  baselines: Record<string, Metrics>;
  /** Absent in older rows. */
  baselineBreakdown?: Record<string, Group[]>;
  /** Of training and its evaluation. 0 if an earlier run trained the version. */
  seconds: number;
  /**
   * Cores that the process could use, fewer under `taskset`. `seconds` depends on it. Absent in
   * older rows: all cores of the machine.
   */
  cores?: number;
  peakRssMb: number;
}

/** One training of a peer. */
export interface PeerRow extends SasrecRun {
  set: string;
  protocol: Protocol;
  peer: string;
  seed: number;
  date: string;
  /** Test metrics with the items of the history left out of the ranking. */
  removed_recall?: number;
  removed_ndcg?: number;
  /** What validation selected. */
  chosen?: Record<string, number | boolean>;
}

/** Today, in UTC. */
export const today = (): string => new Date().toISOString().slice(0, 10);

/** Replaces the rows of the same name in the file of results. All other rows stay as they are. */
export async function saveRows(newRows: Row[], newPeers: PeerRow[]): Promise<void> {
  const earlier = existsSync(QUALITY_RESULTS)
    ? (JSON.parse(await readFile(QUALITY_RESULTS, 'utf8')) as { rows: Row[]; peers?: PeerRow[] })
    : undefined;
  const rows = merged(earlier?.rows, newRows, ({ set, protocol, refit = 'none', preset, seed }) =>
    [set, protocol, refit, preset, seed].join(),
  );
  const peers = merged(earlier?.peers, newPeers, ({ set, protocol, peer, seed }) => [set, protocol, peer, seed].join());
  const machine = `${cpus().length} × ${cpus()[0]?.model.trim() ?? 'unknown'}`;
  await mkdir(dirname(QUALITY_RESULTS), { recursive: true });
  const results = { command: 'pnpm bench quality', machine, node: process.versions.node, rows, peers };
  await writeFile(QUALITY_RESULTS, `${JSON.stringify(results, null, 1)}\n`);
}

function merged<T>(earlier: T[] = [], rows: T[], nameOf: (row: T) => string): T[] {
  const replaced = new Set(rows.map(nameOf));
  const all = [...earlier.filter((row) => !replaced.has(nameOf(row))), ...rows];
  return all.sort((a, b) => nameOf(a).localeCompare(nameOf(b)));
}
