/**
 * The bench `knowledge-centre`: reading knowledge for a ranker, a million entries (300,000 users,
 * 100,000 items, 600,000 pairs of user and category) in fp16, K̂ of 224 numbers, batches of 500
 * quadruples (user, item, category, version).
 *
 * The contestants answer the same batches in turns: the file store; the Redis store over a cluster of
 * three nodes on this machine, without its cache of items (`redis_…`) and with all items of the batches
 * in it (`redis_cached_…`); and Feast's Redis online store, in Python, on the same cluster. The users
 * of a batch are all different, which is the hardest batch. `one_user_…` is the batch that a ranker
 * reads: 500 candidates of one user. In turns, the file store puts its values into the same memory each
 * time (`into`); `same_memory_…` does so in sequence, and `batches_per_s` takes new memory for each read.
 *
 * Feast has the entries that the batches name, and its time ends with `to_dict()`, as its
 * documentation reads features; `feast_without_dict_…` ends before.
 *
 * `killed_node_…` is from another cluster: `killed-node.ts`.
 */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type KnowledgeQuery, type KnowledgeStore, openKnowledgeStore, type ReadOptions } from '@lorekeep/knowledge';
import { findRedis, startRedis } from '@lorekeep/testing/redis';
import { errors } from '../../errors.ts';
import { type Contestant, interleave } from '../../measure/interleave.ts';
import { closePeers, openAvailablePeers } from '../../peers/available.ts';
import { peerPython } from '../../peers/environments.ts';
import { openPeer, type Peer } from '../../peers/peer.ts';
import type { BenchOptions, BenchResult } from '../../result.ts';
import { entries, queries, SCHEMA, type Sizes, WIDTH } from './data.ts';
import { killedNode } from './killed-node.ts';

const PAIRS = 500;
const SPACE = 'keep';
const VERSION = 'v1';
const REQUIREMENTS = ['feast[redis]==0.67.0'];
const FULL: Sizes = { users: 300_000, items: 100_000, categories: 2 };
const QUICK: Sizes = { users: 15_000, items: 5_000, categories: 2 };

/** The smallest value that a share of the samples does not exceed. */
function quantile(samples: readonly number[], share: number): number {
  const sorted = [...samples].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.ceil(share * sorted.length) - 1)];
}

const since = (start: number) => (performance.now() - start) / 1000;

export async function run({ quick, log }: BenchOptions): Promise<BenchResult> {
  const program = findRedis();
  if (program === undefined)
    throw errors.BENCH_RUN_FAILED({ command: 'redis-server', answer: 'it is not installed; run "pnpm extras"' });
  const sizes = quick ? QUICK : FULL;
  const rounds = quick ? 60 : 400;
  const batches = queries(sizes, rounds + WARMUP, PAIRS, PAIRS);
  const directory = await mkdtemp(join(tmpdir(), 'lorekeep-bench-'));
  const servers = await startRedis(program, { nodes: 3 });
  const stores: KnowledgeStore[] = [];
  let peers: { feast?: Peer } = {};
  try {
    const open = async (url: string, options = {}) => {
      const store = await openKnowledgeStore(url, options);
      stores.push(store);
      return store;
    };
    const seconds: Record<string, number> = {};
    const publish = async (name: string, store: KnowledgeStore) => {
      log(`publishing to ${name}`);
      const start = performance.now();
      await store.publish(SPACE, { version: VERSION, schema: SCHEMA, entries: entries(sizes) });
      seconds[name] = since(start);
    };
    await publish('file', await open(join(directory, 'knowledge')));
    const file = await open(join(directory, 'knowledge'));
    const start = performance.now();
    await file.read(SPACE, VERSION, batches[0]);
    const openSeconds = since(start);
    // Without a cache every item is asked for; timeouts do not matter here.
    const redis = await open(servers.url, { cacheEntries: 0, timeoutMs: 30_000 });
    await publish('redis', redis);
    const cached = await open(servers.url, { timeoutMs: 30_000, cacheSeconds: 86_400 });

    let feastEntries = 0;
    peers = await openAvailablePeers(
      {
        feast: async () =>
          openPeer('feast_knowledge.py', await peerPython(REQUIREMENTS, { log }), { log }, async (peer) => {
            const path = join(directory, 'queries.json');
            await writeFile(path, JSON.stringify(batches));
            const { user, item, userCategory } = SCHEMA;
            log('writing to Feast');
            const nodes = servers.nodes.map(({ port }) => `127.0.0.1:${port}`).join(',');
            const blocks = { user, item, userCategory };
            const params = { nodes, directory, queries: path, blocks };
            feastEntries = (await peer.call<{ entries: number }>('setup', params)).entries;
          }),
      },
      log,
    );

    log('filling the cache of items');
    for (const batch of batches) await cached.read(SPACE, VERSION, batch);
    log('reading in turns');
    const withoutDict: number[] = [];
    const { feast } = peers;
    const into = new Float32Array(PAIRS * WIDTH);
    const contestants = [
      contestant('file', (batch) => timed(file, batches[batch], { into })),
      contestant('redis', (batch) => timed(redis, batches[batch])),
      contestant('redis_cached', (batch) => timed(cached, batches[batch])),
      ...(feast === undefined ? [] : [contestant('feast', (batch) => timedFeast(feast, batch, withoutDict))]),
    ];
    const timings = await interleave(contestants, { rounds, warmup: WARMUP });
    const p99 = (name: string) => quantile(timings[name].samples, 0.99);

    log('reading one after the other');
    const oneUser = queries(sizes, rounds, PAIRS, 1);
    const rest = {
      ...(await sequence(file, batches, quick ? 500 : 3000, '')),
      ...(await sequence(file, oneUser, quick ? 500 : 3000, 'one_user_')),
      ...(await sequence(file, batches, quick ? 500 : 3000, 'same_memory_', { into })),
      ...(await sequence(file, oneUser, quick ? 500 : 3000, 'one_user_same_memory_', { into })),
    };
    const oneUserOfRedis = await sequence(redis, oneUser, quick ? 100 : 400, 'redis_one_user_');
    log('killing a node');
    const killed = await killedNode(program);
    return {
      figures: {
        batch_p99_ms: p99('file'),
        batch_p50_ms: timings.file.median,
        ...rest,
        open_s: openSeconds,
        publish_s: seconds.file,
        redis_batch_p99_ms: p99('redis'),
        redis_batch_p50_ms: timings.redis.median,
        redis_cached_batch_p99_ms: p99('redis_cached'),
        redis_cached_batch_p50_ms: timings.redis_cached.median,
        ...oneUserOfRedis,
        redis_publish_s: seconds.redis,
        ...killed,
        entries: sizes.users + sizes.items + sizes.users * sizes.categories,
        pairs: PAIRS,
      },
      peers: feast
        ? {
            feast_batch_p99_ms: p99('feast'),
            feast_batch_p50_ms: timings.feast.median,
            feast_without_dict_batch_p99_ms: quantile(withoutDict.slice(WARMUP), 0.99),
            feast_entries: feastEntries,
          }
        : {},
      ratios: feast
        ? {
            batch_p99_vs_feast_time: p99('file') / p99('feast'),
            redis_batch_p99_vs_feast_time: p99('redis') / p99('feast'),
            redis_cached_batch_p99_vs_feast_time: p99('redis_cached') / p99('feast'),
            batch_p50_vs_feast_time: timings.file.median / timings.feast.median,
            redis_batch_p50_vs_feast_time: timings.redis.median / timings.feast.median,
            redis_batch_p99_vs_feast_without_dict_time: p99('redis') / quantile(withoutDict.slice(WARMUP), 0.99),
          }
        : {},
    };
  } finally {
    await closePeers(peers);
    await Promise.all(stores.map((store) => store.close()));
    await servers.close();
    await rm(directory, { recursive: true, force: true });
  }
}

const WARMUP = 20;

/** Each call takes the next batch, so all contestants read each batch once. */
function contestant(name: string, read: (batch: number) => Promise<number>): Contestant & { name: string } {
  let batch = 0;
  return { name, run: () => read(batch++) };
}

/** Milliseconds of one read, whose entries must all be there. */
async function timed(store: KnowledgeStore, query: KnowledgeQuery, options?: ReadOptions): Promise<number> {
  const start = performance.now();
  const { present } = await store.read(SPACE, VERSION, query, options);
  const elapsed = performance.now() - start;
  if (present.includes(0)) throw errors.BENCH_RUN_FAILED({ command: 'read', answer: 'an entry is missing' });
  return elapsed;
}

async function timedFeast(peer: Peer, batch: number, withoutDict: number[]): Promise<number> {
  type Answer = { seconds: number; without_dict_seconds: number; missing: number };
  const { seconds, without_dict_seconds, missing } = await peer.call<Answer>('read', { batch });
  if (missing > 0) throw errors.BENCH_RUN_FAILED({ command: 'Feast', answer: `${missing} features are missing` });
  withoutDict.push(without_dict_seconds * 1000);
  return seconds * 1000;
}

/** Reads that follow each other without a pause. */
async function sequence(
  store: KnowledgeStore,
  batches: readonly KnowledgeQuery[],
  count: number,
  prefix: string,
  options?: ReadOptions,
): Promise<Record<string, number>> {
  for (let at = 0; at < count / 10; at++) await store.read(SPACE, VERSION, batches[at % batches.length], options);
  const cpu = process.cpuUsage();
  const start = performance.now();
  const samples: number[] = [];
  for (let at = 0; at < count; at++) samples.push(await timed(store, batches[at % batches.length], options));
  const elapsed = since(start);
  const { user, system } = process.cpuUsage(cpu);
  return {
    [`${prefix}batches_per_s`]: count / elapsed,
    [`${prefix}batches_per_cpu_s`]: count / ((user + system) / 1e6),
    [`${prefix}sequence_p99_ms`]: quantile(samples, 0.99),
  };
}
