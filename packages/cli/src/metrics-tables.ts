/** Metrics as tables for people: one row per model, one column per metric. */

import { counted } from '@lorekeep/core';
import {
  type BaselineName,
  type Difference,
  type Evaluation,
  type MetricName,
  type Metrics,
  TEXT_BASELINES,
} from '@lorekeep/evaluation';
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

/** `+0.0058`, with a true minus sign; `–` for what is not a number. */
export const signed = (value: number): string =>
  Number.isFinite(value) ? `${value < 0 ? '−' : '+'}${Math.abs(value).toFixed(4)}` : '–';

/** How much better a model is than another on the same cases, with the sentence that explains it. */
export function differencesTable(model: string, other: string, differences: Record<MetricName, Difference>): string {
  return [
    `Model ${model} minus model ${other}, on the same cases:`,
    '',
    table([
      ['', 'difference', '95 % interval'],
      ...COLUMNS.map((column) => {
        const { difference, interval } = differences[column];
        return [column, signed(difference), interval.map(signed).join(' to ')];
      }),
    ]),
    '',
    'If an interval is above zero, the first model is better in this metric; if it is below, worse.',
    'If it contains zero, these cases do not show which is better.',
  ].join('\n');
}

/**
 * Metrics by group of evaluation cases, and on the same cases NDCG@10 of the better one of the
 * rankings by text alone, which every group of items must beat.
 */
export function groupsTable({ breakdown }: Evaluation, baselines: Partial<Record<BaselineName, Evaluation>>): string {
  const texts = TEXT_BASELINES.flatMap((name) => baselines[name] ?? []);
  const textOf = (kind: string, name: string) =>
    Math.max(
      ...texts.flatMap(({ breakdown: groups }) =>
        groups.filter((group) => group.kind === kind && group.name === name).map(({ metrics }) => metrics['ndcg@10']),
      ),
    );
  return table([
    ['cases', 'users', ...COLUMNS, ...(texts.length === 0 ? [] : ['ndcg@10 by text'])],
    ...breakdown.map(({ kind, name, metrics }) => [
      kind === 'item' ? `${name} items` : `histories of ${name}`,
      metrics.users.toLocaleString('en-US'),
      ...cellsOf(metrics),
      ...(texts.length === 0 ? [] : [textOf(kind, name).toFixed(4)]),
    ]),
  ]);
}

/** The test metrics that a model version carries. */
export function testTable({ preset, metrics, refit }: BundleManifest): string {
  const { test, baselines } = metrics;
  return [
    metricsTable(preset, test, baselines),
    `test users: ${test.users.toLocaleString('en-US')}`,
    ...(test.nonFinite > 0
      ? [`${counted(test.nonFinite, 'target')} had a score that is not finite; this counts as a miss`]
      : []),
    ...(refit?.on === 'all' ? [`measured on model ${refit.from}, before training once more on all events`] : []),
  ].join('\n');
}
