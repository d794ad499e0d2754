/** Writes while another program has locked the store. */
import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { type Engine, openEngine } from '@lorekeep/recommender';
import { openStore, type Store } from '@lorekeep/store';
import { openShop, type Shop } from '@lorekeep/testing';
import { createServer, type Server } from '../../src/index.ts';
import { type Client, clientOf, QUIET, refused } from './client.ts';

const BUSY_MS = 500;

/**
 * A program of its own, because locks of one process do not exclude each other. Ends, and unlocks,
 * with its input.
 */
const LOCKER = `
  const database = new (require('node:sqlite').DatabaseSync)(process.argv[1]);
  database.exec('BEGIN IMMEDIATE');
  console.log('locked');
  process.stdin.resume().on('end', () => process.exit());
`;

describe('a locked store', () => {
  let shop: Shop;
  let store: Store;
  let engine: Engine;
  let server: Server;
  let file: string;
  let locker: ChildProcess | undefined;
  let post: Client['post'];
  before(async () => {
    shop = await openShop();
    file = join(shop.workspace, 'lorekeep.sqlite');
    store = await openStore(file, { busyMs: BUSY_MS });
    engine = await openEngine({ ...shop, store });
    server = createServer(engine, QUIET);
    ({ post } = clientOf(await server.listen()));
  });
  after(async () => {
    locker?.kill();
    await server?.close();
    await engine?.close();
    await store?.close();
    await shop?.close();
  });

  async function lock(): Promise<void> {
    locker = spawn(process.execPath, ['-e', LOCKER, file], { stdio: ['pipe', 'pipe', 'inherit'] });
    await once(locker.stdout!, 'data');
  }
  async function unlock(): Promise<void> {
    locker!.stdin!.end();
    await once(locker!, 'exit');
  }

  const write = (n: number) => post('/v1/events', { user: `busy-${n}`, item: 'music-1' });

  test('64 writes that wait at once are all refused after the time of one', async () => {
    await lock();
    const started = performance.now();
    const answers = await Promise.all(Array.from({ length: 65 }, (_, n) => write(n)));
    const elapsed = performance.now() - started;
    await unlock();
    assert.ok(elapsed >= BUSY_MS && elapsed < 10 * BUSY_MS, `${elapsed} ms`);
    const codes = answers.map(({ body }) => body.error?.code).sort();
    assert.deepEqual(codes, ['ENGINE_BUSY', ...Array(64).fill('STORE_BUSY')]);
    for (const answer of answers) {
      refused(answer, 503, answer.body.error.code);
      assert.equal(answer.headers.get('retry-after'), '1');
    }
    const histories = await store.histories(
      answers.map((_, n) => `busy-${n}`),
      1,
    );
    assert.ok(
      histories.every((history) => history.length === 0),
      'nothing was written',
    );
  });

  test('a write that arrives after that is made as soon as the lock is released', async () => {
    await lock();
    refused(await write(100), 503, 'STORE_BUSY');
    const waiting = write(101);
    await new Promise((resolve) => setTimeout(resolve, BUSY_MS / 5));
    await unlock();
    assert.deepEqual((await waiting).body, { appended: 1 });
    assert.deepEqual(await store.histories(['busy-100', 'busy-101'], 1), [[], ['music-1']]);
  });
});
