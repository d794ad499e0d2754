/** The service over real connections to a real port. */
import assert from 'node:assert/strict';
import { request as httpRequest } from 'node:http';
import { connect } from 'node:net';
import { after, before, describe, test } from 'node:test';
import type { LorekeepError } from '@lorekeep/core';
import { openShop, type Shop, topicOf } from '@lorekeep/testing';
import { Validator } from '@seriousme/openapi-schema-validator';
import { createServer, type Engine, openEngine, publish, type Server } from '../src/index.ts';

interface Answer {
  status: number;
  headers: Headers;
  body: any;
}

describe('HTTP service', () => {
  let shop: Shop;
  let engine: Engine;
  let server: Server;
  let address: string;
  const options = { port: 0, logLevel: 'silent', watchInterval: 0 };

  before(async () => {
    shop = await openShop();
    engine = await openEngine(shop);
    server = createServer(engine, options);
    address = await server.listen();
  });
  after(async () => {
    await server?.close();
    await engine?.close();
    await shop?.close();
  });

  async function get(path: string, base = address): Promise<Answer> {
    const response = await fetch(base + path);
    const text = await response.text();
    const json = response.headers.get('content-type')?.startsWith('application/json');
    return { status: response.status, headers: response.headers, body: json ? JSON.parse(text) : text };
  }
  async function post(path: string, value: unknown, type = 'application/json', base = address): Promise<Answer> {
    const body = typeof value === 'string' ? value : JSON.stringify(value);
    const response = await fetch(base + path, { method: 'POST', body, headers: { 'content-type': type } });
    return { status: response.status, headers: response.headers, body: await response.json() };
  }
  function refused(answer: Answer, status: number, code: string, path?: string): void {
    assert.equal(answer.status, status, JSON.stringify(answer.body));
    assert.equal(answer.body.error.code, code);
    assert.equal(typeof answer.body.error.message, 'string');
    assert.deepEqual(Object.keys(answer.body), ['error']);
    assert.match(answer.headers.get('content-type')!, /^application\/json/);
    assert.ok(answer.headers.get('x-request-id'));
    assert.doesNotMatch(JSON.stringify(answer.body), /\bat .*\.(ts|js):\d+|node_modules/);
    if (path !== undefined) assert.equal(answer.body.error.details.issues[0].path, path);
  }

  test('recommends to a known user and for an anonymous history', async () => {
    const known = await post('/v1/recommend', { user: 'user-0', k: 4, withItems: true });
    assert.equal(known.status, 200);
    assert.equal(known.body.source, 'towers');
    assert.equal(known.body.version, engine.stats().version);
    assert.equal(known.body.items.length, 4);
    assert.match(known.body.items[0].item.title, /garden/);
    const anonymous = await post('/v1/recommend', { history: ['music-1', 'gone'], filter: { price: { max: 9 } } });
    assert.equal(anonymous.status, 200);
    assert.deepEqual(anonymous.body.unknownItems, ['gone']);
    assert.ok(anonymous.body.items.every(({ id }: { id: string }) => Number(id.split('-')[1]) <= 9));
  });

  test('an unknown user and a history of unknown items get popular items, with 200', async () => {
    for (const request of [{ user: 'nobody' }, { history: ['gone'] }, { history: [] }]) {
      const { status, body } = await post('/v1/recommend', request);
      assert.deepEqual([status, body.source, body.items[0].id], [200, 'popularity', 'music-7']);
    }
  });

  test('k larger than the catalogue gives everything that passes', async () => {
    const { status, body } = await post('/v1/recommend', { history: ['music-1'], k: 1000, filter: { brand: 'Acme' } });
    assert.deepEqual([status, body.items.length], [200, 40]);
  });

  test('finds similar items and gives an item', async () => {
    const similar = await get('/v1/items/kitchen-4/similar?k=3');
    assert.deepEqual([similar.status, similar.body.items.length], [200, 3]);
    assert.deepEqual([...new Set(similar.body.items.map(({ id }: { id: string }) => topicOf(id)))], ['kitchen']);
    assert.equal((await get('/v1/items/kitchen-4/similar')).body.items.length, 10);
    assert.ok((await get('/v1/items/kitchen-4/similar?withItems=true')).body.items[0].item.title);
    const { status, body } = await get('/v1/items/kitchen-4');
    assert.deepEqual([status, body.item], [200, shop.items.find(({ id }) => id === 'kitchen-4')]);
    assert.equal(body.retrievable, true);
  });

  test('an upserted item is retrievable by its text in the very next request', async () => {
    const item = { id: 'http-1', title: 'bicycle saddle pedal brake', categories: ['bicycle'], price: 77 };
    const { status, body } = await post('/v1/items', item);
    assert.deepEqual([status, body.upserted, body.encoded], [200, 1, 1]);
    const found = await post('/v1/recommend', { history: ['bicycle-1', 'bicycle-2'], filter: { price: 77 } });
    assert.deepEqual(
      found.body.items.map(({ id }: { id: string }) => id),
      ['http-1'],
    );
    const near = await get('/v1/items/http-1/similar?k=5');
    assert.deepEqual([...new Set(near.body.items.map(({ id }: { id: string }) => topicOf(id)))], ['bicycle']);
    const batch = [
      { id: 'http-2', title: 'music drum' },
      { id: 'http-3', title: 'music flute' },
    ];
    assert.deepEqual((await post('/v1/items', batch)).body.upserted, 2);
  });

  test('an appended event is used in the very next recommendation', async () => {
    assert.equal((await post('/v1/recommend', { user: 'http-user' })).body.source, 'popularity');
    const { status, body } = await post('/v1/events', { user: 'http-user', item: 'music-2', type: 'click' });
    assert.deepEqual([status, body], [200, { appended: 1 }]);
    const answer = await post('/v1/recommend', { user: 'http-user', k: 3 });
    assert.equal(answer.body.source, 'towers');
    assert.deepEqual([...new Set(answer.body.items.map(({ id }: { id: string }) => topicOf(id)))], ['music']);
    const batch = Array.from({ length: 1000 }, (_, n) => ({ user: `batch-${n}`, item: 'garden-1', timestamp: n }));
    assert.deepEqual((await post('/v1/events', batch)).body, { appended: 1000 });
    assert.deepEqual(await shop.store.histories(['batch-999'], 5), [['garden-1']]);
  });

  test('an id with any characters can be asked for, when it is percent-encoded', async () => {
    const id = `ü/?#%&" ${'語'.repeat(240)}`;
    assert.equal((await post('/v1/items', { id, title: 'garden rake' })).status, 200);
    assert.equal((await get(`/v1/items/${encodeURIComponent(id)}`)).body.item.id, id);
    assert.equal((await get(`/v1/items/${encodeURIComponent(id)}/similar?k=1`)).status, 200);
  });

  test('a request that is not valid is refused with the place of what is wrong', async () => {
    const item = { id: 'x', title: 'y' };
    const cases: [string, unknown, string][] = [
      ['/v1/recommend', { user: 'u', k: 0 }, 'k'],
      ['/v1/recommend', { user: 'u', k: 1001 }, 'k'],
      ['/v1/recommend', { user: 'u', k: '5' }, 'k'],
      ['/v1/recommend', {}, 'user'],
      ['/v1/recommend', { user: '' }, 'user'],
      ['/v1/recommend', { user: 'u'.repeat(257) }, 'user'],
      ['/v1/recommend', { user: 'u', history: ['a'] }, 'user'],
      ['/v1/recommend', { history: Array(1001).fill('a') }, 'history'],
      ['/v1/recommend', { history: [{}] }, 'history/0'],
      ['/v1/recommend', { user: 'u', exclude: 'a' }, 'exclude'],
      ['/v1/recommend', { user: 'u', filter: { price: { min: '1' } } }, 'filter/price/min'],
      ['/v1/recommend', { user: 'u', unknown: 1 }, ''],
      ['/v1/recommend', [], ''],
      ['/v1/recommend', 'null', ''],
      ['/v1/items', {}, 'id'],
      ['/v1/items', [], ''],
      ['/v1/items', [item, { ...item, price: 'free' }], '1/price'],
      ['/v1/items', { ...item, fields: { a: { b: 1 } } }, 'fields/a'],
      ['/v1/items', { ...item, title: 'x'.repeat(2001) }, 'title'],
      ['/v1/items', Array(1001).fill(item), ''],
      ['/v1/events', { user: 'u' }, 'item'],
      [
        '/v1/events',
        [
          { user: 'u', item: 'music-1' },
          { user: 'u', item: 'music-1', timestamp: 'now' },
        ],
        '1/timestamp',
      ],
      ['/v1/events', { user: 'u', item: 'music-1', position: -1 }, 'position'],
      ['/v1/events', '"text"', ''],
    ];
    for (const [route, body, path] of cases) refused(await post(route, body), 400, 'REQUEST_INVALID', path);
    for (const k of ['0', '-1', '1.5', 'ten', '1001', '']) {
      refused(await get(`/v1/items/music-1/similar?k=${k}`), 400, 'REQUEST_INVALID', 'query/k');
    }
    refused(await get('/v1/items/music-1/similar?kk=1'), 400, 'REQUEST_INVALID', 'query');
    refused(await get(`/v1/items/${'x'.repeat(257)}`), 400, 'REQUEST_INVALID', 'params/id');
  });

  test('what names something unknown is refused, and nothing of it is written', async () => {
    refused(await get('/v1/items/gone'), 404, 'ITEM_NOT_FOUND');
    refused(await get('/v1/items/gone/similar'), 404, 'ITEM_NOT_FOUND');
    refused(await get('/v1/items/__proto__'), 404, 'ITEM_NOT_FOUND');
    const before = await shop.store.counts();
    const events = [
      { user: 'u', item: 'music-1' },
      { user: 'u', item: 'gone' },
    ];
    const answer = await post('/v1/events', events);
    refused(answer, 422, 'EVENT_UNKNOWN_ITEM');
    assert.deepEqual(answer.body.error.details, { index: 1, item: 'gone' });
    refused(await post('/v1/items', '{"id":"\\ud800"}'), 400, 'ITEM_INVALID');
    assert.deepEqual(await shop.store.counts(), before);
    refused(await get('/v2/recommend'), 404, 'ROUTE_UNKNOWN');
    refused(await get('/v1/recommend'), 404, 'ROUTE_UNKNOWN');
  });

  test('a body that is not JSON, too large, empty or of another type is refused', async () => {
    for (const body of ['{', 'user=1', '{"user":"u",}', "{'user':1}", '', '{"user":"u"}{}']) {
      refused(await post('/v1/recommend', body), 400, 'BODY_NOT_JSON');
    }
    const large = await post('/v1/items', { id: 'large', description: 'x'.repeat(2 ** 20) });
    refused(large, 413, 'BODY_TOO_LARGE');
    assert.equal(large.body.error.details.limit, 2 ** 20);
    for (const type of ['text/plain', 'application/x-www-form-urlencoded', 'multipart/form-data', 'nonsense']) {
      refused(await post('/v1/recommend', '{"user":"u"}', type), 415, 'MEDIA_TYPE_UNSUPPORTED');
    }
  });

  test('keys that would reach into prototypes are refused, and reach nothing', async () => {
    const attacks = [
      '{"user":"u","__proto__":{"polluted":1}}',
      '{"user":"u","filter":{"fields":{"__proto__":"x"}}}',
      '{"user":"u","constructor":{"prototype":{"polluted":1}}}',
    ];
    for (const body of attacks) refused(await post('/v1/recommend', body), 400, 'BODY_NOT_JSON');
    refused(await post('/v1/items', '{"id":"p","fields":{"__proto__":"x"}}'), 400, 'BODY_NOT_JSON');
    assert.equal(({} as { polluted?: number }).polluted, undefined);
  });

  test('what is not HTTP is answered in the same shape', async () => {
    const raw = (text: string) =>
      new Promise<string>((resolve, reject) => {
        const socket = connect(Number(new URL(address).port), '127.0.0.1', () => socket.write(text));
        let received = '';
        socket.on('data', (chunk) => {
          received += chunk;
        });
        socket.on('end', () => resolve(received));
        socket.on('error', reject);
      });
    assert.match(await raw('NONSENSE\r\n\r\n'), /^HTTP\/1\.1 400 [\s\S]*"REQUEST_MALFORMED"/);
    const endless = `GET / HTTP/1.1\r\nhost: localhost\r\nx: ${'y'.repeat(40_000)}\r\n\r\n`;
    assert.match(await raw(endless), /^HTTP\/1\.1 431 [\s\S]*"REQUEST_MALFORMED"/);
    refused(await get('/v1/items/%zz'), 400, 'REQUEST_MALFORMED');
  });

  test('a request for another host name is refused: DNS rebinding', async () => {
    const ask = (host: string) =>
      new Promise<number>((resolve, reject) => {
        const { port } = new URL(address);
        httpRequest({ port, host: '127.0.0.1', path: '/healthz', headers: { host } }, (response) => {
          response.resume();
          resolve(response.statusCode!);
        })
          .on('error', reject)
          .end();
      });
    assert.equal(await ask('evil.example'), 403);
    assert.equal(await ask('localhost:7070'), 200);
    assert.equal(await ask('127.0.0.1'), 200);
    assert.equal(await ask('[::1]:7070'), 200);
  });

  test('health, readiness and metrics', async () => {
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
    assert.ok(value('lorekeep_recommendations_total{source="towers"}') > 0);
    assert.ok(value('lorekeep_encode_duration_seconds_count') > 0);
    const label = '{route="/v1/recommend",method="POST",status="200"}';
    assert.ok(value(`lorekeep_http_request_duration_seconds_count${label}`) > 0);
    assert.doesNotMatch(body, /kitchen-4/, 'labels do not grow with what clients send');
  });

  test('the OpenAPI document is valid and knows every route', async () => {
    const { status, body } = await get('/openapi.json');
    assert.equal(status, 200);
    const { valid, errors } = await new Validator().validate(structuredClone(body));
    assert.ok(valid, JSON.stringify(errors));
    assert.deepEqual(Object.keys(body.paths).sort(), [
      '/healthz',
      '/metrics',
      '/readyz',
      '/v1/events',
      '/v1/items',
      '/v1/items/{id}',
      '/v1/items/{id}/similar',
      '/v1/recommend',
    ]);
    const { properties } = body.paths['/v1/recommend'].post.requestBody.content['application/json'].schema;
    assert.deepEqual([properties.k.minimum, properties.k.maximum, properties.k.default], [1, 1000, 10]);
    assert.ok(body.paths['/v1/recommend'].post.responses[400]);
  });

  test('takes a harmless request id over and replaces any other', async () => {
    const ask = async (id: string) =>
      (await fetch(`${address}/healthz`, { headers: { 'x-request-id': id } })).headers.get('x-request-id');
    assert.equal(await ask('trace-1.2_3'), 'trace-1.2_3');
    assert.match((await ask('no spaces, please'))!, /^[\da-f-]{36}$/);
  });

  test('while the model is loading it lives and is not ready; when loading failed it says so', async () => {
    const arrival = Promise.withResolvers<Engine>();
    const loading = createServer(arrival.promise, options);
    const base = await loading.listen();
    assert.equal((await get('/healthz', base)).status, 200);
    refused(await get('/readyz', base), 503, 'ENGINE_NOT_READY');
    const early = await post('/v1/recommend', { user: 'user-0' }, undefined, base);
    refused(early, 503, 'ENGINE_NOT_READY');
    assert.equal(early.headers.get('retry-after'), '1');
    arrival.resolve(engine);
    await new Promise(setImmediate);
    assert.equal((await get('/readyz', base)).status, 200);
    await loading.close();

    const broken = createServer(openEngine({ ...shop, workspace: '/nonexistent' }), options);
    const brokenBase = await broken.listen();
    const answer = await get('/readyz', brokenBase);
    refused(answer, 503, answer.body.error.code === 'ENGINE_NOT_READY' ? 'ENGINE_NOT_READY' : 'ENGINE_LOAD_FAILED');
    await broken.close();
  });

  test('a failure inside is a 500 that keeps its words to the log', async () => {
    const failing = createServer(
      { ...engine, recommend: () => Promise.reject(new Error('secret: /home/someone/.password')) },
      options,
    );
    const base = await failing.listen();
    const answer = await post('/v1/recommend', { user: 'u' }, undefined, base);
    refused(answer, 500, 'INTERNAL');
    assert.doesNotMatch(JSON.stringify(answer.body), /secret|someone/);
    assert.equal(answer.body.error.details.requestId, answer.headers.get('x-request-id'));
    await failing.close();
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
      options,
    );
    const base = await slow.listen();
    const inProgress = get('/v1/items/music-1', base);
    await entered.promise;
    const closing = slow.close();
    await new Promise((resolve) => setTimeout(resolve, 50));
    await assert.rejects(fetch(`${base}/healthz`, { headers: { connection: 'close' } }));
    finish.resolve();
    assert.equal((await inProgress).status, 200);
    await closing;
  });

  test('a port that is taken is a coded error with what to do', async () => {
    const second = createServer(engine, { ...options, port: Number(new URL(address).port) });
    await assert.rejects(second.listen(), (error: LorekeepError) => {
      assert.equal(error.code, 'SERVER_CANNOT_LISTEN');
      assert.match(error.message, /already in use/);
      assert.match(error.hint!, /--port/);
      return true;
    });
    await second.close();
  });

  test('a newly published version goes live by itself', async () => {
    const watching = createServer(engine, { ...options, watchInterval: 20 });
    const base = await watching.listen();
    const { version } = await publish(shop);
    for (;;) {
      const { status, body } = await get('/readyz', base);
      assert.equal(status, 200);
      if (body.version === version) break;
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
    await watching.close();
  });
});
