/** The evaluation as one HTML file: no script, nothing fetched, so that it can be mailed, archived and opened anywhere. */
import type { Evaluation, Metrics } from '@lorekeep/evaluation';
import { breakdownBars, draw, type EpochPoint, itemMap, metricIntervals, trainingCurves } from './charts.ts';
import type { ItemMap } from './item-map.ts';

export interface ReportData {
  /** Name → value, shown at the head: version, data, encoder, seed, … */
  facts: [string, string][];
  /** The model first, then what it is compared with; the test questions. */
  evaluations: [name: string, evaluation: Evaluation][];
  validation: Evaluation;
  /** Absent for models trained before curves were kept. */
  training?: { bestEpoch: number; records: readonly EpochPoint[] };
  /** Absent for a catalogue too small for one. */
  map?: ItemMap;
}

const METRICS = ['recall@10', 'ndcg@10', 'recall@50', 'ndcg@50', 'mrr'] as const;

export async function reportPage(data: ReportData): Promise<string> {
  const { facts, evaluations, validation, training, map } = data;
  const models = evaluations.map(([name]) => name);
  const [name, own] = evaluations[0];
  const points = evaluations.flatMap(([model, { metrics, intervals }]) =>
    METRICS.map((metric) => {
      const [low, high] = intervals[metric];
      return { model, metric, value: metrics[metric], low, high };
    }),
  );
  const bars = (kind: 'item' | 'history') => {
    const groups = own.breakdown
      .filter((group) => group.kind === kind)
      .map((group) => label(group.name, group.metrics));
    const values = evaluations.flatMap(([model, { breakdown }]) =>
      breakdown
        .filter((group) => group.kind === kind)
        .map((group) => ({ model, group: label(group.name, group.metrics), value: group.metrics['ndcg@10'] })),
    );
    return draw(breakdownBars(values, models, groups, 'NDCG@10'));
  };
  const sections = [
    section(
      'Test quality',
      `Every item of the catalogue is ranked for every question; the history's own items stay in the ranking, as in the published tables. Dots are means over users, lines 95 % bootstrap intervals.`,
      await draw(metricIntervals(points, models)),
      table(
        ['', ...METRICS],
        evaluations.map(([model, { metrics }]) => [model, ...METRICS.map((metric) => metrics[metric].toFixed(4))]),
      ),
    ),
    section(
      'As a shop shows it',
      `The same questions with the history's items left out of the ranking. <em>Coverage</em> is the share of the catalogue that is among anybody's best ten.`,
      table(
        ['', ...METRICS, 'coverage'],
        evaluations.map(([model, { removed, coverage }]) => [
          model,
          ...METRICS.map((metric) => removed.metrics[metric].toFixed(4)),
          `${(100 * coverage).toFixed(1)} %`,
        ]),
      ),
    ),
    section(
      'New, rare and popular items',
      'Questions by how often their target occurs in training: never (cold), among the fifth of the items with most events (head), or between (tail).',
      await bars('item'),
    ),
    section(
      'Short and long histories',
      'Questions by the number of events known before the target.',
      await bars('history'),
    ),
    ...(training === undefined
      ? []
      : [
          section(
            'Training',
            `The towers alone, by epoch; epoch 0 is the closed-form start. Epoch ${training.bestEpoch} was best on validation and is the one kept.${whole(validation)}`,
            await draw(trainingCurves(training.records, training.bestEpoch)),
          ),
        ]),
    ...(map === undefined
      ? []
      : [
          section(
            'The item space',
            `${map.points.length.toLocaleString('en-US')} items by their vectors in the item tower, laid out by UMAP; colours are categories, which the model was never told apart from the text.`,
            await draw(itemMap(map.points, map.categories)),
          ),
        ]),
  ];
  const nonFinite = own.metrics.nonFinite;
  return `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Evaluation of ${escaped(name)}</title>
<style>${STYLE}</style>
<main>
<h1>Evaluation of ${escaped(name)}</h1>
<dl>${facts.map(([fact, value]) => `<div><dt>${escaped(fact)}</dt><dd>${escaped(value)}</dd></div>`).join('')}</dl>
${nonFinite > 0 ? `<p class="warning">${nonFinite} scores were not finite: counted as misses.</p>` : ''}
${sections.join('\n')}
</main>
</html>
`;
}

const STYLE = `
:root{color-scheme:light}
body{margin:0;background:#f6f6f4;color:#1d1d1b;font:15px/1.5 system-ui,sans-serif}
main{max-width:1080px;margin:0 auto;padding:32px 20px 60px}
h1{font-size:26px;margin:0 0 12px}h2{font-size:18px;margin:0 0 4px}
dl{display:flex;flex-wrap:wrap;gap:6px 28px;margin:0 0 24px}
dl div{display:flex;gap:8px}dt{color:#6b6b66}dd{margin:0}
section{background:#fff;border:1px solid #e2e2dd;border-radius:8px;padding:18px 22px;margin:0 0 18px;overflow-x:auto}
section>p{color:#4b4b47;margin:0 0 14px;max-width:760px}
table{border-collapse:collapse;margin-top:12px;font-variant-numeric:tabular-nums}
th,td{padding:4px 14px 4px 0;text-align:right;border-bottom:1px solid #ececE8}
th:first-child,td:first-child{text-align:left}th{color:#6b6b66;font-weight:500}tbody tr:first-child{font-weight:600}
svg{max-width:100%;height:auto}.warning{color:#a33}
`;

function section(title: string, text: string, ...parts: string[]): string {
  return `<section><h2>${escaped(title)}</h2><p>${text}</p>${parts.join('')}</section>`;
}

function table(head: string[], rows: string[][]): string {
  const cells = (tag: string, values: string[]) => values.map((value) => `<${tag}>${escaped(value)}</${tag}>`).join('');
  const body = rows.map((row) => `<tr>${cells('td', row)}</tr>`).join('');
  return `<table><thead><tr>${cells('th', head)}</tr></thead><tbody>${body}</tbody></table>`;
}

const label = (name: string, { users }: Metrics) => `${name} (${users.toLocaleString('en-US')})`;

function escaped(text: string): string {
  return text.replace(/[&<>"]/g, (character) => `&#${character.charCodeAt(0)};`);
}

/** The towers are only a part of what ranks. Whoever was trained on the validation events has no such figure. */
const whole = ({ metrics }: Evaluation) =>
  metrics.users === 0 ? '' : ` Validation NDCG@10 of all that ranks together: ${metrics['ndcg@10'].toFixed(4)}.`;
