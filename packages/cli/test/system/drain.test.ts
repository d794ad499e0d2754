/** A service that is told to stop, in a process of its own, under load from this one. */
import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { setTimeout as pause } from 'node:timers/promises';
import { openStore } from '@lorekeep/store';
import { itemOf, keptAlive, makeShop, type Service, send, serve } from '../served-workspace.ts';

describe('SIGTERM', () => {
  let root: string;
  let item: string;
  const services: Service[] = [];
  before(async () => {
    root = await mkdtemp(join(tmpdir(), 'lorekeep-drain-'));
    item = await itemOf(await makeShop(root));
  });
  after(async () => {
    for (const { child } of services) child.kill('SIGKILL');
    await rm(root, { recursive: true, force: true });
  });
  async function started(words: string[] = []): Promise<Service> {
    const service = await serve(root, words);
    services.push(service);
    return service;
  }

  test('cuts no request on kept-alive connections, keeps every acknowledged event, and exits with 0', async () => {
    const { address, child, finished } = await started();
    const answered: number[] = [];
    const failures: string[] = [];
    const acknowledged: string[] = [];
    const clients = Array.from({ length: 8 }, async (_, client) => {
      const agent = keptAlive();
      for (let n = 0; ; n++) {
        const user = `drained-${client}-${n}`;
        try {
          const isWrite = n % 2 === 0;
          const { status } = isWrite
            ? await send(agent, `${address}/v1/events`, { user, item })
            : await send(agent, `${address}/v1/recommend`, { user: 'someone' });
          answered.push(status);
          if (isWrite && status === 200) acknowledged.push(user);
        } catch (error) {
          failures.push((error as NodeJS.ErrnoException).code ?? String(error));
          agent.destroy();
          return;
        }
      }
    });
    while (answered.length < 200) await pause(5);
    child.kill('SIGTERM');
    await Promise.all(clients);
    const { code, stderr } = await finished;
    assert.equal(code, 0, stderr);
    assert.deepEqual([...new Set(answered)], [200]);
    // A connection that was never made is no request that was cut.
    assert.deepEqual([...new Set(failures)], ['ECONNREFUSED']);
    const store = await openStore(join(root, 'shop', 'lorekeep.sqlite'));
    const histories = await store.histories(acknowledged, 5);
    await store.close();
    assert.ok(acknowledged.length >= 50);
    for (const history of histories) assert.equal(history.length, 1);
  });

  test('does not wait longer for a request that hangs', async () => {
    const { address, child, finished } = await started(['--drain-seconds', '0.5']);
    const socket = connect(Number(new URL(address).port), '127.0.0.1');
    socket.on('error', () => {});
    socket.write('POST /v1/recommend HTTP/1.1\r\nhost: 127.0.0.1\r\ncontent-type: application/json\r\n');
    socket.write('content-length: 100\r\n\r\n{');
    await send(keptAlive(), `${address}/healthz`);
    child.kill('SIGTERM');
    const { code, stderr } = await finished;
    assert.equal(code, 0, stderr);
    assert.match(stderr, /requests in progress were cut/);
  });

  test('with a delay, /readyz refuses while everything else goes on; a second signal ends it at once', async () => {
    const { address, child, finished } = await started(['--drain-delay', '600']);
    assert.equal((await send(keptAlive(), `${address}/readyz`)).status, 200);
    child.kill('SIGTERM');
    for (;;) {
      const { status, body } = await send(keptAlive(), `${address}/readyz`);
      if (status === 200) continue;
      assert.equal(status, 503);
      assert.equal(body.code, 'ENGINE_CLOSED');
      break;
    }
    assert.equal((await send(keptAlive(), `${address}/v1/recommend`, { user: 'someone' })).status, 200);
    child.kill('SIGTERM');
    assert.equal((await finished).code, 1);
  });
});
