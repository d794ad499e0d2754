/**
 * The part of docs/results.md about rankers and knowledge, from `benchmarks/results/rankers.json`: for
 * each bench the figures and peers of its JSON output, and the command that made them.
 */
import { readFileSync } from 'node:fs';
import { table, wrapped } from './markdown.ts';

interface Run {
  command: string;
  figures: Record<string, number>;
  peers: Record<string, number>;
  ratios: Record<string, number>;
}

const runs: Record<string, Run> = JSON.parse(
  readFileSync(new URL('../../benchmarks/results/rankers.json', import.meta.url), 'utf8'),
);

const TARGETS = { tab_1: 'main surface', thin: 'a tenth of its rows', small_tabs: 'small surfaces' };
const OUTCOMES = { click: 'click', long_view: 'long view' };

const digits = (value: number) =>
  value
    .toFixed(4)
    .replace(/^(-?)0/, '$1')
    .replace('-', '−');
const signed = (value: number) => `${value >= 0 ? '+' : ''}${digits(value)}`;
const words = (key: string) =>
  key
    .replaceAll('_', ' ')
    .replace(/^keep/, 'KEEP')
    .replace(/\b(din|can)\b/g, (name) => name.toUpperCase());

function valuesOf(run: Run): Record<string, number> {
  return { ...run.figures, ...run.peers };
}

/** One row per method, one column per target and outcome. */
function liftTable(run: Run): string {
  const values = valuesOf(run);
  const columns = Object.entries(TARGETS)
    .flatMap(([target, where]) =>
      Object.entries(OUTCOMES).map(([outcome, what]) => ({ key: `${target}_${outcome}`, title: `${where}, ${what}` })),
    )
    .filter(({ key }) => `${key}_base_gauc` in values);
  const methods = new Set(
    Object.keys(values).flatMap((name) => {
      const column = columns.find(({ key }) => name.startsWith(`${key}_`));
      const method = column && name.slice(column.key.length + 1);
      return method?.endsWith('_all') ? [method.slice(0, -'_all'.length)] : [];
    }),
  );
  const mean = (method: string) => {
    const known = columns.map(({ key }) => values[`${key}_${method}_all`]).filter((value) => value !== undefined);
    return known.reduce((sum, value) => sum + value, 0) / known.length;
  };
  const cell = (key: string, method: string) => {
    const lift = values[`${key}_${method}_all`];
    return lift === undefined ? '' : `${signed(lift)} ± ${digits(values[`${key}_${method}_all_standard_error`])}`;
  };
  return table(
    ['Method', ...columns.map(({ title }) => title)],
    ['base DIN: GAUC', ...columns.map(({ key }) => digits(values[`${key}_base_gauc`]))],
    ...[...methods]
      .sort((a, b) => mean(b) - mean(a))
      .map((method) => [words(method), ...columns.map(({ key }) => cell(key, method))]),
  );
}

/** Rows of figures that begin with a prefix and have a standard error. */
function prefixTable(run: Run, head: string, names: Record<string, string>): string {
  const rows = Object.entries(names)
    .filter(([key]) => key in run.figures)
    .map(([key, what]) => {
      const error = run.figures[`${key}_standard_error`];
      return [what, error === undefined ? digits(run.figures[key]) : `${signed(run.figures[key])} ± ${digits(error)}`];
    });
  return table([head, 'Figure'], ...rows);
}

const READ_VERSIONS = [
  'v',
  'v_minus_1',
  'v_minus_2',
  'v_minus_3',
  'v_minus_4',
  'retrained_aligned',
  'retrained_not_aligned',
];

/** One row per kind of knowledge, one column per version that is read. */
function versionsTable({ figures }: Run): string {
  const cell = (kind: string, version: string) => {
    const key = `${kind}_${version}_lift`;
    return `${signed(figures[key])} ± ${digits(figures[`${key}_standard_error`])}`;
  };
  return table(
    [
      'Knowledge',
      ...READ_VERSIONS.map((version) => words(version).replace('v minus ', 'v − ').replace('retrained', 'retrained,')),
    ],
    ...['dots', 'vectors'].map((kind) => [kind, ...READ_VERSIONS.map((version) => cell(kind, version))]),
  );
}

const commandText = (run: Run) => `Command: \`${run.command}\`.`;

/** Paragraphs and tables; none of a bench that was not run. */
export function knowledgeResults(): string[] {
  const { knowledge, methods, served, versions, simulated, rank, text, centre } = runs;
  return [
    '## Rankers and knowledge',
    wrapped(
      'Figures are GAUC: impressions weigh equally, a group is a user on a surface in a window. Lifts are paired differences to the base ranker on the same rows, ± their standard error, clustered by user. [Rankers of impressions](explanation/evaluation.md#rankers-of-impressions) describes the protocol.',
    ),
    ...(knowledge
      ? [
          '### KEEP on a real log',
          wrapped(
            `Real log (KuaiRand-Pure), four scored windows, of which the last was used for no choice. ${commandText(knowledge)}`,
          ),
          liftTable(knowledge),
        ]
      : []),
    ...(served
      ? [
          '### Knowledge as it is served',
          wrapped(
            `Real log, a tenth of the rows, clicks; measured before ids were dropped in training. A ranker is served the knowledge that it was trained with, that of another retraining of stage 1, or none. Biases and dot products are what the General Knowledge Center serves by default; a dot product is the same before and after an alignment. ${commandText(served)}`,
          ),
          prefixTable(served, 'Knowledge', {
            swap_tower_logits_own_lift: 'biases and dot products, its own',
            swap_tower_logits_retrained_lift: 'biases and dot products, another retraining',
            swap_tower_logits_none_lift: 'trained with them, served without',
            swap_hidden_own_lift: 'hidden layers, its own',
            swap_hidden_retrained_lift: 'hidden layers, another retraining, not aligned',
          }),
        ]
      : []),
    ...(methods
      ? [
          '### Ways to use the same rows',
          wrapped(`Real log, clicks on the main surface, one seed of stage 1. ${commandText(methods)}`),
          liftTable(methods),
        ]
      : []),
    ...(versions
      ? [
          '### Older versions of knowledge',
          wrapped(
            `Real log, a tenth of the rows, clicks. A ranker of version v reads through the General Knowledge Center its own version, an older one, or another retraining of stage 1. "Aligned" is mapped onto the version that the ranker knows; without that the centre refuses vectors. ${commandText(versions)}`,
          ),
          versionsTable(versions),
        ]
      : []),
    ...(simulated
      ? [
          '### KEEP on the simulated shop',
          wrapped(
            `Simulated; measured before ids were dropped in training. A ranker of clicks on one surface of four. ${commandText(simulated)}`,
          ),
          prefixTable(
            simulated,
            'Variant',
            Object.fromEntries(
              Object.keys(simulated.figures)
                .filter((key) => key.startsWith('simulated_') && !key.endsWith('standard_error'))
                .map((key) => [key, words(key.slice('simulated_'.length))]),
            ),
          ),
        ]
      : []),
    ...(rank
      ? [
          '### Rankers beside others',
          wrapped(`Real log, clicks on the main surface, the same rows and features. ${commandText(rank)}`),
          table(
            ['Ranker', 'GAUC click', 'GAUC long view'],
            ...['din', 'can', 'lightgbm', 'fuxictr_din'].flatMap((name) => {
              const values = valuesOf(rank);
              return `${name}_gauc` in values
                ? [[words(name), digits(values[`${name}_gauc`]), digits(values[`${name}_long_view_gauc`])]]
                : [];
            }),
          ),
          wrapped(
            `Training rows per second, in turns on the same threads: ${rank.ratios.rows_vs_pytorch.toFixed(2)} times the same network in PyTorch (eager), ${rank.ratios.rows_vs_fuxictr.toFixed(2)} times FuxiCTR's DIN.`,
          ),
        ]
      : []),
    ...(text
      ? [
          '### Texts as knowledge',
          wrapped(
            `Amazon Scientific, test events among drawn items; \`few\` are items with fewer than five training events. Measured before ids were dropped in training. One pass over so few events teaches the ranker without texts little, so the lifts say that texts help a young ranker, not that they beat a trained one. ${commandText(text)}`,
          ),
          prefixTable(text, 'Ranker', {
            base_gauc: 'without texts: GAUC',
            base_few_gauc: 'without texts, few: GAUC',
            plugged_lift: 'texts plugged in',
            plugged_few_lift: 'texts plugged in, few',
            inputs_lift: 'texts and SimTier as inputs',
            inputs_few_lift: 'texts and SimTier as inputs, few',
          }),
        ]
      : []),
    ...(centre
      ? [
          '### General Knowledge Center',
          wrapped(
            `A million entries, batches of 500 quadruples: p99 ${centre.figures.batch_p99_ms.toFixed(1)} ms from a folder, ${Math.round(centre.figures.batches_per_s)} batches/s (${Math.round(centre.figures.same_memory_batches_per_s)} into memory of the caller), ${centre.figures.redis_batch_p99_ms.toFixed(1)} ms from a Redis Cluster of three nodes (median ${centre.figures.redis_batch_p50_ms.toFixed(1)} ms). Feast on the same cluster needs ${centre.peers.feast_batch_p99_ms.toFixed(0)} ms. A node killed under load: ${centre.figures.killed_node_right_reads} right, ${centre.figures.killed_node_refused_reads} refused and ${centre.figures.killed_node_wrong_reads} wrong reads. ${commandText(centre)}`,
          ),
        ]
      : []),
  ];
}
