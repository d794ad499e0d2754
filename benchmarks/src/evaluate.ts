/**
 * Full-ranking evaluation against RecBole's: the same log, leave-one-out, every item ranked for every test user, by a
 * transformer of the same shape (2 layers of width 128, 2 heads, histories of 20) with the weights it begins with; what is measured
 * is the user tower over all test histories, the scores, the ranks and the metrics. Ours also ranks with the history removed,
 * names everybody's best ten and draws 1,000 bootstrap samples, which RecBole does not; theirs computes metrics at 10 only.
 *
 * Data: the directory given, else `../shared/data/amazon18-scientific` where that is, else a simulated shop.
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { availableParallelism, tmpdir } from 'node:os';
import { join } from 'node:path';
import { datasetDirectory, importFiles } from '@lorekeep/datasets';
import { evaluateTrained, resolveConfig } from '@lorekeep/recommender';
import { openStore } from '@lorekeep/store';
import { trainTowers } from '@lorekeep/towers';
import { dataOrSimulated } from './default-data.ts';
import { interleave } from './interleave.ts';
import { peakRssMb } from './machine.ts';
import { peerPython, startPeer } from './peers.ts';
import { RECBOLE } from './recbole.ts';
import type { BenchOptions, BenchResult } from './result.ts';

const SEED = 42;
const NO_CONTENT = { encoder: 'none', name: 'none', dim: 0, isLanguageModel: false, template: '' };

export async function run({ quick, data, log }: BenchOptions): Promise<BenchResult> {
  const threads = availableParallelism();
  const work = await mkdtemp(join(tmpdir(), 'lorekeep-bench-'));
  try {
    const source = await dataOrSimulated(data, work, quick);
    const store = await openStore(join(work, 'shop.db'));
    await importFiles({ store, ...(await datasetDirectory(source)) });
    const corpus = await store.interactionLog();
    await store.close();
    const shape = { start: 'random', dim: 128, hidden: 128, layers: 2, heads: 2, maxHistory: 20, epochs: 0 };
    const config = resolveConfig('id-only', shape);
    const towers = await trainTowers({ corpus, contentInfo: NO_CONTENT, config, seed: SEED, threads });
    const peer = startPeer('recbole_evaluate.py', await peerPython(RECBOLE, { log }), {
      env: { OMP_NUM_THREADS: String(threads) },
    });
    try {
      const { users: theirUsers } = await peer.call<{ users: number }>('setup', { data: source, threads, seed: SEED });
      const users = towers.split.asked.test.users.length;
      log(`${users} users of ours, ${theirUsers} of RecBole's, ${corpus.itemIds.length} items`);
      const timing = await interleave(
        [
          { name: 'ours', run: async () => void (await evaluateTowers(towers, 'test', { threads })) },
          { name: 'peer', run: async () => (await peer.call<{ milliseconds: number }>('evaluate')).milliseconds },
        ],
        { rounds: quick ? 3 : 7, warmup: 1 },
      );
      const ours = (users / timing.ours.median) * 1000;
      const theirs = (theirUsers / timing.peer.median) * 1000;
      return {
        figures: { users, items: corpus.itemIds.length, users_per_s: ours, peak_rss_mb: peakRssMb() },
        peers: { recbole_users_per_s: theirs },
        ratios: { evaluation_vs_recbole: ours / theirs },
      };
    } finally {
      await peer.close();
    }
  } finally {
    await rm(work, { recursive: true, force: true });
  }
}
