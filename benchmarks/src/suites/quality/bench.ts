/**
 * Quality on public data sets (long). Every set is imported and encoded once, the linear model
 * (`linear`) is solved once, and every preset is trained with every seed. The test cases are ranked
 * once, at the end of each training. The difference between a preset and `linear` is measured on
 * the same cases, with a paired 95 % interval.
 *
 *     pnpm bench quality [--data DIR] [--quick]
 *
 * Sets: the given folder, else all of `../shared/data/amazon*`. `--quick`: Scientific with one
 * seed. Settings:
 *
 *     LOREKEEP_QUALITY_SETS=a,b                 other sets
 *     LOREKEEP_QUALITY_PRESETS=learn,ease       other presets and variants (`presets.ts`)
 *     LOREKEEP_QUALITY_SEEDS=42,43,44           other seeds
 *     LOREKEEP_QUALITY_PROTOCOL=temporal        a split by time instead of leave-one-out
 *     LOREKEEP_QUALITY_REFIT=valid              train all, the linear model too, once more on
 *                                               validation events after all is selected; these
 *                                               rows are compared with each other only
 *     LOREKEEP_QUALITY_PEERS=recbole-sasrec,l3ae  also train RecBole's SASRec, or L3AE in its published
 *                                               two-phase form, on the same split
 *
 * Workspaces stay in `.lorekeep-bench/` (git-ignored), so that a stopped run resumes: a version
 * that is trained already is not trained again. `results/quality.json` has the metrics, intervals,
 * times and peak memory per set, preset and seed. Rows that a run does not measure stay as they
 * are, each with its date.
 */
import { readdir } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { datasetDirectory } from '@lorekeep/datasets';
import type { Protocol } from '@lorekeep/evaluation';
import { openWorkspace, type Workspace } from '@lorekeep/workspace';
import { defaultData } from '../../data/default-data.ts';
import { PUBLISHED_RULES } from '../../data/published.ts';
import { errors } from '../../errors.ts';
import { keptWorkspace } from '../../paths.ts';
import type { BenchOptions, BenchResult } from '../../result.ts';
import { listSetting, oneSetting, wholeSetting } from '../../settings.ts';
import { figuresOf, peerFiguresOf } from './figures.ts';
import { measure } from './measure.ts';
import { checkPeer, measurePeer, PEERS, type Peer } from './peer.ts';
import { PRESETS, REFERENCE } from './presets.ts';
import { type BenchRefit, type PeerRow, type Row, saveRows } from './rows.ts';

const SEEDS = [42, 43, 44];
const DATASETS = 'amazon';
const QUICK_SETS = ['amazon18-scientific'];

interface Settings {
  presets: string[];
  seeds: number[];
  protocol: Protocol;
  refit: BenchRefit;
  peers: Peer[];
  folders: string[];
}

export async function run({ quick, data, log }: BenchOptions): Promise<BenchResult> {
  const settings = await readSettings(quick, data);
  // Trainings take hours, so a peer that cannot run must be found before them.
  for (const peer of settings.peers) await checkPeer(peer, log);
  const rows: Row[] = [];
  const peerRows: PeerRow[] = [];
  for (const folder of settings.folders) {
    await using workspace = await openWorkspace(keptWorkspace(basename(folder)), { create: true });
    await measureSet(folder, workspace, settings, rows, peerRows, log);
  }
  return { figures: figuresOf(rows), peers: peerFiguresOf(peerRows), ratios: {} };
}

/** Adds the rows of one set. They are saved after every training. */
async function measureSet(
  folder: string,
  workspace: Workspace,
  { presets, seeds, protocol, refit, peers }: Settings,
  rows: Row[],
  peerRows: PeerRow[],
  log: (line: string) => void,
): Promise<void> {
  const set = basename(folder);
  await workspace.changeEventRules(PUBLISHED_RULES);
  await workspace.import(await datasetDirectory(folder));
  log(`${set}: encoding`);
  const encoder = await workspace.encode({}, { warn: ({ code, message }) => log(`${code}: ${message}`) });
  // Seeds do not change a solved model, so it has one row for all seeds.
  const reference = await measure(workspace, { set, protocol, refit, preset: REFERENCE, seed: SEEDS[0] });
  rows.push(reference);
  log(summary(reference));
  for (const seed of seeds)
    for (const preset of presets) {
      const row = await measure(workspace, { set, protocol, refit, preset, seed }, reference.version);
      rows.push(row);
      log(summary(row));
      await saveRows(rows, peerRows);
    }
  for (const peer of peers) {
    const row = await measurePeer(workspace, encoder, { set, protocol, peer, seed: seeds[0] }, log);
    peerRows.push(row);
    const quality = `${row.test_recall.toFixed(4)}/${row.test_ndcg.toFixed(4)}`;
    log(`${set} ${peer}: test ${quality}, best epoch after ${row.seconds_to_best.toFixed(0)} s`);
  }
  await saveRows(rows, peerRows);
}

/** @throws LorekeepError `BENCH_BAD_SETTING`, `BENCH_NO_DATA` */
async function readSettings(quick: boolean, data: string | undefined): Promise<Settings> {
  const settings = {
    presets: listSetting('LOREKEEP_QUALITY_PRESETS', ['learn'], PRESETS).filter((preset) => preset !== REFERENCE),
    seeds: wholeSetting('LOREKEEP_QUALITY_SEEDS', quick ? SEEDS.slice(0, 1) : SEEDS),
    protocol: oneSetting<Protocol>('LOREKEEP_QUALITY_PROTOCOL', ['leave-one-out', 'temporal']),
    refit: oneSetting<BenchRefit>('LOREKEEP_QUALITY_REFIT', ['none', 'valid']),
    peers: listSetting('LOREKEEP_QUALITY_PEERS', [], PEERS),
    folders: data === undefined ? await defaultFolders(quick) : [data],
  };
  if (settings.folders.length === 0) throw errors.BENCH_NO_DATA();
  return settings;
}

async function defaultFolders(quick: boolean): Promise<string[]> {
  const scientific = defaultData();
  if (scientific === undefined) return [];
  const parent = dirname(scientific);
  const all = (await readdir(parent)).filter((name) => name.startsWith(DATASETS)).sort();
  const names = listSetting('LOREKEEP_QUALITY_SETS', quick ? QUICK_SETS : all, all);
  return names.map((name) => join(parent, name));
}

function summary({ set, protocol, refit, preset, seed, test, differences, seconds }: Row): string {
  const [low, high] = differences?.['ndcg@10'].interval ?? [0, 0];
  const compared =
    differences === undefined ? '' : `, NDCG@10 minus ${REFERENCE} ${low.toFixed(4)} to ${high.toFixed(4)}`;
  const what = `${set} ${protocol}${refit === 'valid' ? ' refit' : ''} ${preset} seed ${seed}`;
  const quality = `${test['recall@10'].toFixed(4)}/${test['ndcg@10'].toFixed(4)}`;
  return `${what}: test ${quality}${compared}, ${seconds.toFixed(0)} s`;
}
