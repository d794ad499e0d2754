/** Metrics as people read them: one row a model, the best figure of a column marked by its own numbers, not by us. */

import type { Evaluation, Metrics } from '@lorekeep/evaluation';
import type { BundleManifest } from '@lorekeep/recommender';
import { table } from '../terminal.ts';

const COLUMNS = ['recall@10', 'ndcg@10', 'recall@50', 'ndcg@50', 'mrr'] as const;

export function metricsTable(name: string, metrics: Metrics, baselines: Record<string, Metrics>): string {
  const row = (label: string, values: Metrics) => [label, ...COLUMNS.map((column) => values[column].toFixed(4))];
  return table([
    ['', ...COLUMNS],
    row(name, metrics),
    ...Object.entries(baselines).map(([label, values]) => row(label, values)),
  ]);
}

/** Metrics by groups of questions. */
export function groupsTable({ breakdown }: Evaluation): string {
  return table([
    ['questions', 'users', ...COLUMNS],
    ...breakdown.map(({ kind, name, metrics }) => [
      kind === 'item' ? `${name} items` : `histories of ${name}`,
      metrics.users.toLocaleString('en-US'),
      ...COLUMNS.map((column) => metrics[column].toFixed(4)),
    ]),
  ]);
}

export function testTable(manifest: BundleManifest): string {
  const { test, baselines } = manifest.metrics;
  const lines = [metricsTable(manifest.preset, test, baselines), `test users: ${test.users.toLocaleString('en-US')}`];
  if (test.nonFinite > 0) lines.push(`${test.nonFinite} targets had a score that is not finite: counted as misses`);
  if (manifest.refit?.on === 'all')
    lines.push(`measured on version ${manifest.refit.from}, before it was trained once more on all events`);
  return lines.join('\n');
}
