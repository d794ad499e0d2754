/**
 * Everything that is unusual in HTTP itself is answered with 4xx in the documented shape, and in
 * time.
 */
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { connect } from 'node:net';
import { after, before, describe, test } from 'node:test';
import type { Engine } from '@lorekeep/recommender';
import { createServer, type Server } from '../../src/index.ts';
import { type Client, clientOf, isProblem, QUIET, refused } from './client.ts';

const HOST = 'host: localhost\r\n';
const CLOSE = 'connection: close\r\n';
const loading = () => new Promise<Engine>(() => {});

/** Status, code and body of a raw answer. */
function parsed(answer: string): { status: number; code?: string; body: string } {
  const [head, body] = answer.split('\r\n\r\n');
  const code = body === '' ? undefined : JSON.parse(body).error?.code;
  return { status: Number(head.split(' ')[1]), code, body };
}

describe('HTTP', () => {
  let server: Server;
  let address: string;
  let get: Client['get'];
  let raw: Client['raw'];
  before(async () => {
    server = createServer(loading(), QUIET);
    address = await server.listen();
    ({ get, raw } = clientOf(address));
  });
  after(() => server?.close());

  async function rawRefused(request: string, status: number, code: string): Promise<void> {
    const answer = await raw(request);
    const { body, ...found } = parsed(answer);
    assert.deepEqual(found, { status, code }, answer);
    isProblem(JSON.parse(body), status, code);
    assert.match(answer, /content-type: application\/problem\+json; charset=utf-8/i);
  }

  test('what cannot be parsed is refused', async () => {
    await rawRefused('NONSENSE\r\n\r\n', 400, 'REQUEST_MALFORMED');
    await rawRefused(`get /healthz HTTP/1.1\r\n${HOST}\r\n`, 400, 'REQUEST_MALFORMED');
    await rawRefused(`GET healthz HTTP/1.1\r\n${HOST}\r\n`, 400, 'REQUEST_MALFORMED');
    await rawRefused(`GET / HTTP/1.1\r\n${HOST}x: ${'y'.repeat(40_000)}\r\n\r\n`, 431, 'REQUEST_MALFORMED');
    const lengths = 'content-length: 5\r\ncontent-length: 6\r\n';
    await rawRefused(`POST /v1/items HTTP/1.1\r\n${HOST}${lengths}\r\n`, 400, 'REQUEST_MALFORMED');
  });

  test('a method that a route does not have is refused with those it has', async () => {
    for (const method of ['PUT', 'DELETE', 'PATCH', 'OPTIONS', 'TRACE', 'PROPFIND', 'QUERY', 'CONNECT']) {
      for (const path of ['/healthz', '/v1/recommend']) {
        // The target of CONNECT is a host, not a path.
        if (method === 'CONNECT')
          await rawRefused(`CONNECT shop.example:443 HTTP/1.1\r\n${HOST}${CLOSE}\r\n`, 404, 'ROUTE_UNKNOWN');
        else await rawRefused(`${method} ${path} HTTP/1.1\r\n${HOST}${CLOSE}\r\n`, 405, 'METHOD_NOT_ALLOWED');
      }
    }
    for (const [path, method, allowed] of [
      ['/v1/recommend?k=1', 'GET', 'POST'],
      ['/v1/items', 'GET', 'POST'],
      ['/v1/items/a', 'POST', 'DELETE, GET, HEAD'],
      ['/v1/items/a/similar', 'PUT', 'GET, HEAD, POST'],
      ['/openapi.json', 'DELETE', 'GET, HEAD'],
    ]) {
      const answer = await get(path, { method });
      refused(answer, 405, 'METHOD_NOT_ALLOWED');
      assert.equal(answer.headers.get('allow'), allowed, path);
    }
    for (const path of ['/openapi_json', '/v1/items/a/b'])
      assert.equal((await get(path, { method: 'DELETE' })).status, 404, path);
    // The id is empty.
    assert.equal((await get('/v1/items/', { method: 'DELETE' })).status, 400);
    const headers = { 'content-type': 'application/json' };
    for (const body of ['{}', 'not JSON']) {
      refused(await get('/v1/recommend', { method: 'QUERY', headers, body }), 405, 'METHOD_NOT_ALLOWED');
      refused(await get('/nowhere', { method: 'POST', headers, body }), 404, 'ROUTE_UNKNOWN');
    }
    refused(await get('/healthz', { method: 'POST', body: 'x' }), 405, 'METHOD_NOT_ALLOWED');
  });

  test('HEAD is answered like GET, without a body', async () => {
    const { status, headers, body } = await get('/healthz', { method: 'HEAD' });
    assert.deepEqual([status, headers.get('content-length'), body], [200, '15', '']);
    assert.equal((await get('/v1/recommend', { method: 'HEAD' })).status, 405);
  });

  test('an unknown expectation is refused; 100-continue is met', async () => {
    const post = (expect: string, close = CLOSE) =>
      `POST /v1/recommend HTTP/1.1\r\n${HOST}${close}content-type: application/json\r\nexpect: ${expect}\r\ncontent-length: 12\r\n\r\n{"user":"u"}`;
    await rawRefused(post('magic'), 417, 'REQUEST_MALFORMED');
    assert.match(await raw(post('100-continue')), /^HTTP\/1\.1 100 Continue\r\n\r\nHTTP\/1\.1 503 /);
  });

  test('a request for another host is refused: DNS rebinding', async () => {
    const ask = async (...hosts: string[]) => {
      const lines = hosts.map((host) => `host: ${host}\r\n`).join('');
      return parsed(await raw(`GET /healthz HTTP/1.1\r\n${lines}${CLOSE}\r\n`)).status;
    };
    for (const host of ['localhost:7070', 'LOCALHOST', '127.0.0.1', '[::1]:7070']) assert.equal(await ask(host), 200);
    for (const host of ['evil.example', 'localhost.evil.example', 'user@127.0.0.1', '127.0.0.1:1:1', '']) {
      assert.equal(await ask(host), 403, host);
    }
    assert.equal(await ask('localhost', 'evil.example'), 400);
    assert.equal(await ask('evil.example', 'localhost'), 400);
    await rawRefused(`GET /healthz HTTP/1.1\r\n${CLOSE}\r\n`, 400, 'REQUEST_MALFORMED');
    await rawRefused('GET /healthz HTTP/1.0\r\n\r\n', 403, 'HOST_NOT_ALLOWED');
  });

  test('the host of an absolute target takes precedence over the header', async () => {
    const ask = async (target: string, host: string) =>
      parsed(await raw(`GET ${target} HTTP/1.1\r\nhost: ${host}\r\n${CLOSE}\r\n`)).status;
    assert.equal(await ask('http://localhost/healthz', 'localhost'), 200);
    assert.equal(await ask('http://localhost:7070/healthz', 'evil.example'), 200);
    assert.equal(await ask('http://evil.example/healthz', 'localhost'), 403);
    assert.equal(await ask('HTTP://localhost@evil.example/healthz', 'localhost'), 403);
  });

  test('takes a harmless request id over and replaces any other', async () => {
    const ask = async (id: string) =>
      (await get('/healthz', { headers: { 'x-request-id': id } })).headers.get('x-request-id');
    assert.equal(await ask('trace-1.2_3'), 'trace-1.2_3');
    assert.match((await ask('no spaces, please'))!, /^[\da-f-]{36}$/);
  });

  test('a request that arrives too slowly is ended at the time limit', async () => {
    const slow = createServer(loading(), { ...QUIET, requestTimeout: 400 });
    const { port } = new URL(await slow.listen());
    const starts = {
      nothing: '',
      headers: `GET /healthz HTTP/1.1\r\n${HOST}`,
      body: `POST /v1/recommend HTTP/1.1\r\n${HOST}content-type: application/json\r\ncontent-length: 99\r\n\r\n{`,
    };
    await Promise.all(
      Object.entries(starts).map(async ([name, start]) => {
        const started = performance.now();
        const socket = connect(Number(port), '127.0.0.1', () => socket.write(start));
        let answer = '';
        socket.on('data', (chunk) => {
          answer += chunk;
        });
        await once(socket, 'end');
        const elapsed = performance.now() - started;
        assert.ok(elapsed > 350 && elapsed < 5_000, `${name}: ${elapsed} ms`);
        assert.deepEqual([parsed(answer).status, parsed(answer).code], [408, 'REQUEST_MALFORMED'], name);
      }),
    );
    await slow.close();
  });

  test('an upload that is cut off is not logged as a failure of the service', { timeout: 10_000 }, async (t) => {
    const written: string[] = [];
    t.mock.method(process.stderr, 'write', (text: string) => {
      written.push(text);
      return true;
    });
    const logging = createServer(loading(), { ...QUIET, logLevel: 'info' });
    const base = await logging.listen();
    const socket = connect(Number(new URL(base).port), '127.0.0.1');
    socket.write(
      `POST /v1/items HTTP/1.1\r\n${HOST}content-type: application/json\r\ncontent-length: 99\r\n\r\n{"id":`,
    );
    while (!written.some((line) => line.includes('incoming request'))) await new Promise(setImmediate);
    socket.destroy();
    while (!written.some((line) => line.includes('before the body was complete'))) await new Promise(setImmediate);
    await logging.close();
    const levels = written.map((line) => JSON.parse(line)).filter(({ level }) => level >= 40);
    assert.deepEqual(levels, []);
  });
});
