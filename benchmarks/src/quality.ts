/**
 * Quality on public data sets, long: every set is imported and encoded once, the closed form (`linear`) solved once, every preset trained with
 * every seed, and all of them evaluated, all through the real command line, leave-one-out, test questions asked once at the end of each training. A preset's
 * difference from `linear` (the closed form) is taken on the same questions, with a paired 95 % interval.
 *
 *     pnpm bench quality [--data DIR] [--quick]
 *
 * Sets: the folder given, else all of `../shared/data/amazon*`; `LOREKEEP_QUALITY_SETS=a,b`, `LOREKEEP_QUALITY_PRESETS=learn,linear`
 * and `LOREKEEP_QUALITY_SEEDS=42,43,44` choose others; `LOREKEEP_QUALITY_PROTOCOL=temporal` splits by time. A preset named `ease` is
 * `linear` without texts; `twin-towers` is `learn` without what is solved exactly: the towers alone, from the factors of the linear model. `LOREKEEP_QUALITY_REFIT=valid` trains everything, the closed form too,
 * once more on the validation events when all is chosen (`train --refit valid`): rows of their own, compared among themselves. `LOREKEEP_QUALITY_PEERS=recbole-sasrec` also trains RecBole's SASRec, on the very same split. `--quick`: Scientific, one seed. Workspaces stay in `.lorekeep-bench/` (git-ignored), so that a
 * run that was stopped goes on where it was: what is trained already is not trained again. `results/quality.json` holds per set, preset
 * and seed the metrics, intervals, times and peak memory; rows that this run does not measure stay as they were, each with its date.
 */
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { availableParallelism, cpus } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { datasetDirectory } from '@lorekeep/datasets';
import {
  type Difference,
  type Intervals,
  type MetricName,
  type Metrics,
  type Protocol,
  splitBy,
} from '@lorekeep/evaluation';
import { type Preset, presets as presetsOfTheProduct } from '@lorekeep/recommender';
import { openStore } from '@lorekeep/store';
import { keptWorkspace } from './catalogue.ts';
import { defaultData } from './default-data.ts';
import { benchNothingToMeasure, benchRunFailed } from './errors.ts';
import { residentMb } from './machine.ts';
import { peerPython, startPeer } from './peers.ts';
import { RECBOLE, type SasrecRun, writeSplit } from './recbole.ts';
import type { BenchOptions, BenchResult } from './result.ts';
import { listSetting, oneSetting, wholeSetting } from './settings.ts';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const CLI = join(ROOT, 'packages/cli/src/main.ts');
const RESULTS = fileURLToPath(new URL('../results/quality.json', import.meta.url));
const REFERENCE = 'linear';
const SEEDS = [42, 43, 44];

/** Options that make other presets of the product's. */
const VARIANTS: Record<string, { preset: Preset; options: Record<string, unknown> }> = {
  ease: { preset: REFERENCE, options: { content: false } },
  'twin-towers': { preset: 'learn', options: { neighbours: 0, secondStage: false } },
};

type Refit = 'none' | 'valid';

const PEER = 'recbole-sasrec';
/** Epochs a peer may take; it stops by itself five after its best. */
const PEER_EPOCHS = 100;

/** What one training of one preset reached. */
interface Row {
  set: string;
  protocol: Protocol;
  /** Trained once more on the validation events, or not: `'none'`. Absent in older rows, which are `'none'`. */
  refit?: Refit;
  preset: string;
  seed: number;
  /** When it was measured. */
  date: string;
  version: string;
  valid: Metrics;
  test: Metrics;
  intervals: Intervals;
  removed: Metrics;
  coverage: number;
  breakdown: { kind: string; name: string; metrics: Metrics }[];
  /** Against `linear`; absent for itself. */
  differences?: Record<MetricName, Difference>;
  baselines: Record<string, Metrics>;
  /** Of training and the evaluation in it. 0 where it was trained by an earlier run. */
  seconds: number;
  /** Cores it had (`taskset` gives fewer): what `seconds` are to be read with. Absent in older rows: all of the machine's. */
  cores?: number;
  peakRssMb: number;
}

/** What a peer reached on a set. */
interface PeerRow extends SasrecRun {
  set: string;
  protocol: Protocol;
  peer: string;
  seed: number;
  date: string;
}

export async function run({ quick, data, log }: BenchOptions): Promise<BenchResult> {
  const known = [...Object.keys(presetsOfTheProduct), ...Object.keys(VARIANTS)];
  const presets = listSetting('LOREKEEP_QUALITY_PRESETS', ['learn'], known).filter((preset) => preset !== REFERENCE);
  const seeds = wholeSetting('LOREKEEP_QUALITY_SEEDS', quick ? SEEDS.slice(0, 1) : SEEDS);
  const protocol = oneSetting<Protocol>('LOREKEEP_QUALITY_PROTOCOL', ['leave-one-out', 'temporal']);
  const refit = oneSetting<Refit>('LOREKEEP_QUALITY_REFIT', ['none', 'valid']);
  const peers = listSetting('LOREKEEP_QUALITY_PEERS', [], [PEER]);
  const folders = data === undefined ? await defaultFolders(quick) : [data];
  if (folders.length === 0) throw benchNothingToMeasure();
  const rows: Row[] = [];
  const peerRows: PeerRow[] = [];
  for (const folder of folders) {
    const set = basename(folder);
    const workspace = keptWorkspace(set);
    await mkdir(workspace, { recursive: true });
    const { items, events } = await datasetDirectory(folder);
    await lorekeep(['import', '--items', ...items, '--events', ...events], workspace);
    log(`${set}: encoding`);
    await lorekeep(['encode'], workspace);
    // No seed changes what is solved: one row, whichever seeds are asked for.
    const reference = await measure({ set, protocol, refit, preset: REFERENCE, seed: SEEDS[0] }, workspace);
    rows.push(reference);
    log(line(reference));
    for (const seed of seeds) {
      for (const preset of presets) {
        const row = await measure({ set, protocol, refit, preset, seed }, workspace, reference.version);
        rows.push(row);
        log(line(row));
        await save(rows, peerRows);
      }
    }
    for (const peer of peers) {
      const row = await measurePeer({ set, protocol, peer, seed: seeds[0] }, workspace, log);
      peerRows.push(row);
      log(
        `${set} ${peer}: test ${row.test_recall.toFixed(4)}/${row.test_ndcg.toFixed(4)}, ${row.seconds_to_best.toFixed(0)} s to its best`,
      );
    }
    await save(rows, peerRows);
  }
  return { figures: figuresOf(rows), peers: peerFiguresOf(peerRows), ratios: {} };
}

async function defaultFolders(quick: boolean): Promise<string[]> {
  const scientific = defaultData();
  if (scientific === undefined) return [];
  const parent = dirname(scientific);
  const all = (await readdir(parent)).filter((name) => name.startsWith('amazon')).sort();
  const names = listSetting('LOREKEEP_QUALITY_SETS', quick ? ['amazon18-scientific'] : all, all);
  return names.map((name) => join(parent, name));
}

type What = Pick<Row, 'set' | 'protocol' | 'refit' | 'preset' | 'seed'>;

async function measure(what: What, workspace: string, against?: string): Promise<Row> {
  const variant = VARIANTS[what.preset];
  const words = ['--preset', variant?.preset ?? what.preset, '--seed', String(what.seed), '--protocol', what.protocol];
  words.push('--refit', what.refit ?? 'none');
  if (variant !== undefined) {
    const file = join(workspace, `${what.preset}.json`);
    await writeFile(file, JSON.stringify(variant.options));
    words.push('--config', file);
  }
  const trained = await lorekeep(['train', ...words], workspace);
  const { version, seconds } = trained.last as { version: string; seconds: number };
  const compare = against === undefined ? [] : ['--against', against];
  const { last } = await lorekeep(['evaluate', '--model', version, ...compare], workspace);
  const found = last as {
    metrics: { valid: Metrics; test: Metrics };
    intervals: { test: Intervals };
    removed: { test: { metrics: Metrics } };
    coverage: { test: number };
    breakdown: { test: Row['breakdown'] };
    baselines: Record<string, Metrics>;
    differences: Record<string, Record<MetricName, Difference>>;
  };
  return {
    ...what,
    date: new Date().toISOString().slice(0, 10),
    version,
    valid: found.metrics.valid,
    test: found.metrics.test,
    intervals: found.intervals.test,
    removed: found.removed.test.metrics,
    coverage: found.coverage.test,
    breakdown: found.breakdown.test,
    ...(against === undefined ? {} : { differences: found.differences[against] }),
    baselines: found.baselines,
    seconds,
    cores: availableParallelism(),
    peakRssMb: trained.peakRssMb,
  };
}

async function measurePeer(
  what: Pick<PeerRow, 'set' | 'protocol' | 'peer' | 'seed'>,
  workspace: string,
  log: (text: string) => void,
): Promise<PeerRow> {
  const store = await openStore(join(workspace, 'lorekeep.sqlite'));
  const corpus = await store.interactionLog().finally(() => store.close());
  const split = join(workspace, `split-${what.protocol}`);
  await writeSplit(splitBy(what.protocol, corpus), split);
  const threads = availableParallelism();
  const python = await peerPython(RECBOLE, { log });
  const peer = startPeer('recbole_sasrec.py', python, { env: { OMP_NUM_THREADS: String(threads) }, log });
  try {
    const asked = { split, epochs: PEER_EPOCHS, threads, seed: what.seed };
    const reached = await peer.call<SasrecRun>('train_on_split', asked);
    return { ...what, date: new Date().toISOString().slice(0, 10), ...reached };
  } finally {
    await peer.close();
  }
}

interface Finished {
  last: unknown;
  /** The most that was seen, half a second apart. */
  peakRssMb: number;
}

/** One command in a process of its own, as a user runs it. @throws LorekeepError `BENCH_RUN_FAILED` */
async function lorekeep(words: string[], workspace: string): Promise<Finished> {
  const child = spawn(process.execPath, [CLI, ...words, '--workspace', workspace, '--json'], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let last: { error?: unknown } = {};
  let peakRssMb = 0;
  const sampler = setInterval(async () => {
    peakRssMb = Math.max(peakRssMb, await residentMb(child.pid));
  }, 500);
  try {
    createInterface({ input: child.stdout }).on('line', (text) => {
      last = JSON.parse(text);
    });
    const code = await new Promise((resolve) => child.on('close', resolve));
    if (code !== 0) throw benchRunFailed(words.join(' '), JSON.stringify(last.error));
  } finally {
    clearInterval(sampler);
  }
  return { last, peakRssMb };
}

function line({ set, protocol, refit, preset, seed, test, differences, seconds }: Row): string {
  const [low, high] = differences?.['ndcg@10'].interval ?? [0, 0];
  const beside =
    differences === undefined ? '' : `, NDCG@10 against ${REFERENCE} ${low.toFixed(4)} to ${high.toFixed(4)}`;
  return `${set} ${protocol}${refit === 'valid' ? ' refit' : ''} ${preset} seed ${seed}: test ${test['recall@10'].toFixed(4)}/${test['ndcg@10'].toFixed(4)}${beside}, ${seconds.toFixed(0)} s`;
}

/** Means over seeds; how many of the sets a preset is better on than the closed form, beyond doubt for every seed. */
function figuresOf(rows: Row[]): Record<string, number> {
  const figures: Record<string, number> = {};
  for (const set of new Set(rows.map((row) => row.set))) {
    for (const preset of new Set(rows.map((row) => row.preset))) {
      const own = rows.filter((row) => row.set === set && row.preset === preset);
      const mean = (metric: MetricName) => own.reduce((sum, { test }) => sum + test[metric], 0) / own.length;
      figures[`${set}_${preset}_recall_at_10`] = mean('recall@10');
      figures[`${set}_${preset}_ndcg_at_10`] = mean('ndcg@10');
    }
  }
  const sets = new Map<string, boolean>();
  for (const { set, differences } of rows) {
    if (differences === undefined) continue;
    sets.set(set, (sets.get(set) ?? true) && differences['ndcg@10'].interval[0] > 0);
  }
  figures.sets_better_than_linear = [...sets.values()].filter(Boolean).length;
  figures.sets = sets.size;
  return figures;
}

function peerFiguresOf(rows: PeerRow[]): Record<string, number> {
  const figures: Record<string, number> = {};
  for (const { set, peer, test_recall, test_ndcg, seconds_to_best } of rows) {
    figures[`${set}_${peer}_recall_at_10`] = test_recall;
    figures[`${set}_${peer}_ndcg_at_10`] = test_ndcg;
    figures[`${set}_${peer}_seconds_to_best`] = seconds_to_best;
  }
  return figures;
}

/** What this run measured beside what others did, each thing once. */
function merged<T>(earlier: T[] = [], rows: T[], nameOf: (row: T) => string): T[] {
  const fresh = new Set(rows.map(nameOf));
  const all = [...earlier.filter((row) => !fresh.has(nameOf(row))), ...rows];
  return all.sort((a, b) => nameOf(a).localeCompare(nameOf(b)));
}

async function save(fresh: Row[], freshPeers: PeerRow[]): Promise<void> {
  const earlier = existsSync(RESULTS)
    ? (JSON.parse(await readFile(RESULTS, 'utf8')) as { rows: Row[]; peers?: PeerRow[] })
    : undefined;
  const rows = merged(earlier?.rows, fresh, ({ set, protocol, refit = 'none', preset, seed }) =>
    [set, protocol, refit, preset, seed].join(),
  );
  const peers = merged(earlier?.peers, freshPeers, ({ set, protocol, peer, seed }) =>
    [set, protocol, peer, seed].join(),
  );
  const machine = `${cpus().length} × ${cpus()[0]?.model.trim() ?? 'unknown'}`;
  await mkdir(dirname(RESULTS), { recursive: true });
  const results = { command: 'pnpm bench quality', machine, node: process.versions.node, rows, peers };
  await writeFile(RESULTS, `${JSON.stringify(results, null, 1)}\n`);
}
