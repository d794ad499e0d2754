/**
 * Full-ranking evaluation against RecBole's: the same log, leave-one-out, every item ranked for
 * every test user. Both sides use a transformer of the same shape (2 layers of dimension 128, 2
 * heads, histories of 20) with its initial weights. Measured are the user tower over all test
 * histories, the scores, the ranks and the metrics. Our side also ranks without the items of the
 * history, takes the best ten items of every user and draws 1,000 bootstrap samples, which RecBole
 * does not do. RecBole computes metrics at 10 only.
 *
 * Data: the given directory, else `../shared/data/amazon18-scientific`, else a simulated shop.
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { availableParallelism, tmpdir } from 'node:os';
import { join } from 'node:path';
import { evaluateTrained, resolveConfig, trainRecommender } from '@lorekeep/recommender';
import type { InteractionLog } from '@lorekeep/store';
import { openWorkspace } from '@lorekeep/workspace';
import { dataOrSimulated } from '../data/default-data.ts';
import { PUBLISHED_RULES } from '../data/published.ts';
import { interleave } from '../measure/interleave.ts';
import { peakRssMb } from '../measure/machine.ts';
import { openRecbole } from '../peers/recbole.ts';
import type { BenchOptions, BenchResult } from '../result.ts';

const SEED = 42;
const NO_CONTENT = { encoder: 'none', name: 'none', dim: 0, isLanguageModel: false, template: '' };

export async function run({ quick, data, log }: BenchOptions): Promise<BenchResult> {
  const threads = availableParallelism();
  const work = await mkdtemp(join(tmpdir(), 'lorekeep-bench-'));
  try {
    const source = await dataOrSimulated(data, work, quick);
    const interactions = await readLog(source, join(work, 'workspace'));
    const peer = await openRecbole('recbole_evaluate.py', threads, log);
    try {
      const trained = await untrainedTowers(interactions, threads);
      const { users: theirUsers } = await peer.call<{ users: number }>('setup', { data: source, threads, seed: SEED });
      const users = trained.split.heldOut.test.users.length;
      const items = interactions.itemIds.length;
      log(`${users} users on our side, ${theirUsers} on RecBole's, ${items} items`);
      const timing = await interleave(
        [
          { name: 'ours', run: async () => void (await evaluateTrained(trained, 'test', { threads })) },
          { name: 'peer', run: async () => (await peer.call<{ milliseconds: number }>('evaluate')).milliseconds },
        ],
        { rounds: quick ? 3 : 7, warmup: 1 },
      );
      const ours = (users / timing.ours.median) * 1000;
      const theirs = (theirUsers / timing.peer.median) * 1000;
      return {
        figures: { users, items, users_per_s: ours, peak_rss_mb: peakRssMb() },
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

async function readLog(data: string, dir: string): Promise<InteractionLog> {
  await using workspace = await openWorkspace(dir, { create: true });
  await workspace.changeEventRules(PUBLISHED_RULES);
  await workspace.importDirectory(data);
  return workspace.store.interactionLog();
}

function untrainedTowers(log: InteractionLog, threads: number) {
  const config = resolveConfig('id-only', {
    network: { start: 'random', dim: 128, hidden: 128, layers: 2, heads: 2, maxHistory: 20 },
    training: { epochs: 0 },
  });
  return trainRecommender({ log, contentInfo: NO_CONTENT, config, seed: SEED, threads });
}
