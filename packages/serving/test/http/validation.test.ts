/**
 * Requests that do not fit their schema. None of these tests needs an engine: validation comes
 * first.
 */
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import type { Engine } from '@lorekeep/recommender';
import { createServer, type Server } from '../../src/index.ts';
import { type Client, clientOf, QUIET, refused } from './client.ts';

describe('validation', () => {
  let server: Server;
  let get: Client['get'];
  let post: Client['post'];
  before(async () => {
    server = createServer(new Promise<Engine>(() => {}), QUIET);
    ({ get, post } = clientOf(await server.listen()));
  });
  after(() => server?.close());

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
    for (const [route, body, keys] of [
      ['/v1/items', { identifier: 'x', titel: 'y' }, '"identifier", "titel"'],
      ['/v1/items', [item, { id: 'x', price: 'free', titel: 'y' }], '"titel"'],
      ['/v1/events', { user: 'u', itm: 'x' }, '"itm"'],
      ['/v1/recommend', { usr: 'u' }, '"usr"'],
    ] as const) {
      const { error } = (await post(route, body)).body;
      assert.ok(error.message.includes(keys), error.message);
    }
    const said = async (body: unknown) => (await post('/v1/recommend', body)).body.error.message;
    assert.match(await said({ usr: 'u' }), /^Unknown key "usr"\. Allowed: user, history, k, /);
    assert.match(
      await said({ user: 'u', filter: { colour: 'red' } }),
      /^filter: Unknown key "colour"\. Allowed: id, title, brand, .*other fields go in filter\.fields\.$/,
    );
    assert.equal(await said({ user: 'u', history: ['a'] }), 'user: Both user and history are given. Give one of them.');
    assert.equal(await said({}), 'user: Neither user nor history is given. Give one of them.');
    const { error } = (await post('/v1/recommend', {})).body;
    assert.equal(error.hint, 'See /openapi.json for the schema of each request.');
    refused(await post('/v1/items/music-1/similar', { k: 0 }), 400, 'REQUEST_INVALID', 'k');
    for (const k of ['0', '-1', '1.5', 'ten', '1001', '']) {
      refused(await get(`/v1/items/music-1/similar?k=${k}`), 400, 'REQUEST_INVALID', 'query/k');
    }
    refused(await get('/v1/items/music-1/similar?kk=1'), 400, 'REQUEST_INVALID', 'query');
    refused(await get(`/v1/items/${'x'.repeat(257)}`), 400, 'REQUEST_INVALID', 'params/id');
  });

  test('a number in a query has decimal digits only, and is given once', async () => {
    const spellings = [
      '0x2',
      '0b11',
      '0o7',
      '1e1',
      '%2010',
      '10%20',
      '1.0',
      '+5',
      '%2B5',
      'Infinity',
      '1_0',
      '%D9%A5',
      '1&k=2',
    ];
    for (const k of spellings) {
      refused(await get(`/v1/items/a/similar?k=${k}`), 400, 'REQUEST_INVALID', 'query/k');
    }
    refused(await get('/v1/items/a/similar?k=10'), 503, 'ENGINE_NOT_READY');
  });

  test('limits of texts count code points: 256 of an id, 64 of a type', async () => {
    const id = '😀'.repeat(256);
    const type = '😀'.repeat(64);
    refused(await post('/v1/events', { user: id, item: id, type }), 503, 'ENGINE_NOT_READY');
    refused(await get(`/v1/items/${encodeURIComponent(id)}`), 503, 'ENGINE_NOT_READY');
    refused(await post('/v1/events', { user: `${id}x`, item: id }), 400, 'REQUEST_INVALID', 'user');
    refused(await post('/v1/events', { user: id, item: id, type: `${type}x` }), 400, 'REQUEST_INVALID', 'type');
  });

  test('the first 20 problems are told, and how many others there are', async () => {
    const { body } = await post('/v1/recommend', { history: Array(30).fill(0) });
    assert.equal(body.error.details.issues.length, 20);
    assert.equal(body.error.details.more, 10);
    assert.match(body.error.message, /^history\/0: .* \(and 29 more\)\.$/);
    const few = await post('/v1/recommend', { history: [0, 0] });
    assert.equal(few.body.error.details.issues.length, 2);
    assert.equal(few.body.error.details.more, undefined);
  });

  test('a count is checked before the contents', async () => {
    const many = Object.fromEntries(Array.from({ length: 101 }, (_, n) => [`f${n}`, {}]));
    const item = await post('/v1/items', { id: 'x', fields: many });
    assert.deepEqual(item.body.error.details.issues, [{ path: 'fields', message: 'At most 100 fields.' }]);
    const filter = await post('/v1/recommend', { user: 'u', filter: { fields: many } });
    assert.deepEqual(filter.body.error.details.issues, [{ path: 'filter/fields', message: 'At most 20 fields.' }]);
    for (const path of ['/v1/items', '/v1/events']) {
      const { body } = await post(path, Array(1001).fill({}));
      assert.deepEqual(body.error.details.issues, [
        { path: '', message: 'Expected 1 to 1000 elements, received 1001.' },
      ]);
    }
  });

  test('the answer to a bad request is small, and made in little time', { timeout: 20_000 }, async () => {
    const list = (element: string, count: number) => `[${Array(count).fill(element).join()}]`;
    const object = (value: string, count: number) =>
      `{${Array.from({ length: count }, (_, n) => `"k${n}":${value}`).join()}}`;
    const long = 'x'.repeat(900_000);
    const bodies: [string, string][] = [
      ['/v1/items', `{"id":"x","fields":${object('{}', 75_000)}}`],
      ['/v1/items', `{"id":"x","fields":${object('0', 90_000)}}`],
      ['/v1/items', list(`{"id":"x","fields":${object('{}', 75)}}`, 1000)],
      ['/v1/items', list('{"id":0,"title":0,"brand":0,"categories":[0,0,0,0,0,0,0,0,0],"price":""}', 1000)],
      ['/v1/items', `{"id":"x","${long}":1}`],
      ['/v1/items', `{"id":"x","fields":{"${long}":1}}`],
      ['/v1/events', list('{}', 349_000)],
      ['/v1/recommend', object('0', 90_000)],
      ['/v1/recommend', `{"user":"x","filter":{"fields":${object('{}', 75_000)}}}`],
      ['/v1/recommend', `{"user":"x","filter":{"fields":{"a":${list('{}', 300_000)}}}}`],
      ['/v1/recommend', `{"user":"${long}"}`],
    ];
    for (const [path, body] of bodies) {
      const started = performance.now();
      const answer = await post(path, body);
      const elapsed = performance.now() - started;
      refused(answer, 400, 'REQUEST_INVALID');
      const size = JSON.stringify(answer.body).length;
      assert.ok(size < 10_000, `${size} bytes for ${body.slice(0, 60)}`);
      // A generous bound for busy machines: these took up to 1.3 s before there were limits.
      assert.ok(elapsed < 1_000, `${elapsed} ms for ${body.slice(0, 60)}`);
    }
    const far = await get(`/${'y'.repeat(10_000)}`);
    refused(far, 404, 'ROUTE_UNKNOWN');
    assert.ok(JSON.stringify(far.body).length < 1_000);
    const path = await get(`/v1/items/${'y'.repeat(10_000)}`);
    refused(path, 400, 'REQUEST_MALFORMED');
    assert.ok(JSON.stringify(path.body).length < 1_000);
  });
});
