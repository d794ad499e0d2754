/** From loading to closing. */
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { connect } from 'node:net';
import { after, before, describe, test } from 'node:test';
import { LorekeepError } from '@lorekeep/core';
import { type Engine, openEngine, publish } from '@lorekeep/recommender';
import { openShop, type Shop } from '@lorekeep/testing';
import { createServer, type Server } from '../../src/index.ts';
import { type Client, clientOf, QUIET, refused } from './client.ts';

describe('life of the service', () => {
  let shop: Shop;
  let engine: Engine;
  let server: Server;
  let address: string;
  let get: Client['get'];
  let post: Client['post'];

  before(async () => {
    shop = await openShop();
    engine = await openEngine(shop);
    server = createServer(engine, QUIET);
    address = await server.listen();
    ({ get, post } = clientOf(address));
  });
  after(async () => {
    await server?.close();
    await engine?.close();
    await shop?.close();
  });

  test('health, readiness and metrics', async () => {
    assert.equal((await post('/v1/recommend', { user: 'user-0' })).status, 200);
    assert.equal((await get('/v1/items/kitchen-4')).status, 200);
    assert.equal((await post('/v1/items', { id: 'metrics-1', title: 'garden rake' })).status, 200);
    assert.deepEqual((await get('/healthz')).body, { status: 'ok' });
    assert.deepEqual((await get('/readyz')).body, { status: 'ready', version: engine.stats().version });
    const { status, headers, body } = await get('/metrics');
    assert.equal(status, 200);
    assert.match(headers.get('content-type')!, /^text\/plain/);
    const value = (line: string) =>
      Number(
        body
          .split('\n')
          .find((text: string) => text.startsWith(line))
          .split(' ')
          .at(-1),
      );
    assert.equal(value('lorekeep_ready'), 1);
    assert.equal(value('lorekeep_index_size'), engine.stats().indexed);
    assert.ok(value('process_resident_memory_bytes') > 1e7);
    assert.ok(value('lorekeep_recommendations_total{source="linear"}') > 0);
    assert.ok(value('lorekeep_encode_duration_seconds_count') > 0);
    const label = '{route="/v1/recommend",method="POST",status="200"}';
    assert.ok(value(`lorekeep_http_request_duration_seconds_count${label}`) > 0);
    assert.doesNotMatch(body, /kitchen-4/, 'labels do not grow with what clients send');
  });

  test('while the model is loading it lives and is not ready; when loading failed it says so', async () => {
    const arrival = Promise.withResolvers<Engine>();
    const loading = createServer(arrival.promise, QUIET);
    const base = await loading.listen();
    assert.equal((await clientOf(base).get('/healthz')).status, 200);
    refused(await clientOf(base).get('/readyz'), 503, 'ENGINE_NOT_READY');
    const early = await clientOf(base).post('/v1/recommend', { user: 'user-0' });
    refused(early, 503, 'ENGINE_NOT_READY');
    assert.equal(early.headers.get('retry-after'), '1');
    arrival.resolve(engine);
    await new Promise(setImmediate);
    assert.equal((await clientOf(base).get('/readyz')).status, 200);
    await loading.close();

    const broken = createServer(openEngine({ ...shop, workspace: '/nonexistent' }), QUIET);
    const brokenBase = await broken.listen();
    const answer = await clientOf(brokenBase).get('/readyz');
    refused(answer, 503, answer.body.error.code === 'ENGINE_NOT_READY' ? 'ENGINE_NOT_READY' : 'ENGINE_LOAD_FAILED');
    await broken.close();
  });

  test('a failure inside is a 500 that keeps its words to the log', async () => {
    const failing = createServer(
      { ...engine, recommend: () => Promise.reject(new Error('secret: /home/someone/.password')) },
      QUIET,
    );
    const base = await failing.listen();
    const answer = await clientOf(base).post('/v1/recommend', { user: 'u' });
    refused(answer, 500, 'INTERNAL');
    assert.doesNotMatch(JSON.stringify(answer.body), /secret|someone/);
    assert.equal(answer.body.error.details.requestId, answer.headers.get('x-request-id'));
    await failing.close();
  });

  test('while the encoder cannot be reached an item is stored, and the same request makes it retrievable', async () => {
    let down = true;
    const encode: typeof shop.encoder.encode = async (...input) => {
      if (down) throw new LorekeepError('ENDPOINT_UNAVAILABLE', 'secret.example does not answer');
      return shop.encoder.encode(...input);
    };
    const remote = await openEngine({ ...shop, encoder: { ...shop.encoder, encode } });
    const unreachable = createServer(remote, QUIET);
    const client = clientOf(await unreachable.listen());
    const item = { id: 'remote-1', title: 'kitchen whisk' };
    const refusal = await client.post('/v1/items', item);
    refused(refusal, 503, 'ENCODER_UNREACHABLE');
    assert.doesNotMatch(JSON.stringify(refusal.body), /secret/);
    assert.deepEqual((await client.get('/v1/items/remote-1')).body, { item, retrievable: false });
    down = false;
    assert.equal((await client.post('/v1/items', item)).status, 200);
    assert.equal((await client.get('/v1/items/remote-1')).body.retrievable, true);
    await unreachable.close();
    await remote.close();
  });

  test('closing finishes the request in progress and takes no other', async () => {
    const entered = Promise.withResolvers<void>();
    const finish = Promise.withResolvers<void>();
    const slow = createServer(
      {
        ...engine,
        getItem: async (id) => {
          entered.resolve();
          await finish.promise;
          return engine.getItem(id);
        },
      },
      QUIET,
    );
    const base = await slow.listen();
    const inProgress = clientOf(base).get('/v1/items/music-1');
    await entered.promise;
    const closing = slow.close();
    await new Promise((resolve) => setTimeout(resolve, 50));
    await assert.rejects(fetch(`${base}/healthz`, { headers: { connection: 'close' } }));
    finish.resolve();
    assert.equal((await inProgress).status, 200);
    await closing;
  });

  test('a request that arrives on an open connection during shutdown is answered; /readyz refuses in the shape of all errors', async () => {
    const entered = Promise.withResolvers<void>();
    const finish = Promise.withResolvers<void>();
    const getItem = async (id: string) => {
      entered.resolve();
      await finish.promise;
      return engine.getItem(id);
    };
    const closingServer = createServer({ ...engine, getItem }, QUIET);
    const base = await closingServer.listen();
    const line = (path: string) => `GET ${path} HTTP/1.1\r\nhost: localhost\r\n\r\n`;
    const answers = clientOf(base).raw(line('/v1/items/music-1'), line('/healthz'));
    await entered.promise;
    const late = (path: string) => {
      const socket = connect(Number(new URL(base).port), '127.0.0.1');
      let received = '';
      socket.on('data', (chunk) => {
        received += chunk;
      });
      socket.write(`GET ${path} HTTP/1.1\r\nhost: localhost\r\n`);
      return async () => {
        const ended = once(socket, 'end');
        socket.write('\r\n');
        await ended;
        return received;
      };
    };
    const [probe, other] = [late('/readyz'), late('/healthz')];
    await new Promise((resolve) => setTimeout(resolve, 50));
    const closing = closingServer.close();
    await new Promise((resolve) => setTimeout(resolve, 50));
    assert.match(await probe(), /^HTTP\/1\.1 503 [\s\S]*retry-after: 1[\s\S]*connection: close[\s\S]*"ENGINE_CLOSED"/);
    assert.match(await other(), /^HTTP\/1\.1 200 [\s\S]*connection: close/);
    finish.resolve();
    await closing;
    assert.match(await answers, /^HTTP\/1\.1 200 /);
  });

  test('a port that is taken is a coded error with what to do', async () => {
    const second = createServer(engine, { ...QUIET, port: Number(new URL(address).port) });
    await assert.rejects(second.listen(), (error: LorekeepError) => {
      assert.equal(error.code, 'SERVER_CANNOT_LISTEN');
      assert.match(error.message, /already in use/);
      assert.match(error.hint!, /port 0/);
      return true;
    });
    await second.close();
  });

  test('a newly published version goes live by itself', async () => {
    const watching = createServer(engine, { ...QUIET, watchInterval: 20 });
    const base = await watching.listen();
    const { version } = await publish(shop);
    for (;;) {
      const { status, body } = await clientOf(base).get('/readyz');
      assert.equal(status, 200);
      if (body.version === version) break;
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
    await watching.close();
  });
});
