/**
 * The main job as a newcomer runs it: `lorekeep quickstart` in a process of its own on an empty workspace, from files to
 * the report, seed 42, the epoch chosen on validation. The language model is on the machine already. Beside it RecBole's
 * SASRec, trained on the same files on the same threads, and how long each needs to reach the peer's best validation NDCG@10:
 * training against training (both with reading the log), and our whole job, texts encoded and all, against its training.
 *
 * A peer's run takes many minutes, so the two are not interleaved: ours runs once before and once after it, and the
 * slower of our two counts. `--quick` gives the peer two epochs, which flatters it: its bar is then low.
 *
 * Data: the directory given, else `../shared/data/amazon18-scientific` where that is, else a simulated shop.
 */
import { spawn } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { availableParallelism, tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { resolveModel } from '@lorekeep/encoder';
import type { BundleManifest } from '@lorekeep/recommender';
import { dataOrSimulated } from './default-data.ts';
import { residentMb } from './machine.ts';
import { peerPython, startPeer } from './peers.ts';
import { RECBOLE, type SasrecRun } from './recbole.ts';
import type { BenchOptions, BenchResult } from './result.ts';

const CLI = fileURLToPath(new URL('../../packages/cli/src/main.ts', import.meta.url));
const SEED = 42;
const PEER_EPOCHS = 40;
const PEER_EPOCHS_QUICK = 2;

interface Run {
  seconds: number;
  /** Seconds after which training began: events imported, texts encoded. */
  trainingFrom: number;
  /** Seconds after which validation NDCG@10 stood at a value, each time it rose. */
  rises: { seconds: number; ndcg: number }[];
  metrics: BundleManifest['metrics'];
  indexRecall: number;
  peakRssMb: number;
}

/** A line of `--json` output: a note, progress, an error, or at the end the report. */
interface Line {
  event?: string;
  text?: string;
  stage?: string;
  note?: string;
  error?: unknown;
  metrics?: BundleManifest['metrics'];
  index?: { recallAt10: number };
}

export async function run({ quick, data, log }: BenchOptions): Promise<BenchResult> {
  const work = await mkdtemp(join(tmpdir(), 'lorekeep-bench-'));
  try {
    const source = await dataOrSimulated(data, work, quick);
    await resolveModel();
    const threads = availableParallelism();
    const first = await quickstart(source, join(work, 'first'), log);
    const python = await peerPython(RECBOLE, { log });
    const peer = startPeer('recbole_sasrec.py', python, { env: { OMP_NUM_THREADS: String(threads) }, log });
    let theirs: SasrecRun;
    try {
      const epochs = quick ? PEER_EPOCHS_QUICK : PEER_EPOCHS;
      theirs = await peer.call<SasrecRun>('train', { data: source, epochs, threads, seed: SEED });
    } finally {
      await peer.close();
    }
    const runs = quick ? [first] : [first, await quickstart(source, join(work, 'second'), log)];
    const bar = theirs.best_valid_ndcg;
    // Where the bar is never reached, the whole run's time stands in: no less than what reaching it would have taken.
    const reached = runs.map(({ rises, seconds }) => rises.find(({ ndcg }) => ndcg >= bar)?.seconds ?? seconds);
    const slowest = Math.max(...reached);
    const training = Math.max(...runs.map(({ trainingFrom }, at) => reached[at] - trainingFrom));
    const { valid, test, baselines } = first.metrics;
    return {
      figures: {
        recall_at_10_test: test['recall@10'],
        ndcg_at_10_test: test['ndcg@10'],
        ndcg_at_10_valid: valid['ndcg@10'],
        popularity_ndcg_at_10_test: baselines.popularity['ndcg@10'],
        last_item_knn_ndcg_at_10_test: baselines['last-item-knn']['ndcg@10'],
        index_recall_at_10: first.indexRecall,
        seconds_cold_start_to_report: Math.max(...runs.map(({ seconds }) => seconds)),
        reached_peer_quality: valid['ndcg@10'] >= bar ? 1 : 0,
        seconds_to_peer_quality: slowest,
        training_seconds_to_peer_quality: training,
        peak_rss_mb: Math.max(...runs.map(({ peakRssMb }) => peakRssMb)),
      },
      peers: {
        recbole_ndcg_at_10_valid: bar,
        recbole_recall_at_10_test: theirs.test_recall,
        recbole_ndcg_at_10_test: theirs.test_ndcg,
        recbole_epochs: theirs.epochs,
        recbole_seconds_to_best: theirs.seconds_to_best,
      },
      ratios: {
        time_to_quality_vs_recbole_time: training / theirs.seconds_to_best,
        time_to_quality_with_import_and_encoding_vs_recbole_time: slowest / theirs.seconds_to_best,
      },
    };
  } finally {
    await rm(work, { recursive: true, force: true });
  }
}

/** One run of the real command in a real process. */
async function quickstart(data: string, workspace: string, log: (line: string) => void): Promise<Run> {
  const started = performance.now();
  const elapsed = () => (performance.now() - started) / 1000;
  const words = [
    'quickstart',
    '--data',
    data,
    '--workspace',
    workspace,
    '--seed',
    String(SEED),
    '--no-serve',
    '--json',
  ];
  const child = spawn(process.execPath, [CLI, ...words], { stdio: ['ignore', 'pipe', 'inherit'] });
  const rises: Run['rises'] = [];
  let trainingFrom: number | undefined;
  let last: Line = {};
  let peakRssMb = 0;
  const sampler = setInterval(() => residentMb(child.pid).then((mb) => (peakRssMb = Math.max(peakRssMb, mb))), 500);
  try {
    createInterface({ input: child.stdout }).on('line', (line) => {
      last = JSON.parse(line) as Line;
      if (last.event === 'note') log(String(last.text));
      // Training begins with the search for the linear model's settings; notes of both name validation NDCG@10.
      const trains = last.stage === 'search' || last.stage === 'train';
      if (trains) trainingFrom ??= elapsed();
      const best = trains ? /NDCG@10 (\d\.\d+)/.exec(String(last.note)) : null;
      if (best !== null && Number(best[1]) > (rises.at(-1)?.ndcg ?? 0)) {
        rises.push({ seconds: elapsed(), ndcg: Number(best[1]) });
      }
    });
    const code = await new Promise((resolve) => child.on('close', resolve));
    if (code !== 0) throw new Error(`quickstart ended with exit code ${code}: ${JSON.stringify(last.error)}`);
  } finally {
    clearInterval(sampler);
  }
  const { metrics, index } = last;
  if (metrics === undefined || index === undefined) throw new Error('quickstart gave no report');
  return {
    seconds: elapsed(),
    trainingFrom: trainingFrom ?? 0,
    rises,
    metrics,
    indexRecall: index.recallAt10,
    peakRssMb,
  };
}
