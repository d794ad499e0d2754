/**
 * docs/results.md and the figures of README.md, from the committed results: `quality.json`, which
 * `pnpm bench quality` writes, and `measured.json`, the outputs of the other benches. Published
 * figures are in `published.ts`, the text is in `results-text.ts`.
 */
import { readFileSync } from 'node:fs';
import type { Peer } from '../../benchmarks/src/suites/quality/peer.ts';
import type { PeerRow, Row } from '../../benchmarks/src/suites/quality/rows.ts';
import { TEXT_BASELINES } from '../../packages/evaluation/src/index.ts';
import { knowledgeResults } from './knowledge-results.ts';
import { table, wrapped } from './markdown.ts';
import { published } from './published.ts';
import { conditions, introductions, setNames } from './results-text.ts';

interface Pair {
  recall: number;
  ndcg: number;
}

type Selection = Partial<Pick<Row, 'set' | 'preset' | 'seed' | 'protocol'>> & { refit?: Row['refit'] };

const results = (name: string) =>
  JSON.parse(readFileSync(new URL(`../../benchmarks/results/${name}.json`, import.meta.url), 'utf8'));
const quality: { rows: Row[]; peers: PeerRow[] } = results('quality');
const measured = results('measured');

const SEED = 42;
const MAIN_SETS = Object.keys(setNames).filter((set) => set.startsWith('amazon'));
const FURTHER_SETS = Object.keys(setNames).filter((set) => !set.startsWith('amazon'));

/** The row of a set and preset, by default leave-one-out, seed 42, without refit. */
function rowOf({ protocol = 'leave-one-out', refit = 'none', seed = SEED, ...rest }: Selection): Row | undefined {
  const wanted = { protocol, seed, ...rest };
  return quality.rows.find(
    (row) =>
      (row.refit ?? 'none') === refit &&
      Object.entries(wanted).every(([key, value]) => row[key as keyof typeof wanted] === value),
  );
}

const testOf = (selection: Selection) => pairOf(rowOf(selection)?.test);
const seenExcludedOf = (selection: Selection) => pairOf(rowOf(selection)?.removed);

function pairOf(metrics: Row['test'] | undefined): Pair | undefined {
  return metrics && { recall: metrics['recall@10'], ndcg: metrics['ndcg@10'] };
}

const peerRowOf = (peer: Peer, set: string, protocol: Row['protocol'] = 'leave-one-out') =>
  quality.peers.find((row) => row.peer === peer && row.set === set && row.protocol === protocol && row.seed === SEED);

function peerOf(peer: Peer, set: string, protocol?: Row['protocol']): Pair | undefined {
  const row = peerRowOf(peer, set, protocol);
  return row && { recall: row.test_recall, ndcg: row.test_ndcg };
}

function publishedOf(set: string): Pair | undefined {
  return published.find(({ figures }) => set in figures)?.figures[set];
}

/** `.1234`, as in the published tables. */
const figure = (value: number) => value.toFixed(4).replace(/^0/, '').replace(/^-0/, '−');
const count = (value: number) => value.toLocaleString('en-US');
const pair = (value: Pair | undefined) => (value ? `${figure(value.recall)} / ${figure(value.ndcg)}` : '');

/** The pairs of one row of a table, the best recall and the best NDCG of the row in bold. */
function bestInBold(pairs: (Pair | undefined)[]): string[] {
  const known = pairs.filter((value) => value !== undefined);
  const recall = Math.max(...known.map((value) => value.recall));
  const ndcg = Math.max(...known.map((value) => value.ndcg));
  const bold = (value: number, isBest: boolean) => (isBest ? `**${figure(value)}**` : figure(value));
  return pairs.map((value) => {
    if (value === undefined) return '';
    if (value.recall === recall && value.ndcg === ndcg) return `**${pair(value)}**`;
    return `${bold(value.recall, value.recall === recall)} / ${bold(value.ndcg, value.ndcg === ndcg)}`;
  });
}

/** The paired 95 % interval of the NDCG@10 difference from the linear model. */
function intervalOf(selection: Selection): string {
  const interval = rowOf(selection)?.differences?.['ndcg@10'].interval;
  return interval ? `${figure(interval[0])} to ${figure(interval[1])}` : '';
}

const usersOf = (set: string) => count(rowOf({ set, preset: 'learn' })?.test.users ?? 0);

function qualityTable(): string {
  const head = ['Set', 'Test users', '`linear`', '`learn`', 'Published best', 'NDCG@10, `learn` − `linear`'];
  const rows = MAIN_SETS.map((set) => [
    setNames[set],
    usersOf(set),
    ...bestInBold([testOf({ set, preset: 'linear' }), testOf({ set, preset: 'learn' }), publishedOf(set)]),
    intervalOf({ set, preset: 'learn' }),
  ]);
  return table(head, ...rows);
}

function sourcesText(): string {
  const sources = published.map(({ system, paper, protocol, protocolPaper, figures }) => {
    const sets = Object.keys(figures).map((set) => setNames[set]);
    return `For ${sets.join(' and ')}, which follow the protocol of ${protocol} (${protocolPaper}), it is ${system} (${paper}).`;
  });
  return `_Published best_ is the best figure that we know for this data and protocol, quoted from the paper and not measured here. ${sources.join(' ')}`;
}

function seedsTable(): string {
  const seeds = [43, 44];
  const sets = MAIN_SETS.filter((set) => seeds.every((seed) => rowOf({ set, preset: 'learn', seed })));
  const cells = (set: string) => seeds.map((seed) => pair(testOf({ set, preset: 'learn', seed })));
  return table(['Set', ...seeds.map((seed) => `Seed ${seed}`)], ...sets.map((set) => [setNames[set], ...cells(set)]));
}

function otherModelsTable(): string {
  const sets = ['amazon18-scientific', 'amazon14-office', 'amazon14-pet'];
  const rowsOf = (preset: string) => sets.map((set) => pair(testOf({ set, preset })));
  return table(
    ['Model', ...sets.map((set) => setNames[set])],
    ['`learn`', ...rowsOf('learn')],
    ['SASRec of RecBole 1.2.1', ...sets.map((set) => pair(peerOf('recbole-sasrec', set)))],
    ['our preset `sasrec`', ...rowsOf('sasrec')],
    ['EASE, the linear model without texts', ...rowsOf('ease')],
    ['L3AE, EASE in two phases with texts', ...sets.map((set) => pair(peerOf('l3ae', set)))],
  );
}

/** L3AE is meant for rankings without the items of the history. */
function l3aeText(): string {
  const sets = ['amazon18-scientific', 'amazon14-office'];
  const figures = sets.map((set) => {
    const row = peerRowOf('l3ae', set);
    const own = row && pair({ recall: row.removed_recall ?? 0, ndcg: row.removed_ndcg ?? 0 });
    return `${own} on ${setNames[set]} (\`learn\`: ${pair(seenExcludedOf({ set, preset: 'learn' }))})`;
  });
  return `L3AE (CIKM 2025) reads a history as a set, and its authors leave seen items out of the ranking. It then reaches ${figures.join(' and ')}. Its three numbers are chosen on validation, as those of the linear model are.`;
}

function baselinesTable(): string {
  const set = 'amazon18-scientific';
  const baselines = rowOf({ set, preset: 'learn' })!.baselines;
  return table(
    ['Model', 'recall@10 / NDCG@10'],
    ['`learn`', `**${pair(testOf({ set, preset: 'learn' }))}**`],
    ...Object.entries(baselines)
      .map(([name, metrics]) => ({ name, value: pairOf(metrics)! }))
      .sort((a, b) => b.value.ndcg - a.value.ndcg)
      .map(({ name, value }) => [`\`${name}\``, pair(value)]),
  );
}

function furtherTable(of: (selection: Selection) => Pair | undefined): string {
  const presets = ['linear', 'ease', 'learn', 'sasrec'];
  const head = ['Set', 'Test users', ...presets.map((preset) => `\`${preset}\``)];
  const rows = FURTHER_SETS.map((set) => [
    setNames[set],
    usersOf(set),
    ...bestInBold(presets.map((preset) => of({ set, preset }))),
  ]);
  return table(head, ...rows);
}

function intervalsText(): string {
  const intervals = FURTHER_SETS.map((set) => `${intervalOf({ set, preset: 'learn' })} (${setNames[set]})`);
  return `The paired 95 % interval of the NDCG@10 difference between \`learn\` and \`linear\` is ${intervals.slice(0, -1).join(', ')} and ${intervals.at(-1)}.`;
}

function repeatsText(): string {
  const share = rowOf({ set: 'rees46-2019oct-sample', preset: 'learn' })!.baselines['repeat-last']['recall@10'];
  return conditions.repeats(`${Math.round(100 * share)} %`);
}

function temporalTable(): string {
  const set = 'amazon14-office';
  const cells = (refit: 'none' | 'valid', peer: Pair | undefined) =>
    bestInBold([
      ...['linear', 'learn', 'ease'].map((preset) => testOf({ set, preset, protocol: 'temporal', refit })),
      peer,
    ]);
  return table(
    [`${setNames[set]}, split by time`, '`linear`', '`learn`', 'EASE', 'SASRec of RecBole'],
    ['without refit', ...cells('none', peerOf('recbole-sasrec', set, 'temporal'))],
    ['with refit', ...cells('valid', undefined)],
  );
}

function temporalInterval(): string {
  const interval = intervalOf({ set: 'amazon14-office', preset: 'learn', protocol: 'temporal', refit: 'valid' });
  return `With refit, the paired 95 % interval of the NDCG@10 difference between \`learn\` and \`linear\` is ${interval}.`;
}

function refitTable(): string {
  const sets = MAIN_SETS.filter((set) => rowOf({ set, preset: 'learn', refit: 'valid' }));
  const cells = (set: string) =>
    bestInBold(['linear', 'learn'].map((preset) => testOf({ set, preset, refit: 'valid' })));
  return table(['Set', '`linear`', '`learn`'], ...sets.map((set) => [setNames[set], ...cells(set)]));
}

/** New and rare items, for rows that measured the text baselines on the same targets. */
function newItemsTable(): string {
  const rows = quality.rows.filter(
    ({ preset, seed, baselineBreakdown }) => preset === 'learn' && seed === SEED && baselineBreakdown !== undefined,
  );
  const ndcgOf = (groups: Row['breakdown'], name: string) =>
    groups.find((group) => group.kind === 'item' && group.name === name)?.metrics;
  const textOf = ({ baselineBreakdown = {} }: Row, name: string) => {
    const found = TEXT_BASELINES.flatMap(
      (baseline) => ndcgOf(baselineBreakdown[baseline] ?? [], name)?.['ndcg@10'] ?? [],
    );
    return found.length === 0 ? undefined : Math.max(...found);
  };
  const cells = (row: Row, name: string) => {
    const own = ndcgOf(row.breakdown, name);
    const text = textOf(row, name);
    return [
      own ? `${count(own.users)}` : '0',
      own ? figure(own['ndcg@10']) : '',
      text === undefined ? '' : figure(text),
    ];
  };
  const how = ({ protocol, refit = 'none' }: Row) =>
    `${protocol === 'temporal' ? ', by time' : ''}${refit === 'valid' ? ', refitted' : ''}`;
  return table(
    ['Set', 'All', 'New: cases', '`learn`', 'text', 'Tail: cases', '`learn`', 'text'],
    ...rows
      .sort((a, b) => MAIN_SETS.indexOf(a.set) - MAIN_SETS.indexOf(b.set))
      .map((row) => [
        `${setNames[row.set]}${how(row)}`,
        figure(row.test['ndcg@10']),
        ...cells(row, 'cold'),
        ...cells(row, 'tail'),
      ]),
  );
}

function mainJobText(): string {
  const { command, set, total, training, valid_ndcg, peer, peer_epoch, peer_epochs, peer_valid_ndcg, index_recall } =
    measured.main;
  return `On ${setNames[set]}, Lorekeep takes ${total} from an empty workspace to the report. Training needs ${training} of this to reach a validation NDCG@10 of ${valid_ndcg}. On the same two threads, ${peer} trains for ${peer_epoch} per epoch and has ${peer_valid_ndcg} after ${peer_epochs} epochs (\`${command}\`). The recall@10 of the index against an exact scan is ${index_recall}.`;
}

function scaleTable(): string {
  const rows: Record<string, string>[] = measured.scale.rows;
  return table(
    ['Events', 'Start', 'Training per event', 'Memory', 'Command'],
    ...rows.map(({ events, settings, start, event, memory }) => [
      events,
      start,
      event,
      memory,
      `\`${[settings, measured.scale.command].filter(Boolean).join(' ')}\``,
    ]),
  );
}

function scaleNotes(): string {
  const rows: Record<string, string>[] = measured.scale.rows;
  return rows
    .filter((row) => row.conditions)
    .map((row) => `The measurement with ${row.events} events ${row.conditions}.`)
    .join(' ');
}

interface Comparison {
  what: string;
  ours: string;
  theirs: string;
  command: string;
}
const comparisons: Record<string, Comparison> = measured.comparisons;

function comparisonsTable(): string {
  const rows = Object.values(comparisons).map(({ what, ours, theirs, command }) => [
    what,
    ours,
    theirs,
    `\`${command}\``,
  ]);
  return table(['Compared with', 'Ours', 'Theirs', 'Command'], ...rows);
}

function otherMachineTable(): string {
  const steps: Record<string, string>[] = measured.other_machine.steps;
  return table(
    ['Training step', 'Ours', 'PyTorch eager', '`torch.compile`'],
    ...steps.map(({ step, ours, eager, compile }) => [step, ours, eager, compile]),
  );
}

function otherMachineText(): string {
  const { command, matmul_share, quick_command, quick_128_eager, quick_128_compile, quick_256 } =
    measured.other_machine;
  return `The command is \`${command}\`. At 256 wide, our matrix products alone are ${matmul_share} of the step on that machine, and they run at its peak. A second measurement two hours later, when the machine was noisier (\`${quick_command}\`), gave other ratios. At 128 wide, our step took ${quick_128_eager} of PyTorch's time (eager) and ${quick_128_compile} (\`torch.compile\`). At 256 wide, it took ${quick_256}.`;
}

export function resultsPage(): string {
  const text = (name: keyof typeof introductions) => introductions[name].map((paragraph) => wrapped(paragraph));
  return `${[
    '# Results',
    '<!-- Written by `pnpm reference` from benchmarks/results. Do not edit it by hand. -->',
    ...text('page'),
    '## Quality',
    ...text('quality'),
    qualityTable(),
    ...text('columns'),
    wrapped(sourcesText()),
    '### Other seeds',
    ...text('seeds'),
    seedsTable(),
    '### Other models',
    ...text('models'),
    otherModelsTable(),
    wrapped(l3aeText()),
    '### Baselines',
    ...text('baselines'),
    baselinesTable(),
    '### Further sets',
    ...text('further'),
    furtherTable(testOf),
    'With seen items excluded:',
    furtherTable(seenExcludedOf),
    wrapped(intervalsText()),
    ...text('furtherNotes'),
    wrapped(repeatsText()),
    '## Split by time',
    ...text('temporal'),
    temporalTable(),
    wrapped(temporalInterval()),
    ...text('refit'),
    refitTable(),
    ...text('refitNotes'),
    '## New items',
    ...text('newItems'),
    newItemsTable(),
    ...knowledgeResults(),
    '## Time and memory',
    wrapped(mainJobText()),
    ...text('scale'),
    scaleTable(),
    wrapped(scaleNotes()),
    '## Compared with other software',
    ...text('comparisons'),
    comparisonsTable(),
    ...text('comparisonNotes'),
    '### On another machine',
    wrapped(conditions.otherMachine(measured.other_machine.machine)),
    otherMachineTable(),
    wrapped(otherMachineText()),
  ].join('\n\n')}\n`;
}

/** Five figures for README.md, each with its peer and the command that makes it. */
export function headlineTable(): string {
  const { encode, evaluate, step } = comparisons;
  const learn = (set: string) => pair(testOf({ set, preset: 'learn' }));
  const peers = '`LOREKEEP_QUALITY_PEERS=recbole-sasrec pnpm bench quality`';
  return table(
    ['Figure', 'Lorekeep', 'Other', 'Command'],
    [
      'Test recall@10 / NDCG@10, Amazon Scientific; best published',
      learn('amazon18-scientific'),
      pair(publishedOf('amazon18-scientific')),
      '`pnpm bench quality`',
    ],
    [
      'The same, Amazon Office 2014; SASRec of RecBole 1.2.1',
      learn('amazon14-office'),
      pair(peerOf('recbole-sasrec', 'amazon14-office')),
      peers,
    ],
    ['Text encoding; sentence-transformers 6.2', encode.ours, encode.theirs, `\`${encode.command}\``],
    ['One training step of a transformer; PyTorch 2.15 eager', step.ours, step.theirs, `\`${step.command}\``],
    ['Full-ranking evaluation, test users/s; RecBole 1.2.1', evaluate.ours, evaluate.theirs, `\`${evaluate.command}\``],
  );
}
