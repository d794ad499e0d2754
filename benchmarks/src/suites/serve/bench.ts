/**
 * The bench `serve`: `/v1/recommend` with k = 10 over HTTP, for a thousand users in turn, on a shop of
 * 100,000 items with vectors of 64 dimensions and the model of the default (`shop.ts`). The load comes
 * from a process of its own (`load.ts`), service and load share the cores.
 *
 * - Latency: an open loop of 500 requests/s, each counted from the moment it was due. First alone,
 *   then while 50 events/s are written and a batch of 1,000 new items with long texts is encoded.
 * - Throughput: a closed loop of 16 connections, in turns with the towers alone and with the peer:
 *   FastAPI on uvicorn, with the same towers in ONNX Runtime and the same vectors in hnswlib. The peer
 *   has no re-ranker. So `throughput_vs_fastapi` compares the same model, the towers alone, on both
 *   sides, and `reranker_throughput_vs_fastapi` the whole default with the peer's towers.
 *
 * Every user has asked twice before: the lists of new items that are near to an item are made when it
 * first occurs, and kept. `first_max_rps` is the throughput of the first requests.
 *
 * `agreement` is the share of the ten items of a list, over 200 users, that the towers alone and the
 * peer have in common. `event_loop_at_max` near 1 says that the one thread of the service is the
 * bottleneck; `cpu_ms_per_request` is what a request costs it then.
 *
 * `LOREKEEP_SERVE_ITEMS=10000` measures a smaller shop. Making the shop of 100,000 items takes most of
 * an hour on two cores; it is kept. `--quick`: 10,000 items.
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openWorkspace } from '@lorekeep/workspace';
import { runChild } from '../../measure/child-process.ts';
import { interleave, median } from '../../measure/interleave.ts';
import type { BenchOptions, BenchResult } from '../../result.ts';
import { wholeSetting } from '../../settings.ts';
import type { LoadResult, LoadWork } from './load.ts';
import { startServicePeer } from './peer.ts';
import { copyToServe, keptShops } from './shop.ts';
import { type Service, startService } from './start-service.ts';
import { longTexts, newEvents } from './writes.ts';

const LOAD = new URL('./load.ts', import.meta.url);
const PATH = '/v1/recommend';
const USERS = 1000;
const K = 10;
const RATE = 500;
const EVENT_RATE = 50;
const CONNECTIONS = 16;
const COMPARED_USERS = 200;

export async function run({ quick, log }: BenchOptions): Promise<BenchResult> {
  const [items] = quick ? [10_000] : wholeSetting('LOREKEEP_SERVE_ITEMS', [100_000], 1000);
  const shops = await keptShops(items, log);
  const directory = await mkdtemp(join(tmpdir(), 'lorekeep-bench-'));
  const open: { close(): Promise<void> }[] = [];
  try {
    const users = await someUsers(shops.towers);
    const bodies = users.map((user) => ({ user, k: K }));
    log('starting the peer and both services');
    const { peer, address: theirs } = await peerOf(shops.towers, users, join(directory, 'peer'), log);
    open.push(peer);
    const towers = await startService(await copyToServe(shops.towers, join(directory, 'towers')));
    open.push(towers);
    const service = await startService(await copyToServe(shops.full, join(directory, 'full')));
    open.push(service);

    const agreement = await agreementOf(towers.address, theirs, bodies.slice(0, COMPARED_USERS));
    const seconds = quick ? 3 : 8;
    const load = async (work: Pick<LoadWork, 'address'> & Partial<LoadWork>): Promise<LoadResult> => {
      const whole: LoadWork = { path: PATH, bodies, connections: CONNECTIONS, seconds, ...work };
      return (await runChild<LoadResult>(LOAD, whole)).result;
    };
    let errors = 0;
    let requests = 0;
    const most = (address: string) => async () => {
      const result = await load({ address });
      errors += result.errors;
      if (address === service.address) requests += result.requests;
      return result.perSecond;
    };
    log('first requests of all users');
    const first = await load({ address: service.address, requests: USERS, seconds: 120 });
    await load({ address: service.address, requests: USERS, seconds: 60 });
    for (const address of [towers.address, theirs]) await load({ address, requests: 2 * USERS, seconds: 60 });
    log('throughput, in turns');
    const before = await service.usage();
    const throughput = await interleave(
      [
        { name: 'full', run: most(service.address) },
        { name: 'towers', run: most(towers.address) },
        { name: 'peer', run: most(theirs) },
      ],
      { rounds: quick ? 2 : 5, warmup: 0 },
    );
    for (const [name, { median: perSecond }] of Object.entries(throughput))
      log(`${name}: ${perSecond.toFixed(0)} requests/s`);
    const cpu = (await service.usage()).cpuSeconds - before.cpuSeconds;
    await load({ address: service.address });
    const { eventLoop } = await service.usage();

    log(`latency at ${RATE} requests/s`);
    const alone = await rounds(quick ? 1 : 5, () => load({ address: service.address, rate: RATE, connections: 64 }));
    errors += alone.errors;
    log(`p50 ${alone.p50.toFixed(2)} ms, p99 ${alone.p99.toFixed(2)} ms`);
    log('latency while events and long texts are written');
    const busy = await rounds(quick ? 1 : 3, (round) => whileWriting(service, round, users, items, load));
    errors += busy.errors;
    log(`p50 ${busy.p50.toFixed(2)} ms, p99 ${busy.p99.toFixed(2)} ms`);
    const rssMb = await service.residentMb();

    return {
      figures: {
        p50_ms_at_500rps: alone.p50,
        p99_ms_at_500rps: alone.p99,
        max_rps: throughput.full.median,
        first_max_rps: first.perSecond,
        errors,
        start_s: service.startSeconds,
        rss_mb: rssMb,
        generator_late_ms: alone.late,
        p50_ms_while_writing: busy.p50,
        p99_ms_while_writing: busy.p99,
        cpu_ms_per_request: (cpu * 1000) / requests,
        event_loop_at_max: eventLoop,
        towers_max_rps: throughput.towers.median,
        agreement,
        items,
        users: USERS,
      },
      peers: { fastapi_max_rps: throughput.peer.median },
      ratios: {
        throughput_vs_fastapi: throughput.towers.median / throughput.peer.median,
        reranker_throughput_vs_fastapi: throughput.full.median / throughput.peer.median,
      },
    };
  } finally {
    for (const one of open.toReversed()) await one.close();
    await rm(directory, { recursive: true, force: true });
  }
}

type Load = (work: Pick<LoadWork, 'address'> & Partial<LoadWork>) => Promise<LoadResult>;

/** One measurement while events are written and a batch of long texts is encoded. */
async function whileWriting(
  { address }: Service,
  round: number,
  users: readonly string[],
  items: number,
  load: Load,
): Promise<LoadResult> {
  const writing = { address, connections: 4, seconds: 20 };
  const [read, events, batch] = await Promise.all([
    load({ address, rate: RATE, connections: 64, seconds: 20 }),
    load({ ...writing, path: '/v1/events', rate: EVENT_RATE, bodies: newEvents(users, items) }),
    fetch(`${address}/v1/items`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(longTexts(round)),
    }),
  ]);
  return { ...read, errors: read.errors + events.errors + (batch.ok ? 0 : 1) };
}

/** Medians over the rounds, and the sum of their errors. */
async function rounds(count: number, measure: (round: number) => Promise<LoadResult>): Promise<LoadResult> {
  const results: LoadResult[] = [];
  for (let round = 0; round < count; round++) results.push(await measure(round));
  const medianOf = (key: keyof LoadResult) => median(results.map((result) => result[key]));
  return {
    requests: medianOf('requests'),
    perSecond: medianOf('perSecond'),
    errors: results.reduce((sum, result) => sum + result.errors, 0),
    p50: medianOf('p50'),
    p99: medianOf('p99'),
    max: medianOf('max'),
    late: medianOf('late'),
  };
}

/** A thousand users, evenly spread over the log. */
async function someUsers(dir: string): Promise<string[]> {
  await using workspace = await openWorkspace(dir);
  const { userIds } = await workspace.store.interactionLog();
  return Array.from({ length: USERS }, (_, at) => userIds[Math.floor((at * userIds.length) / USERS)]);
}

async function peerOf(dir: string, users: readonly string[], folder: string, log: (line: string) => void) {
  await using workspace = await openWorkspace(dir);
  return await startServicePeer({ dir, store: workspace.store, users }, folder, log);
}

async function agreementOf(ours: string, theirs: string, bodies: readonly unknown[]): Promise<number> {
  let common = 0;
  let all = 0;
  for (const body of bodies) {
    const [own, other] = await Promise.all([ours, theirs].map((address) => listOf(address, body)));
    common += own.filter((id) => other.includes(id)).length;
    all += own.length;
  }
  return common / all;
}

async function listOf(address: string, body: unknown): Promise<string[]> {
  const headers = { 'content-type': 'application/json' };
  const response = await fetch(address + PATH, { method: 'POST', headers, body: JSON.stringify(body) });
  return ((await response.json()) as { items: { id: string }[] }).items.map(({ id }) => id);
}
