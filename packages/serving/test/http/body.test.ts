/**
 * Bytes become text, and text becomes JSON, or the body is refused: nothing is replaced silently.
 */
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import type { Engine } from '@lorekeep/recommender';
import { createServer, type Server } from '../../src/index.ts';
import { type Client, clientOf, QUIET, refused } from './client.ts';

const bytes = (...parts: (string | number)[]) =>
  Buffer.concat(parts.map((part) => (typeof part === 'string' ? Buffer.from(part) : Buffer.of(part))));

describe('body', () => {
  let server: Server;
  let get: Client['get'];
  let post: Client['post'];
  let raw: Client['raw'];
  before(async () => {
    server = createServer(new Promise<Engine>(() => {}), QUIET);
    ({ get, post, raw } = clientOf(await server.listen()));
  });
  after(() => server?.close());

  /** A request that passes all checks reaches the engine, which is not there. */
  const accepted = (answer: Parameters<typeof refused>[0]) => refused(answer, 503, 'ENGINE_NOT_READY');

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

  test('bytes that are not valid UTF-8 are refused', async () => {
    const invalid: [string, Buffer][] = [
      ['Latin-1', bytes('{"id":"z-', 0xe8, '"}')],
      ['overlong', bytes('{"id":"z-', 0xc0, 0xaf, '"}')],
      ['an encoded surrogate', bytes('{"id":"z-', 0xed, 0xa0, 0x80, '"}')],
      ['cut short', bytes('{"id":"z-', 0xe8, 0xaa)],
      ['UTF-16', Buffer.from('\ufeff{"id":"z"}', 'utf16le')],
    ];
    for (const [name, body] of invalid) {
      const answer = await post('/v1/items', body);
      refused(answer, 400, 'BODY_NOT_JSON');
      assert.match(answer.body.error.message, /not valid UTF-8/, name);
    }
    accepted(await post('/v1/items', bytes(0xef, 0xbb, 0xbf, '{"id":"after a byte order mark"}')));
  });

  test('a character set other than UTF-8, or a compressed body, is refused', async () => {
    const body = '{"user":"u"}';
    for (const charset of ['iso-8859-1', 'utf-16', '"latin1"', 'utf-8; charset=utf-16', '']) {
      refused(await post('/v1/recommend', body, `application/json; charset=${charset}`), 415, 'MEDIA_TYPE_UNSUPPORTED');
    }
    for (const type of [
      'application/json; charset=utf-8',
      'APPLICATION/JSON;Charset="UTF-8"',
      'application/json; v=1',
    ]) {
      accepted(await post('/v1/recommend', body, type));
    }
    const headers = { 'content-type': 'application/json', 'content-encoding': 'gzip' };
    refused(await get('/v1/recommend', { method: 'POST', body, headers }), 415, 'MEDIA_TYPE_UNSUPPORTED');
  });

  test('a lone surrogate in any string is refused by the name of its place', async () => {
    const lone = '\\ud800';
    const cases: [string, string, string][] = [
      ['/v1/recommend', `{"user":"${lone}"}`, 'user'],
      ['/v1/recommend', `{"history":["a","${lone}"]}`, 'history/1'],
      ['/v1/recommend', `{"user":"u","exclude":["${lone}"]}`, 'exclude/0'],
      ['/v1/recommend', `{"user":"u","filter":{"brand":"${lone}"}}`, 'filter/brand'],
      ['/v1/recommend', `{"user":"u","filter":{"fields":{"${lone}":1}}}`, 'filter/fields/\ufffd'],
      ['/v1/items', `{"id":"${lone}"}`, 'id'],
      ['/v1/items', `[{"id":"a"},{"id":"b","title":"x${lone}"}]`, '1/title'],
      ['/v1/items', `{"id":"a","description":"\\udc00\\ud800"}`, 'description'],
      ['/v1/items', `{"id":"a","categories":["${lone}"]}`, 'categories/0'],
      ['/v1/items', `{"id":"a","fields":{"x":"${lone}"}}`, 'fields/x'],
      ['/v1/items', `{"id":"a","fields":{"x":["${lone}"]}}`, 'fields/x/0'],
      ['/v1/events', `{"user":"${lone}","item":"a"}`, 'user'],
      ['/v1/events', `{"user":"a","item":"a","session":"${lone}"}`, 'session'],
      ['/v1/events', `{"user":"a","item":"a","type":"${lone}"}`, 'type'],
    ];
    for (const [route, body, path] of cases) refused(await post(route, body), 400, 'REQUEST_INVALID', path);
    accepted(await post('/v1/items', '{"id":"\\ud83d\\ude00"}'));
  });

  test('a path that is not percent-encoded UTF-8 is refused', async () => {
    for (const id of ['%zz', '%ff', '%c0%af', '%ed%a0%80']) {
      refused(await get(`/v1/items/${id}`), 400, 'REQUEST_MALFORMED');
    }
    refused(await get('/v1/items/a/similar?k=%ff'), 400, 'REQUEST_INVALID', 'query/k');
    for (const id of [Buffer.from('é'), Buffer.of(0xe9)]) {
      const answer = await raw('GET /v1/items/', id, ' HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n\r\n');
      assert.match(answer, /^HTTP\/1\.1 400 [\s\S]*"REQUEST_MALFORMED"/);
    }
  });

  test('keys that would reach into prototypes are refused by their name, and reach nothing', async () => {
    const attacks = [
      '{"user":"u","__proto__":{"polluted":1}}',
      '{"user":"u","\\u005f_proto__":{"polluted":1}}',
      '{"user":"u","filter":{"fields":{"__proto__":"x"}}}',
      '{"user":"u","constructor":{"prototype":{"polluted":1}}}',
    ];
    for (const body of attacks) {
      const answer = await post('/v1/recommend', body);
      refused(answer, 400, 'BODY_NOT_JSON');
      assert.match(answer.body.error.message, /has the key "(__proto__|constructor\.prototype)", which is not allowed/);
    }
    refused(await post('/v1/items', '{"id":"p","fields":{"__proto__":"x"}}'), 400, 'BODY_NOT_JSON');
    accepted(await post('/v1/items', '{"id":"__proto__","fields":{"constructor":"x","toString":"y"}}'));
    assert.equal(({} as { polluted?: number }).polluted, undefined);
  });

  test('JSON that is nested very deeply is refused like any other', async () => {
    refused(await post('/v1/items', '['.repeat(500_000) + ']'.repeat(500_000)), 400, 'REQUEST_INVALID');
    const nested = `${'{"\\u0061":'.repeat(50_000)}1${'}'.repeat(50_000)}`;
    refused(await post('/v1/items', `{"id":"a","fields":{"a":${nested}}}`), 400, 'REQUEST_INVALID', 'fields/a');
  });
});
