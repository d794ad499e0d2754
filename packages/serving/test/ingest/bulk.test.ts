/** Uploads of items and events: what is stored, what is refused, and what the answer says of it. */
import assert from 'node:assert/strict';
import { connect } from 'node:net';
import { after, before, describe, test } from 'node:test';
import { gzipSync } from 'node:zlib';
import { type Engine, openEngine } from '@lorekeep/recommender';
import { openShop, type Shop } from '@lorekeep/testing';
import { createServer, type Server } from '../../src/index.ts';
import { type Answer, type Client, clientOf, QUIET, refused } from '../http/client.ts';

const NDJSON = 'application/x-ndjson';
const LIMITS = { lineBytes: 2_000, lines: 3_000, bytes: 200_000, uploads: 2 };

describe('bulk uploads', () => {
  let shop: Shop;
  let engine: Engine;
  let server: Server;
  let address: string;
  let client: Client;
  before(async () => {
    shop = await openShop();
    engine = await openEngine(shop);
    const mappings = { own: { name: 'what', types: { seen: 'view' }, user: 'who', item: 'sku' } };
    server = createServer(engine, { ...QUIET, bulk: LIMITS, mappings, requestTimeout: 1_000 });
    address = await server.listen();
    client = clientOf(address);
  });
  after(async () => {
    await server?.close();
    await engine?.close();
    await shop?.close();
  });

  const lines = (values: readonly unknown[]) =>
    values.map((value) => `${typeof value === 'string' ? value : JSON.stringify(value)}\n`).join('');
  const send = (path: string, values: readonly unknown[]) => client.post(path, lines(values), NDJSON);
  const events = (user: string, count: number, more: object = {}) =>
    Array.from({ length: count }, (_, n) => ({
      id: `${user}-${n}`,
      user,
      item: `music-${n % 30}`,
      type: 'view',
      ...more,
    }));
  async function stored(user: string) {
    const found = [];
    for await (const batch of shop.store.events()) found.push(...batch.filter((event) => event.user === user));
    return found;
  }
  const progressOf = ({ body }: Answer) => body.error.details.progress;

  test('events are stored, and sent again they are duplicates', async () => {
    const first = await send('/v1/bulk/events', events('twice', 700));
    const counts = { lastLine: 700, lines: 700, refused: 0, problems: [], ignored: 0, ignoredNames: [] };
    assert.deepEqual([first.status, first.body], [200, { ...counts, accepted: 700, duplicates: 0 }]);
    const again = await send('/v1/bulk/events', [...events('twice', 701), '']);
    assert.deepEqual(again.body, { ...counts, accepted: 1, duplicates: 700, lines: 701, lastLine: 702 });
    assert.equal((await stored('twice')).length, 701);
  });

  test('an impression without an id counts once for its list, item and position', async () => {
    const shown = { user: 'seer', item: 'music-1', type: 'impression', request: 'r1', position: 0 };
    const other = [
      { ...shown, position: 1 },
      { ...shown, request: 'r2' },
      { ...shown, user: 'seer2' },
    ];
    const { body } = await send('/v1/bulk/events', [shown, shown, ...other, shown]);
    assert.deepEqual([body.accepted, body.duplicates], [4, 2]);
    const click = { ...shown, type: 'click' };
    assert.equal(
      (await send('/v1/bulk/events', [click, click])).body.accepted,
      2,
      'only impressions are told apart so',
    );
  });

  test('with stop, everything before the first bad line is stored and nothing behind it', async () => {
    const bad: [string, unknown, string][] = [
      ['json', '{"user":', 'BULK_LINE_NOT_JSON'],
      ['proto', '{"__proto__":1}', 'BULK_LINE_NOT_JSON'],
      ['schema', { user: 'x' }, 'REQUEST_INVALID'],
      ['item', { user: 'x', item: 'nowhere' }, 'EVENT_UNKNOWN_ITEM'],
    ];
    for (const [user, line, code] of bad) {
      const good = events(user, 300);
      const answer = await send('/v1/bulk/events', [...good.slice(0, 270), '', line, ...good.slice(270)]);
      refused(answer, 422, 'BULK_LINE_REFUSED');
      const { details } = answer.body.error;
      assert.deepEqual([details.line, details.code], [272, code]);
      assert.deepEqual([details.progress.lastLine, details.progress.accepted], [271, 270]);
      assert.equal((await stored(user)).length, 270);
    }
  });

  test('with skip, all good lines are stored and each bad one is named', async () => {
    const good = events('skipper', 300);
    const bad = ['{', { user: 'x' }, { user: 'skipper', item: 'nowhere' }, '"\\ud800"'];
    const { status, body } = await send('/v1/bulk/events?onError=skip', [bad[0], ...good, ...bad.slice(1)]);
    assert.deepEqual([status, body.accepted, body.refused, body.lines, body.lastLine], [200, 300, 4, 304, 304]);
    assert.deepEqual(
      body.problems.map(({ line, code }: any) => [line, code]).sort(),
      [
        [1, 'BULK_LINE_NOT_JSON'],
        [302, 'REQUEST_INVALID'],
        [303, 'EVENT_UNKNOWN_ITEM'],
        [304, 'REQUEST_INVALID'],
      ].sort(),
    );
    assert.equal((await stored('skipper')).length, 300);
    const many = await send('/v1/bulk/events?onError=skip', Array(150).fill('{'));
    assert.deepEqual([many.body.refused, many.body.problems.length], [150, 100]);
  });

  test('lines of other programs become events; names that do not count are reported', async () => {
    const row = (name: string, item: string) => ({
      event_name: name,
      event_timestamp: '1700031197000007',
      user_pseudo_id: 'ga',
      items: [{ item_id: item, item_list_index: '2' }, { item_id: 'music-2' }],
    });
    const rows = [row('view_item_list', 'music-1'), row('scroll', 'x'), row('wheel', 'x'), row('wheel', 'x')];
    const { body } = await send('/v1/bulk/events?format=ga4', rows);
    assert.deepEqual([body.accepted, body.ignored, body.lines], [2, 3, 4]);
    assert.deepEqual(body.ignoredNames, [
      { name: 'scroll', known: true, count: 1 },
      { name: 'wheel', known: false, count: 2 },
    ]);
    assert.equal((await send('/v1/bulk/events?format=ga4', rows)).body.duplicates, 2);
    assert.deepEqual(
      (await stored('ga')).map(({ item, type, timestamp, position }) => [item, type, timestamp, position]),
      [
        ['music-1', 'impression', 1700031197.000007, 2],
        ['music-2', 'impression', 1700031197.000007, 1],
      ],
    );
    const half = await send('/v1/bulk/events?format=ga4&onError=skip', [row('view_item', 'nowhere')]);
    assert.deepEqual([half.body.accepted, half.body.problems[0].code], [1, 'EVENT_UNKNOWN_ITEM']);
    const own = await send('/v1/bulk/events?format=own', [{ what: 'seen', who: 'me', sku: 'music-3' }]);
    assert.equal(own.body.accepted, 1);
    refused(await send('/v1/bulk/events?format=matomo', []), 400, 'MAPPING_UNKNOWN');
    refused(await send('/v1/bulk/events?format=ga4', [{ event_name: 'view_item' }]), 422, 'BULK_LINE_REFUSED');
  });

  test('items are retrievable when the answer comes', async () => {
    const items = Array.from({ length: 150 }, (_, n) => ({ id: `bulk-${n}`, title: `violin string ${n}` }));
    const { body } = await send('/v1/bulk/items', items);
    assert.deepEqual([body.accepted, body.encoded, body.lastLine], [150, 150, 150]);
    for (const id of ['bulk-0', 'bulk-149']) assert.equal((await client.get(`/v1/items/${id}`)).body.retrievable, true);
    const again = await send('/v1/bulk/items?onError=skip', [...items, { id: 'bulk-x', price: 'free' }]);
    assert.deepEqual([again.body.accepted, again.body.encoded, again.body.refused], [150, 0, 1]);
  });

  test('gzip is taken, broken gzip and other encodings are refused', async () => {
    const post = async (body: Uint8Array, encoding: string) => {
      const headers = { 'content-type': NDJSON, 'content-encoding': encoding };
      return client.get('/v1/bulk/events', { method: 'POST', body: body as RequestInit['body'], headers });
    };
    const whole = gzipSync(lines(events('zipped', 500)));
    assert.equal((await post(whole, 'gzip')).body.accepted, 500);
    const half = await post(whole.subarray(0, whole.length / 2), 'gzip');
    refused(half, 400, 'REQUEST_MALFORMED');
    assert.ok(progressOf(half).lastLine < 500);
    refused(await post(Buffer.from('plain'), 'gzip'), 400, 'REQUEST_MALFORMED');
    refused(await post(whole, 'br'), 415, 'MEDIA_TYPE_UNSUPPORTED');
    // 100 MB of spaces in 100 kB.
    const bomb = gzipSync(Buffer.alloc(100_000_000, ' '));
    refused(await post(bomb, 'gzip'), 413, 'BULK_LIMIT');
  });

  test('each limit has its message, and keeps what came before', async () => {
    const limited = async (values: readonly unknown[], what: RegExp, lastLine: number) => {
      const answer = await send('/v1/bulk/events', values);
      refused(answer, 413, 'BULK_LIMIT');
      assert.match(answer.body.detail, what);
      assert.equal(progressOf(answer).lastLine, lastLine);
    };
    await limited([...events('longline', 250), `"${'x'.repeat(2_000)}"`], /2000 bytes in one line/, 250);
    await limited([`"${'x'.repeat(150_000)}`], /2000 bytes in one line/, 0);
    await limited([...events('manylines', 250), ...Array(3_000).fill('')], /3000 lines/, 250);
    const large = Array.from({ length: 200 }, (_, n) => ({
      id: `l${n}`,
      user: 'large',
      item: 'music-1',
      surface: 'x',
    }));
    const padded = large.map((event) => `${JSON.stringify(event)}${' '.repeat(1_200)}`);
    const answer = await send('/v1/bulk/events', padded);
    refused(answer, 413, 'BULK_LIMIT');
    assert.match(answer.body.detail, /200000 bytes/);
  });

  test('a body of another type, and one without a type, are refused', async () => {
    refused(await client.post('/v1/bulk/events', {}), 415, 'MEDIA_TYPE_UNSUPPORTED');
    refused(await client.get('/v1/bulk/events', { method: 'POST' }), 415, 'MEDIA_TYPE_UNSUPPORTED');
    refused(await client.post('/v1/bulk/events', '{}', `${NDJSON}; charset=latin1`), 415, 'MEDIA_TYPE_UNSUPPORTED');
    refused(await client.post('/v1/events', '{}', NDJSON), 415, 'MEDIA_TYPE_UNSUPPORTED');
    refused(await send('/v1/bulk/events?onError=never', []), 400, 'REQUEST_INVALID');
    assert.equal((await send('/v1/bulk/events', [])).body.lastLine, 0);
  });

  /** Sends a part of a chunked upload and leaves the connection as it is. */
  function begin(part: string) {
    const { port } = new URL(address);
    const socket = connect(Number(port), '127.0.0.1');
    let received = '';
    socket.on('data', (data) => {
      received += data;
    });
    socket.on('error', () => {});
    const chunk = (text: string) => socket.write(`${Buffer.byteLength(text).toString(16)}\r\n${text}\r\n`);
    socket.write(
      `POST /v1/bulk/events HTTP/1.1\r\nhost: 127.0.0.1:${port}\r\ncontent-type: ${NDJSON}\r\ntransfer-encoding: chunked\r\n\r\n`,
    );
    chunk(part);
    return { socket, chunk, received: () => received };
  }
  async function until(done: () => unknown) {
    while (!(await done())) await new Promise((resolve) => setTimeout(resolve, 10));
  }

  test('what an interrupted upload has committed is there, and sent again nothing is twice', async () => {
    const all = events('cut', 1_000);
    const { socket } = begin(`${lines(all.slice(0, 600))}{"id":"cut-600","user":"cut"`);
    await until(async () => (await stored('cut')).length >= 250);
    socket.destroy();
    const before = (await stored('cut')).length;
    assert.ok(before >= 250 && before <= 600);
    const { body } = await send('/v1/bulk/events', all);
    assert.equal(body.accepted + body.duplicates, 1_000);
    const ids = (await stored('cut')).map(({ id }) => id);
    assert.deepEqual([ids.length, new Set(ids).size], [1_000, 1_000]);
  });

  test('an upload may take longer than a request, but not stop in the middle', async () => {
    const { chunk, received } = begin(lines(events('slow', 1)));
    // Longer than `requestTimeout` in all, with shorter pauses.
    for (let n = 1; n < 6; n++) {
      await new Promise((resolve) => setTimeout(resolve, 500));
      chunk(lines([{ id: `slow-${n}`, user: 'slow', item: 'music-1' }]));
    }
    await until(() => received() !== '');
    assert.match(received(), /^HTTP\/1.1 408 [\s\S]*"code":"BULK_STALLED"/);
    assert.match(received(), /connection: close/i);
  });

  test('other requests are answered while uploads run, and too many uploads are refused', async () => {
    const running = [1, 2].map((n) => begin(lines(events(`running-${n}`, 250))));
    await until(async () => (await stored('running-2')).length === 250 && (await stored('running-1')).length === 250);
    assert.equal((await client.post('/v1/recommend', { user: 'user-0' })).status, 200);
    const third = await send('/v1/bulk/events', []);
    refused(third, 503, 'BULK_BUSY');
    assert.equal(third.headers.get('retry-after'), '1');
    for (const { socket } of running) socket.write('0\r\n\r\n');
    await until(() => running.every(({ received }) => received().includes('"accepted":250')));
    for (const { socket } of running) socket.destroy();
    const metrics = (await client.get('/metrics')).body as string;
    assert.match(metrics, /lorekeep_bulk_records_total\{kind="events",outcome="accepted"\} \d{3,}/);
  });
});
