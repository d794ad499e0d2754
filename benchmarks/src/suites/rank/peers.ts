/**
 * The peers of the bench `rank`. All of them read one impression log in the frozen-window protocol:
 * for w = 1 … W − 1, the model that has seen the windows before w scores w, and then trains on w,
 * one pass, days in order, shuffled within a day.
 */
import { type Arrays, namedArray, readSafetensors, saveSafetensors } from '@lorekeep/graph';
import { peerPython } from '../../peers/environments.ts';
import { openPeer, type Peer } from '../../peers/peer.ts';

/** The log as the peers read it. Rows are impressions. */
export interface RankLog {
  /** `[rows]` */
  users: Int32Array;
  /** `[rows]` */
  items: Int32Array;
  /** `[rows]`, indices of `names.surfaces` */
  surfaces: Int32Array;
  /** `[rows]`, seconds since 1970 */
  times: Int32Array;
  /** `[rows]` */
  days: Int32Array;
  /** `[rows]`, from 0 */
  windows: Int32Array;
  /** `[rows, outcomes]`, 0 or 1 */
  labels: Uint8Array;
  /** `[rows]`, 1: may be trained on. Nothing else counts as evidence but the histories. */
  train: Uint8Array;
  /** `[rows]`, 1: is scored, unless it is in window 0 */
  score: Uint8Array;
  /** `[rows, length]`, newest first, −1 is padding. Ends before the row's window. */
  historyItems: Int32Array;
  /** `[rows, length]`, a bit for each outcome: bit o is `names.outcomes[o]` */
  historyOutcomes: Int32Array;
  /** `[rows, length]`, a bucket */
  historyAges: Int32Array;
  /** `[items, names.itemFields]`, values from 0; −1 is missing */
  itemFields: Int32Array;
  /** `[users, names.userFields]`, values from 0; −1 is missing */
  userFields: Int32Array;
  names: {
    outcomes: readonly string[];
    surfaces: readonly string[];
    itemFields: readonly string[];
    userFields: readonly string[];
  };
}

/** How long a peer took, and its rates. Reading the file is outside. */
export interface RankRun {
  train_seconds: number;
  score_seconds: number;
  /** Rows of the log that were trained on, once for each time and not once for each outcome. */
  trained_rows: number;
  scored_rows: number;
  /** `trained_rows / train_seconds` */
  rows_per_s: number;
  scored_rows_per_s: number;
}

/** Settings of the neural peers. */
export interface NetworkSettings {
  threads: number;
  seed?: number;
  /** Rows a step. Default 512. */
  batch?: number;
  /** Default 1e-3. */
  learningRate?: number;
  /** Dimension of every embedding. Default 16. */
  dim?: number;
  /** Newest events of the history that are read. Default 50. */
  length?: number;
  /** Hidden layers of the network. Default `[128, 64]`. */
  hidden?: readonly number[];
  /** Hidden units of the target attention. Default 32. */
  attention?: number;
  /** Item fields that events of the history carry too, beside the item. Default: none. */
  historyFields?: readonly string[];
  /** Standard deviation of the embeddings at the start. Default .01; `fuxictr_din` 1e-4. */
  deviation?: number;
  /** `torch_din` only: trains on these outcomes alone. Default: all at once. */
  outcomes?: readonly string[];
  /** `torch_din` only: sparse gradients and SparseAdam for the embeddings. Default false. */
  sparse?: boolean;
  /** `fuxictr_din` only: softmax over the weights of the attention. Default false. */
  softmax?: boolean;
}

const COMMON = ['safetensors==0.8.0', 'numpy==2.4.6'];
const PEERS = {
  lightgbm: { script: 'rank_lightgbm.py', requirements: ['lightgbm==4.7.0', 'scipy==1.17.1', ...COMMON] },
  fuxictr_din: {
    script: 'rank_fuxictr.py',
    requirements: ['fuxictr==2.3.10', 'torch==2.15.0', 'pandas==3.1.1', 'scipy==1.17.1', ...COMMON],
  },
  torch_din: { script: 'rank_torch_din.py', requirements: ['torch==2.15.0', ...COMMON] },
} as const;

export type RankPeer = keyof typeof PEERS;
export const RANK_PEERS = Object.keys(PEERS) as RankPeer[];

/**
 * Starts a peer. Its packages are installed on first use. Every peer has two methods:
 *
 * * `run`: the protocol over all windows; `runRankPeer` calls it.
 * * `quality { input, threads, windows, surface?, … }`: GAUC by outcome over some windows, for the
 *   choice of settings. Nothing after the last of these windows is read.
 *
 * `torch_din` has two more, so that training can be timed in turns: `setup { input, threads, … }`
 * makes a new model, and `steps { count }` trains on the next `count` batches and answers
 * `{ train_seconds, rows_per_s }`.
 * @throws LorekeepError `PEER_…` if it cannot be started
 */
export async function openRankPeer(name: RankPeer, threads: number, log: (line: string) => void): Promise<Peer> {
  const { script, requirements } = PEERS[name];
  const python = await peerPython(requirements, { log });
  return openPeer(script, python, { env: { OMP_NUM_THREADS: String(threads) }, log });
}

/**
 * Settings chosen by GAUC in windows 1 to 4 of KuaiRand-Pure (surface 1, clicks and long views).
 * FuxiCTR's DIN with embeddings of 16: batches of 512 and 2,000 rows, learning rates 1e-3 and 2e-3,
 * with and without softmax, deviations .01 and 1e-4, best .5770 (clicks). Without softmax, smaller
 * batches are better: 128 rows .5808 at 1e-3 and .5791 at 2e-3, 64 rows .5808 at 1e-3.
 */
export const RANK_SETTINGS: Record<RankPeer, Omit<NetworkSettings, 'threads'>> = {
  lightgbm: {},
  fuxictr_din: { batch: 128, learningRate: 1e-3, deviation: 0.01 },
  torch_din: { batch: 128, learningRate: 1e-3 },
};

/** Writes the log as the peers read it. */
export async function saveRankLog(path: string, log: RankLog): Promise<void> {
  const rows = log.users.length;
  const { outcomes, surfaces, itemFields, userFields } = log.names;
  const arrays: Arrays = {};
  for (const name of ['users', 'items', 'surfaces', 'times', 'days', 'windows'] as const)
    arrays[name] = namedArray([rows], log[name]);
  for (const name of ['train', 'score'] as const) arrays[name] = namedArray([rows], log[name], 'uint8');
  arrays.labels = namedArray([rows, outcomes.length], log.labels, 'uint8');
  for (const name of ['historyItems', 'historyOutcomes', 'historyAges'] as const)
    arrays[name] = namedArray([rows, log[name].length / rows], log[name]);
  arrays.itemFields = namedArray([log.itemFields.length / itemFields.length, itemFields.length], log.itemFields);
  arrays.userFields = namedArray([log.userFields.length / userFields.length, userFields.length], log.userFields);
  await saveSafetensors(path, arrays, {
    outcomes: JSON.stringify(outcomes),
    surfaces: JSON.stringify(surfaces),
    itemFields: JSON.stringify(itemFields),
    userFields: JSON.stringify(userFields),
  });
}

/**
 * Runs the protocol of a peer over a log of `saveRankLog`.
 * @param output the file that receives the scores
 * @param settings of the peer; the scripts have the defaults
 * @returns scores: probabilities `[rows, outcomes]`; NaN for a row that is not scored
 */
export async function runRankPeer(
  peer: Peer,
  input: string,
  output: string,
  settings: NetworkSettings | { threads: number; seed?: number },
): Promise<RankRun & { scores: Float32Array }> {
  const run = await peer.call<RankRun>('run', { input, output, ...settings });
  const { scores } = (await readSafetensors(output)).arrays;
  return { ...run, scores: scores.data as Float32Array };
}
