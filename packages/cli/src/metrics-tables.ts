/** Metrics as tables for people: one row per model, one column per metric. */

import type { Evaluation, Metrics } from '@lorekeep/evaluation';
import type { BundleManifest } from '@lorekeep/recommender';
import { table } from './terminal.ts';

const COLUMNS = ['recall@10', 'ndcg@10', 'recall@50', 'ndcg@50', 'mrr'] as const;

const cellsOf = (metrics: Metrics) => COLUMNS.map((column) => metrics[column].toFixed(4));

/** The model first, then the models it is compared with. */
export function metricsTable(name: string, metrics: Metrics, others: Record<string, Metrics>): string {
  return table([
    ['', ...COLUMNS],
    [name, ...cellsOf(metrics)],
    ...Object.entries(others).map(([other, values]) => [other, ...cellsOf(values)]),
  ]);
}

/** Metrics by group of evaluation cases. */
export function groupsTable({ breakdown }: Evaluation): string {
  return table([
    ['cases', 'users', ...COLUMNS],
    ...breakdown.map(({ kind, name, metrics }) => [
      kind === 'item' ? `${name} items` : `histories of ${name}`,
      metrics.users.toLocaleString('en-US'),
      ...cellsOf(metrics),
    ]),
  ]);
}

/** The test metrics that a model version carries. */
export function testTable({ preset, metrics, refit }: BundleManifest): string {
  const { test, baselines } = metrics;
  return [
    metricsTable(preset, test, baselines),
    `test users: ${test.users.toLocaleString('en-US')}`,
    ...(test.nonFinite > 0 ? [`${test.nonFinite} targets had a score that is not finite; they count as misses`] : []),
    ...(refit?.on === 'all' ? [`measured on version ${refit.from}, before training once more on all events`] : []),
  ].join('\n');
}
