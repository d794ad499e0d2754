import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { type KnowledgeStore, type OpenKnowledgeOptions, openKnowledgeStore } from '@lorekeep/knowledge';
import { type RedisServers, startRedis } from '@lorekeep/testing/redis';
import { killAfter } from './kill.ts';
import { withRedis } from './redis-place.ts';
import { assertShop, queryOf, SCHEMA, SPACE, shop } from './shop.ts';

const USERS = 2000;
const PAIRS = 50;
const UNAVAILABLE = 'KNOWLEDGE_STORE_UNAVAILABLE';
const codeOf = (error: unknown) => (error as { code?: string }).code;

/** Reads until a read succeeds. */
async function untilServed(store: KnowledgeStore, from: number): Promise<void> {
  const deadline = Date.now() + 60_000;
  for (;;) {
    try {
      assertShop(await store.read(SPACE, 'v1', queryOf(from, PAIRS)), 1, from, PAIRS);
      return;
    } catch (error) {
      assert.equal(codeOf(error), UNAVAILABLE, String(error));
      assert.ok(Date.now() < deadline, 'the store does not recover');
      await sleep(50);
    }
  }
}

withRedis('Redis Cluster with a node that fails', (program) => {
  let servers: RedisServers;
  before(async () => {
    servers = await startRedis(program, { nodes: 3, durable: true });
  });
  after(async () => {
    await Promise.all(opened.map((store) => store.close()));
    await servers?.close();
  });

  // An open client keeps the process alive, also after a test that failed.
  const opened: KnowledgeStore[] = [];
  async function openStore(url: string, options: OpenKnowledgeOptions): Promise<KnowledgeStore> {
    const store = await openKnowledgeStore(url, options);
    opened.push(store);
    return store;
  }

  async function published(prefix: string): Promise<KnowledgeStore> {
    const publisher = await openStore(servers.url, { prefix, timeoutMs: 30_000 });
    await publisher.publish(SPACE, { version: 'v1', schema: SCHEMA, entries: shop(1, USERS), precision: 'fp32' });
    await publisher.close();
    // Without a cache, so that every read asks the nodes.
    const store = await openStore(servers.url, { prefix, timeoutMs: 1000, cacheEntries: 0 });
    return store;
  }

  /** Reads in eight loops while `disturb` runs; every answer is right or the coded error. */
  async function load(store: KnowledgeStore, disturb: () => Promise<void>) {
    const counts = { right: 0, refused: 0 };
    let isDone = false;
    const loops = Array.from({ length: 8 }, async (_, loop) => {
      for (let round = 0; !isDone; round++) {
        const from = (loop * 251 + round * 17) % (USERS - PAIRS);
        try {
          assertShop(await store.read(SPACE, 'v1', queryOf(from, PAIRS)), 1, from, PAIRS);
          counts.right++;
        } catch (error) {
          assert.equal(codeOf(error), UNAVAILABLE, String(error));
          counts.refused++;
          await sleep(5);
        }
      }
    });
    await disturb().finally(() => {
      isDone = true;
    });
    await Promise.all(loops);
    return counts;
  }

  test('a node is killed under load: right answers or the coded error, and recovery without opening again', async () => {
    const store = await published('killed');
    const { right, refused } = await load(store, async () => {
      await sleep(300);
      await servers.nodes[1].kill();
      await sleep(1500);
      await servers.nodes[1].restart();
      for (let from = 0; from < USERS; from += PAIRS) await untilServed(store, from);
    });
    assert.ok(right > 0 && refused > 0, `${right} right, ${refused} refused`);
  });

  test('a node that hangs: the coded error after the timeout, and recovery', async () => {
    const store = await published('paused');
    const { right, refused } = await load(store, async () => {
      await sleep(300);
      servers.nodes[2].pause();
      await sleep(2500);
      servers.nodes[2].resume();
      for (let from = 0; from < USERS; from += PAIRS) await untilServed(store, from);
    });
    assert.ok(right > 0 && refused > 0, `${right} right, ${refused} refused`);
  });

  test('if a publication is killed, the versions before it are served, and the next one removes what is left', async () => {
    const store = await published('cut');
    const sizes = async () => (await Promise.all([0, 1, 2].map((node) => servers.command(node, 'DBSIZE')))).join();
    const before = await sizes();
    await killAfter('publish-child.ts', [servers.url, 'cut'], 3000 / 50);
    assert.notEqual(await sizes(), before);
    assert.deepEqual(
      (await store.versions(SPACE)).map(({ version }) => version),
      ['v1'],
    );
    await untilServed(store, 0);
    await sleep(1100);
    const next = await openStore(servers.url, { prefix: 'cut', abandonedSeconds: 1, keep: 1 });
    await next.publish(SPACE, { version: 'v2', schema: SCHEMA, entries: [], precision: 'fp32' });
    // What is left are the record of v2, the sign that it is live, and the names of what was removed.
    const keys = await Promise.all(
      [0, 1, 2].map((node) => servers.command(node, 'EVAL', "return #redis.call('KEYS', 'cut:*')", '0')),
    );
    assert.equal(
      keys.reduce((sum, reply) => sum + Number(reply.slice(1)), 0),
      3,
    );
  });

  test('a publication that was taken for abandoned does not become visible', async () => {
    const store = await openStore(servers.url, { prefix: 'paused-publisher', abandonedSeconds: 1 });
    const other = await openStore(servers.url, { prefix: 'paused-publisher' });
    async function* entries() {
      yield* shop(1, 100);
      // As another publication does that finds no sign of life; signs come again afterwards.
      const forget =
        "local keys = redis.call('KEYS', 'paused-publisher:*:pending') for _, key in ipairs(keys) do redis.call('DEL', key) end return 1";
      for (const node of [0, 1, 2]) await servers.command(node, 'EVAL', forget, '0');
      await sleep(1000);
      yield* shop(1, 100);
    }
    await assert.rejects(
      store.publish(SPACE, { version: 'v1', schema: SCHEMA, entries: entries() }),
      (error) => codeOf(error) === UNAVAILABLE,
    );
    assert.deepEqual(await other.versions(SPACE), []);
  });

  test('an entry that another program wrote is refused', async () => {
    const store = await published('foreign');
    const script =
      "for _, key in ipairs(redis.call('KEYS', 'foreign:*{u:u7}')) do for _, field in ipairs(redis.call('HKEYS', key)) do redis.call('HSET', key, field, 'something else entirely') end end return 1";
    for (const node of [0, 1, 2]) await servers.command(node, 'EVAL', script, '0');
    await assert.rejects(store.read(SPACE, 'v1', queryOf(7, 1)), (error) => codeOf(error) === 'KNOWLEDGE_OTHER_SCHEMA');
  });

  test('a server that is not there is refused when the store is opened', async () => {
    await assert.rejects(
      openStore('redis://127.0.0.1:1', { timeoutMs: 300 }),
      (error) => codeOf(error) === UNAVAILABLE,
    );
    await assert.rejects(
      openStore('redis+cluster://127.0.0.1:1,127.0.0.1:2', { timeoutMs: 300 }),
      (error) => codeOf(error) === UNAVAILABLE,
    );
  });

  test('a password is asked for at every node, and messages do not have it', async () => {
    for (const node of [0, 1, 2]) await servers.command(node, 'CONFIG', 'SET', 'requirepass', 'se:cret');
    const refused = (error: unknown) => codeOf(error) === UNAVAILABLE && !JSON.stringify(error).includes('cret');
    await assert.rejects(openStore(servers.url, { timeoutMs: 2000 }), refused);
    const wrong = servers.url.replace('://', '://:secret@');
    await assert.rejects(openStore(wrong, { timeoutMs: 2000 }), refused);
    const right = servers.url.replace('://', '://:se%3Acret@');
    const store = await openStore(right, { prefix: 'password', timeoutMs: 30_000 });
    await store.publish(SPACE, { version: 'v1', schema: SCHEMA, entries: shop(1, 200), precision: 'fp32' });
    assertShop(await store.read(SPACE, 'v1', queryOf(0, 200)), 1, 0, 200);
  });
});
