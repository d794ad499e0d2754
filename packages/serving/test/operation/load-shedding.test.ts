/** What a service refuses under more load than it can carry, with load from this process on one of its own. */
import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { Agent, request } from 'node:http';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { after, before, describe, test } from 'node:test';
import { setTimeout as pause } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { saveLexicalEncoder } from '@lorekeep/encoder';
import { openShop, type Shop } from '@lorekeep/testing';
import type { OperationOptions } from '../../src/index.ts';

const CHILD = fileURLToPath(new URL('../serve-child.ts', import.meta.url));

describe('load shedding', () => {
  let shop: Shop;
  let encoderFile: string;
  const children: ChildProcess[] = [];
  before(async () => {
    shop = await openShop('linear');
    encoderFile = join(shop.workspace, 'lexical.safetensors');
    await saveLexicalEncoder(shop.encoder, encoderFile);
  });
  after(async () => {
    for (const child of children) child.kill('SIGKILL');
    await shop?.close();
  });

  async function start(operation: OperationOptions): Promise<string> {
    const child = spawn(process.execPath, [CHILD, shop.workspace, encoderFile, JSON.stringify(operation)], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    children.push(child);
    const [address] = (await once(createInterface({ input: child.stdout! }), 'line')) as [string];
    while ((await fetch(`${address}/readyz`)).status !== 200) await pause(20);
    return address;
  }
  async function metric(address: string, line: string): Promise<number> {
    const text = await (await fetch(`${address}/metrics`)).text();
    return Number(
      text
        .split('\n')
        .find((one) => one.startsWith(line))
        ?.split(' ')
        .at(-1),
    );
  }
  const agent = new Agent({ keepAlive: true, maxSockets: 100 });
  after(() => agent.destroy());

  const recommend = (address: string) => post(`${address}/v1/recommend`, { user: 'user-1', k: 50 });
  function post(url: string, value: unknown): Promise<{ status: number; code?: string; retryAfter?: string }> {
    return new Promise((resolve, reject) => {
      const sent = request(
        url,
        { method: 'POST', agent, headers: { 'content-type': 'application/json' } },
        (answer) => {
          let text = '';
          answer.setEncoding('utf8').on('data', (piece) => (text += piece));
          answer.on('end', () =>
            resolve({
              status: answer.statusCode!,
              code: JSON.parse(text).code,
              retryAfter: answer.headers['retry-after'],
            }),
          );
        },
      );
      sent.on('error', reject);
      sent.end(JSON.stringify(value));
    });
  }

  test('more reads than run and wait are refused at once; probes, metrics and writes are not', async () => {
    const address = await start({ load: { reads: 1, queue: 3 } });
    const answers: { status: number; code?: string; retryAfter?: string }[] = [];
    let isOver = false;
    const clients = Array.from({ length: 40 }, async () => {
      while (!isOver) answers.push(await recommend(address));
    });
    const others: number[] = [];
    while (others.length < 60) {
      others.push((await fetch(`${address}/healthz`)).status, (await fetch(`${address}/metrics`)).status);
      // This service has no file of keys.
      const { code } = (await (await fetch(`${address}/v1/keys`)).json()) as { code: string };
      assert.equal(code, 'KEYS_MISSING');
      others.push((await post(`${address}/v1/events`, { user: 'writer', item: 'music-1' })).status);
    }
    isOver = true;
    await Promise.all(clients);
    assert.deepEqual([...new Set(others)], [200]);
    const answered = answers.filter(({ status }) => status === 200);
    const refused = answers.filter(({ status }) => status !== 200);
    assert.ok(answered.length > 0 && refused.length > 0, `${answered.length} answered, ${refused.length} refused`);
    for (const answer of refused)
      assert.deepEqual(answer, { status: 503, code: 'SERVICE_OVERLOADED', retryAfter: '1' });
    assert.equal(await metric(address, 'lorekeep_shed_requests_total{requests="read",reason="queue"}'), refused.length);
    assert.equal(await metric(address, 'lorekeep_requests_running{requests="read"}'), 0);
    assert.equal(await metric(address, 'lorekeep_requests_waiting{requests="read"}'), 0);
    assert.equal((await recommend(address)).status, 200);
  });

  test('clients that leave while they wait, or in the middle of a body, give their places back', async () => {
    const address = await start({ load: { writes: 1, queue: 50 } });
    const { port } = new URL(address);
    for (let n = 0; n < 20; n++) {
      const sent = request({
        ...{ port, host: '127.0.0.1', method: 'POST', path: '/v1/events' },
        headers: { 'content-type': 'application/json', 'content-length': '1000' },
      });
      sent.on('error', () => {});
      sent.write('{');
      await pause(5);
      sent.destroy();
    }
    while ((await metric(address, 'lorekeep_requests_running{requests="write"}')) > 0) await pause(20);
    assert.equal(await metric(address, 'lorekeep_requests_waiting{requests="write"}'), 0);
    assert.equal((await post(`${address}/v1/events`, { user: 'writer', item: 'music-1' })).status, 200);
  });

  test('while the event loop lags, reads are refused, and afterwards answered again', async () => {
    const address = await start({ load: { eventLoopDelay: 1, reads: 1000, queue: 0 } });
    const codes = new Set<string | undefined>();
    for (let round = 0; round < 200 && !codes.has('SERVICE_OVERLOADED'); round++)
      for (const { code } of await Promise.all(Array.from({ length: 100 }, () => recommend(address)))) codes.add(code);
    assert.ok(codes.has('SERVICE_OVERLOADED'), [...codes].join());
    assert.ok((await metric(address, 'lorekeep_shed_requests_total{requests="read",reason="event-loop"}')) > 0);
    while ((await recommend(address)).status !== 200) await pause(100);
  });

  test('an option outside its limits is refused', async () => {
    const { createServer } = await import('../../src/index.ts');
    assert.throws(() => createServer(undefined, { operation: { load: { reads: 0 } } }), { code: 'OPTION_INVALID' });
    assert.throws(() => createServer(undefined, { operation: { drain: { seconds: -1 } } }), { code: 'OPTION_INVALID' });
  });
});
