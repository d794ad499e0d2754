/**
 * A node of a Redis Cluster is killed while batches are read, and comes back with its data. Every read
 * must give what it gave before, or the coded error; afterwards every batch must be answered by the
 * store that was open all the time.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { LorekeepError } from '@lorekeep/core';
import { type KnowledgeQuery, type KnowledgeStore, openKnowledgeStore } from '@lorekeep/knowledge';
import { type RedisProgram, startRedis } from '@lorekeep/testing/redis';
import { errors } from '../../errors.ts';
import { entries, queries, SCHEMA, type Sizes } from './data.ts';

const SIZES: Sizes = { users: 2_000, items: 1_000, categories: 2 };
const BATCHES = 40;
const PAIRS = 50;
const LOOPS = 4;
const DOWN_MS = 2_000;
const TIMEOUT_MS = 1_000;
const RECOVERY_LIMIT_MS = 60_000;

type Outcome = 'right' | 'refused' | 'wrong';

interface Batch {
  query: KnowledgeQuery;
  values: Float32Array;
}

export async function killedNode(program: RedisProgram): Promise<Record<string, number>> {
  const servers = await startRedis(program, { nodes: 3, durable: true });
  const stores: KnowledgeStore[] = [];
  const open = async (timeoutMs: number) => {
    // Without a cache every read asks the nodes.
    const store = await openKnowledgeStore(servers.url, { cacheEntries: 0, timeoutMs });
    stores.push(store);
    return store;
  };
  try {
    await (await open(30_000)).publish('keep', { version: 'v1', schema: SCHEMA, entries: entries(SIZES) });
    const store = await open(TIMEOUT_MS);
    const batches: Batch[] = [];
    for (const query of queries(SIZES, BATCHES, PAIRS, PAIRS))
      batches.push({ query, values: (await store.read('keep', 'v1', query)).values });
    const counts: Record<Outcome, number> = { right: 0, refused: 0, wrong: 0 };
    const read = async ({ query, values }: Batch): Promise<Outcome> => {
      const outcome = await store.read('keep', 'v1', query).then(
        (answer): Outcome => (values.every((value, at) => value === answer.values[at]) ? 'right' : 'wrong'),
        (error): Outcome => {
          if (error instanceof LorekeepError && error.code === 'KNOWLEDGE_STORE_UNAVAILABLE') return 'refused';
          throw error;
        },
      );
      counts[outcome]++;
      return outcome;
    };

    let isDone = false;
    const loops = Array.from({ length: LOOPS }, async (_, loop) => {
      for (let at = loop; !isDone; at++) if ((await read(batches[at % BATCHES])) === 'refused') await sleep(5);
    });
    const disturb = async () => {
      await sleep(500);
      await servers.nodes[1].kill();
      await sleep(DOWN_MS);
      await servers.nodes[1].restart();
      const start = performance.now();
      for (const batch of batches)
        while ((await read(batch)) !== 'right') {
          if (performance.now() - start > RECOVERY_LIMIT_MS)
            throw errors.BENCH_RUN_FAILED({ command: 'read', answer: 'the store does not recover' });
          await sleep(20);
        }
      return (performance.now() - start) / 1000;
    };
    const [recoverySeconds] = await Promise.all([
      disturb().finally(() => {
        isDone = true;
      }),
      ...loops,
    ]);
    return {
      killed_node_right_reads: counts.right,
      killed_node_refused_reads: counts.refused,
      killed_node_wrong_reads: counts.wrong,
      killed_node_recovery_s: recoverySeconds,
    };
  } finally {
    await Promise.all(stores.map((store) => store.close()));
    await servers.close();
  }
}
