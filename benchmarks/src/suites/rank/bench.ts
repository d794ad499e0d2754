/**
 * Rankers of impressions against peers, on the same rows and features of a real log.
 *
 *     pnpm bench rank [--data DIR] [--quick]
 *
 * Data: the given directory, else `../shared/data/kuairand-pure`; rankers of clicks on its main
 * surface, in six frozen windows of two days. `…_gauc`: impression-weighted GAUC of the last four
 * windows, groups of user, surface and window. `…_long_view_gauc`: the same for long views.
 *
 * Speed: our DIN and the same network in PyTorch (eager) train in turns on the same rows, with the same
 * number of threads. FuxiCTR's speed is that of its own run over the windows, in the same bench.
 * `parity_max_error`: the largest difference of a probability between one row at a time and bulk.
 *
 * `--quick`: one seed, no CAN, two rounds of timing. `LOREKEEP_RANK_SEEDS` sets the seeds (default 1,2,3).
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { availableParallelism, tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  createBehaviours,
  createImpressionRanker,
  gauc,
  groupsOf,
  type ImpressionRanker,
  recordRows,
} from '@lorekeep/ranking';
import { defaultData } from '../../data/default-data.ts';
import { errors } from '../../errors.ts';
import { interleave } from '../../measure/interleave.ts';
import { keptWorkspace } from '../../paths.ts';
import type { BenchOptions, BenchResult } from '../../result.ts';
import { wholeSetting } from '../../settings.ts';
import { FIRST_SCORED, type Impressions, loadImpressions } from '../knowledge/real-log.ts';
import { LENGTH, rankerSettings } from '../knowledge/settings.ts';
import { OUTCOMES, type Outcome, type Target } from '../knowledge/target.ts';
import { walk } from '../knowledge/walk.ts';
import { openRealLog } from '../knowledge/workspace.ts';
import { openRankPeer, RANK_SETTINGS, type RankPeer, type RankRun, runRankPeer, saveRankLog } from './peers.ts';
import { type PeerLog, peerLog } from './rank-log.ts';

const target = (outcome: Outcome): Target => ({ name: `tab 1 ${outcome}`, surfaces: ['1'], outcome, thin: false });
/** Rows of a timed block. */
const BLOCK = 16_384;
const PARITY_ROWS = 200;

export async function run({ quick, data, log }: BenchOptions): Promise<BenchResult> {
  const threads = availableParallelism();
  const seeds = wholeSetting('LOREKEEP_RANK_SEEDS', quick ? [1] : [1, 2, 3]);
  const folder = data ?? defaultData('kuairand-pure');
  if (folder === undefined) throw errors.BENCH_NO_DATA();
  await using workspace = await openRealLog(folder, keptWorkspace('kuairand-pure'));
  const impressions = await loadImpressions(workspace.store);
  const result: BenchResult = { figures: {}, peers: {}, ratios: {} };
  const directory = await mkdtemp(join(tmpdir(), 'lorekeep-rank-'));
  try {
    const peers = peerLog(impressions, target('click'));
    const input = join(directory, 'log.safetensors');
    await saveRankLog(input, peers.rankLog);
    for (const kind of quick ? (['din'] as const) : (['din', 'can'] as const))
      for (const outcome of OUTCOMES) {
        const value = await ownGauc(impressions, outcome, kind, seeds);
        result.figures[outcome === 'click' ? `${kind}_gauc` : `${kind}_${outcome}_gauc`] = value;
        log(`${kind}, ${outcome}: GAUC ${value.toFixed(4)}`);
      }
    const runs = new Map<RankPeer, RankRun>();
    for (const name of ['lightgbm', 'fuxictr_din'] as const) {
      const found = await peerRun(name, { input, directory, threads, seeds, log });
      runs.set(name, found.run);
      for (const [o, outcome] of OUTCOMES.entries()) {
        const value = peerGauc(impressions, peers, found.scores, o);
        result.peers[outcome === 'click' ? `${name}_gauc` : `${name}_${outcome}_gauc`] = value;
        log(`${name}, ${outcome}: GAUC ${value.toFixed(4)}`);
      }
    }
    result.figures.best_peer_gauc = Math.max(result.peers.lightgbm_gauc, result.peers.fuxictr_din_gauc);
    const speed = await speeds(impressions, input, { threads, rounds: quick ? 2 : 5, log });
    result.figures.rows_per_s = speed.own;
    result.peers.pytorch_rows_per_s = speed.pytorch;
    result.peers.fuxictr_rows_per_s = (runs.get('fuxictr_din') as RankRun).rows_per_s;
    result.ratios.rows_vs_pytorch = speed.own / speed.pytorch;
    result.ratios.rows_vs_fuxictr = speed.own / result.peers.fuxictr_rows_per_s;
    result.figures.parity_max_error = await parity(impressions);
    return result;
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
}

/** The mean over seeds. */
async function ownGauc(impressions: Impressions, outcome: Outcome, kind: 'din' | 'can', seeds: readonly number[]) {
  const own = target(outcome);
  const rows = impressions.scoredRows(own);
  let sum = 0;
  for (const seed of seeds) {
    const scores = await walk(
      { impressions, target: own, seed, stageOne: undefined as never },
      { ranker: { ...rankerSettings(own), kind } },
    );
    sum += gauc(scores, impressions.labels(own, rows), groupsIn(impressions, rows)).value;
  }
  return sum / seeds.length;
}

function groupsIn(impressions: Impressions, rows: Int32Array): Int32Array {
  const { log } = impressions.data;
  const users = rows.map((row) => log.users[row]);
  const surfaces = rows.map((row) => log.surfaces[row]);
  return groupsOf({ users, surfaces, windows: impressions.windowsOf(rows) }).groups;
}

interface PeerSettings {
  input: string;
  directory: string;
  threads: number;
  seeds: readonly number[];
  log: (line: string) => void;
}

/** One run with the settings that were chosen for the peer. */
async function peerRun(name: RankPeer, { input, directory, threads, seeds, log }: PeerSettings) {
  const peer = await openRankPeer(name, threads, log);
  try {
    const { scores, ...run } = await runRankPeer(peer, input, join(directory, `${name}.safetensors`), {
      threads,
      seed: seeds[0],
      ...RANK_SETTINGS[name],
    });
    return { scores, run };
  } finally {
    await peer.close();
  }
}

function peerGauc(impressions: Impressions, { rows }: PeerLog, scores: Float32Array, outcome: number): number {
  const windows = impressions.windowsOf(rows);
  const at = Int32Array.from(rows.keys()).filter((i) => windows[i] >= FIRST_SCORED);
  const scored = at.map((i) => rows[i]);
  const own = Float32Array.from(at, (i) => scores[i * OUTCOMES.length + outcome]);
  return gauc(own, impressions.labels(target(OUTCOMES[outcome]), scored), groupsIn(impressions, scored)).value;
}

/** Training rows per second of our DIN and of the same network in PyTorch, in turns: medians. */
async function speeds(
  impressions: Impressions,
  input: string,
  { threads, rounds, log }: { threads: number; rounds: number; log: (line: string) => void },
): Promise<{ own: number; pytorch: number }> {
  const own = target('click');
  const settings = rankerSettings(own);
  const rows = impressions.windows.flatMap((window) => [...window.rows.filter((row) => impressions.isOn(own, row))]);
  const ranker = await newRanker(impressions, threads);
  const peer = await openRankPeer('torch_din', threads, log);
  let first = 0;
  try {
    const { batch = 512, dim, hidden, learningRate } = settings;
    // Our sequences read every field of an item.
    const historyFields = impressions.data.items.map(({ name }) => name);
    await peer.call('setup', {
      input,
      threads,
      dim,
      hidden,
      learningRate,
      batch,
      attention: 32,
      length: LENGTH,
      outcomes: ['click'],
      historyFields,
    });
    const timings = await interleave(
      [
        {
          name: 'own',
          async run() {
            const part = Int32Array.from(rows.slice(first, first + BLOCK));
            first = (first + BLOCK) % (rows.length - BLOCK);
            const start = performance.now();
            await ranker.train({ columns: impressions.data.log, rows: part });
            return (1000 * part.length) / (performance.now() - start);
          },
        },
        {
          name: 'pytorch',
          run: async () => (await peer.call<RankRun>('steps', { count: BLOCK / batch })).rows_per_s,
        },
      ],
      { rounds, warmup: 1 },
    );
    return { own: timings.own.median, pytorch: timings.pytorch.median };
  } finally {
    await peer.close();
    await ranker.close();
  }
}

async function newRanker(impressions: Impressions, threads: number): Promise<ImpressionRanker> {
  const behaviours = createBehaviours(LENGTH);
  recordRows(behaviours, impressions.data.log, impressions.history);
  const settings = rankerSettings(target('click'));
  const tasks = [{ outcome: 'click' }];
  return createImpressionRanker({ entities: impressions.data, behaviours, tasks, ...settings, seed: 1, threads });
}

/** Scores rows one by one, as a service does, and in bulk, as an evaluation does. */
async function parity(impressions: Impressions): Promise<number> {
  const columns = impressions.data.log;
  const ranker = await newRanker(impressions, 1);
  try {
    const [warm, next] = impressions.windows;
    await ranker.train({ columns, rows: warm.rows.subarray(0, BLOCK) });
    const rows = next.rows.subarray(0, PARITY_ROWS);
    const bulk = await ranker.score({ columns, rows });
    const probability = (logit: number) => 1 / (1 + Math.exp(-logit));
    let worst = 0;
    for (const [at, row] of rows.entries()) {
      const { logits } = await ranker.score({ columns, rows: Int32Array.of(row) });
      worst = Math.max(worst, Math.abs(probability(logits[0]) - probability(bulk.logits[at])));
    }
    return worst;
  } finally {
    await ranker.close();
  }
}
