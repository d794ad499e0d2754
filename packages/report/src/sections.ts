/** The sections of the page. */
import type { Evaluation, Metrics } from '@lorekeep/evaluation';
import { breakdownBars, type EpochPoint, itemMap, metricIntervals, render, trainingCurves } from './charts.ts';
import { section, table } from './html.ts';
import type { ItemMap } from './item-map.ts';

/** On the test cases: the model first, then the models it is compared with. */
export type NamedEvaluations = [name: string, evaluation: Evaluation][];

const METRICS = ['recall@10', 'ndcg@10', 'recall@50', 'ndcg@50', 'mrr'] as const;

const cellsOf = (metrics: Metrics) => METRICS.map((metric) => metrics[metric].toFixed(4));

export async function qualitySection(evaluations: NamedEvaluations): Promise<string> {
  const points = evaluations.flatMap(([model, { metrics, intervals }]) =>
    METRICS.map((metric) => {
      const [low, high] = intervals[metric];
      return { model, metric, value: metrics[metric], low, high };
    }),
  );
  return section(
    'Test quality',
    'Every item of the catalogue is ranked for every test case. Items of the history stay in the ranking, as in ' +
      'published tables. Dots are means over users, lines are 95 % bootstrap intervals.',
    await render(metricIntervals(points, namesOf(evaluations))),
    table(
      ['', ...METRICS],
      evaluations.map(([model, { metrics }]) => [model, ...cellsOf(metrics)]),
    ),
  );
}

export function shownSection(evaluations: NamedEvaluations): string {
  return section(
    'As a shop shows it',
    'The same cases without the items of the history in the ranking. <em>Coverage</em> is the share of the catalogue ' +
      'that appears in the top ten of at least one user.',
    table(
      ['', ...METRICS, 'coverage'],
      evaluations.map(([model, { seenExcluded, coverage }]) => [
        model,
        ...cellsOf(seenExcluded.metrics),
        `${(100 * coverage).toFixed(1)} %`,
      ]),
    ),
  );
}

export async function itemGroupsSection(evaluations: NamedEvaluations): Promise<string> {
  return section(
    'New, rare and popular items',
    'Test cases by the training events of their target: none (cold), among the 20 % of items with the most events ' +
      '(head), or the rest (tail).',
    await groupBars(evaluations, 'item'),
  );
}

export async function historyGroupsSection(evaluations: NamedEvaluations): Promise<string> {
  return section(
    'Short and long histories',
    'Test cases by the number of events before the target.',
    await groupBars(evaluations, 'history'),
  );
}

export async function trainingSection(
  { bestEpoch, records }: { bestEpoch: number; records: readonly EpochPoint[] },
  { metrics }: Evaluation,
  seconds: Record<string, number> = {},
): Promise<string> {
  // The towers are only one part of the ranking. A model trained on the validation events has no
  // validation metric.
  const combined =
    metrics.users === 0 ? '' : ` Validation NDCG@10 of the complete ranking: ${metrics['ndcg@10'].toFixed(4)}.`;
  return section(
    'Training',
    `The towers alone, by epoch. Epoch 0 is the closed-form start. Epoch ${bestEpoch} was the best on validation and ` +
      `was selected.${combined}${timesText(seconds)}`,
    await render(trainingCurves(records, bestEpoch)),
  );
}

function timesText(seconds: Record<string, number>): string {
  const stages = Object.entries(seconds).sort((a, b) => b[1] - a[1]);
  if (stages.length === 0) return '';
  return ` The training took, by stage: ${stages.map(([stage, own]) => `${stage} ${own.toFixed(1)} s`).join(', ')}.`;
}

export async function mapSection({ points, categories }: ItemMap): Promise<string> {
  return section(
    'Item map',
    `${points.length.toLocaleString('en-US')} items by their item-tower vectors, laid out by UMAP. Colours are ` +
      'categories; the model knows them only as part of the text.',
    await render(itemMap(points, categories)),
  );
}

function groupBars(evaluations: NamedEvaluations, kind: 'item' | 'history'): Promise<string> {
  const groupsOf = ({ breakdown }: Evaluation) =>
    breakdown
      .filter((group) => group.kind === kind)
      .map(({ name, metrics }) => ({ label: `${name} (${metrics.users.toLocaleString('en-US')})`, metrics }));
  const [[, own]] = evaluations;
  const points = evaluations.flatMap(([model, evaluation]) =>
    groupsOf(evaluation).map(({ label, metrics }) => ({ model, group: label, value: metrics['ndcg@10'] })),
  );
  const labels = groupsOf(own).map(({ label }) => label);
  return render(breakdownBars(points, namesOf(evaluations), labels, 'NDCG@10'));
}

const namesOf = (evaluations: NamedEvaluations) => evaluations.map(([name]) => name);
