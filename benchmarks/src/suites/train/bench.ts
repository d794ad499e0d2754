/**
 * The main job on an empty workspace, from files to recommendations, in a process of its own:
 * import, encode, train, publish, open the engine. Seed 42; the epoch is selected on validation.
 * The language model is already on the machine.
 *
 * The peer is RecBole's SASRec, trained on the same files with the same number of threads. The
 * bench measures how long each side needs to reach the peer's best validation NDCG@10: our training
 * against its training (both include reading the log), and our whole job, import and encoding
 * included, against its training.
 *
 * A run of the peer takes many minutes, so the sides are not interleaved. We run once before and
 * once after the peer, and the slower of our two runs counts. With `--quick` the peer trains two
 * epochs: its quality is then low and its time short.
 *
 * Data: the given directory, else `../shared/data/amazon18-scientific`, else a simulated shop.
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { availableParallelism, tmpdir } from 'node:os';
import { join } from 'node:path';
import { resolveModel } from '@lorekeep/encoder';
import type { BundleManifest } from '@lorekeep/recommender';
import { dataOrSimulated } from '../../data/default-data.ts';
import { runChild } from '../../measure/child-process.ts';
import { openRecbole, type SasrecRun } from '../../peers/recbole.ts';
import type { BenchOptions, BenchResult } from '../../result.ts';

const JOB = new URL('./main-job.ts', import.meta.url);
const SEED = 42;
const PEER_EPOCHS = 40;
const PEER_EPOCHS_QUICK = 2;

/** Options of the child. */
export interface JobOptions {
  data: string;
  workspace: string;
  seed: number;
}

/** What the child reports while it runs. */
export type JobEvent =
  | { kind: 'step'; text: string }
  | { kind: 'training-started' }
  /** Validation NDCG@10 has risen to this value. */
  | { kind: 'rise'; ndcg: number };

export interface JobResult {
  metrics: BundleManifest['metrics'];
  indexRecall: number;
}

interface Run extends JobResult {
  seconds: number;
  /** When training began: events are imported and texts are encoded. */
  trainingFrom: number;
  /** When validation NDCG@10 reached a value, each time it rose. */
  rises: { seconds: number; ndcg: number }[];
  peakRssMb: number;
}

export async function run({ quick, data, log }: BenchOptions): Promise<BenchResult> {
  const work = await mkdtemp(join(tmpdir(), 'lorekeep-bench-'));
  try {
    const source = await dataOrSimulated(data, work, quick);
    await resolveModel();
    const threads = availableParallelism();
    // Our first run takes minutes, so a peer that cannot run must be found before it.
    await (await openRecbole('recbole_sasrec.py', threads, log)).close();
    const first = await runJob(source, join(work, 'first'), log);
    const theirs = await trainPeer(source, threads, quick, log);
    const runs = quick ? [first] : [first, await runJob(source, join(work, 'second'), log)];
    return resultOf(runs, theirs);
  } finally {
    await rm(work, { recursive: true, force: true });
  }
}

async function trainPeer(
  data: string,
  threads: number,
  quick: boolean,
  log: (line: string) => void,
): Promise<SasrecRun> {
  const peer = await openRecbole('recbole_sasrec.py', threads, log);
  try {
    const epochs = quick ? PEER_EPOCHS_QUICK : PEER_EPOCHS;
    return await peer.call<SasrecRun>('train', { data, epochs, threads, seed: SEED });
  } finally {
    await peer.close();
  }
}

async function runJob(data: string, workspace: string, log: (line: string) => void): Promise<Run> {
  const rises: Run['rises'] = [];
  let trainingFrom = 0;
  const options: JobOptions = { data, workspace, seed: SEED };
  const { result, ...measured } = await runChild<JobResult, JobEvent>(JOB, options, (event, seconds) => {
    if (event.kind === 'step') log(event.text);
    else if (event.kind === 'training-started') trainingFrom = seconds;
    else rises.push({ seconds, ndcg: event.ndcg });
  });
  return { ...result, ...measured, trainingFrom, rises };
}

function resultOf(runs: Run[], theirs: SasrecRun): BenchResult {
  const bar = theirs.best_valid_ndcg;
  // If a run never reaches the bar, its whole time counts. Reaching the bar would have taken
  // longer.
  const reached = runs.map(({ rises, seconds }) => rises.find(({ ndcg }) => ndcg >= bar)?.seconds ?? seconds);
  const slowest = Math.max(...reached);
  const training = Math.max(...runs.map(({ trainingFrom }, at) => reached[at] - trainingFrom));
  const { metrics, indexRecall } = runs[0];
  const { valid, test, baselines } = metrics;
  return {
    figures: {
      recall_at_10_test: test['recall@10'],
      ndcg_at_10_test: test['ndcg@10'],
      ndcg_at_10_valid: valid['ndcg@10'],
      popularity_ndcg_at_10_test: baselines.popularity['ndcg@10'],
      last_item_knn_ndcg_at_10_test: baselines['last-item-knn']['ndcg@10'],
      index_recall_at_10: indexRecall,
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
}
