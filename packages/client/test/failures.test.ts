/** The client against servers that fail, over real connections. */
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { after, describe, test } from 'node:test';
import { type Client, ConnectionError, createClient, ServiceError } from '../src/index.ts';

type Handler = (request: IncomingMessage, response: ServerResponse, count: number) => void;

describe('a service that fails', () => {
  const stops: (() => void)[] = [];
  after(() => {
    for (const stop of stops) stop();
  });

  /** @returns a client, and how many requests have arrived */
  async function failing(handle: Handler, options = {}): Promise<{ client: Client; count: () => number }> {
    let count = 0;
    const server = createServer((request, response) => {
      count++;
      request.resume().on('end', () => handle(request, response, count));
    });
    stops.push(() => {
      server.closeAllConnections();
      server.close();
    });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address() as AddressInfo;
    return { client: createClient({ url: `http://127.0.0.1:${port}/base/`, ...options }), count: () => count };
  }
  const answer = (response: ServerResponse, body: object) =>
    void response.setHeader('content-type', 'application/json').end(JSON.stringify(body));
  const event = { user: 'u', item: 'i' };

  test('a lost connection is tried again only if the request may be sent twice', async () => {
    const lost: Handler = ({ socket }, response, count) =>
      count < 3 ? void socket.destroy() : answer(response, { appended: 1 });
    const events = await failing(lost);
    await assert.rejects(events.client.appendEvents({ body: event }), ConnectionError);
    assert.equal(events.count(), 1);
    const named = await failing(lost);
    assert.equal((await named.client.appendEvents({ body: [{ ...event, id: 'e1' }] })).appended, 1);
    assert.equal(named.count(), 3);
    const key = await failing(lost);
    await assert.rejects(key.client.createKey({ body: { scopes: ['read'] } }), ConnectionError);
    assert.equal(key.count(), 1);
  });

  test('after the last try the error of that try remains', async () => {
    const { client, count } = await failing((_, response) => void response.writeHead(502).end('<html>'), {
      retries: 1,
    });
    await assert.rejects(client.recommend({ body: { user: 'u' } }), (error: any) => {
      assert.ok(error instanceof ServiceError);
      assert.deepEqual([error.status, error.code, error.problem], [502, undefined, undefined]);
      return true;
    });
    assert.equal(count(), 2);
  });

  test('what the service refuses for good is not tried again', async () => {
    const { client, count } = await failing((_, response) => void response.writeHead(400).end());
    await assert.rejects(client.recommend({ body: { user: 'u' } }), ServiceError);
    assert.equal(count(), 1);
  });

  test('no answer in time is a timeout; a signal ends a request and a wait', async () => {
    const silent = await failing(() => {}, { timeout: 50, retries: 0 });
    await assert.rejects(
      silent.client.health(),
      (error: any) => error instanceof ConnectionError && error.isTimeout && error.message.includes('50 ms'),
    );
    const reason = new Error('enough');
    const stopped = new AbortController();
    const asked = silent.client.health({}, { signal: stopped.signal, timeout: 60_000 });
    stopped.abort(reason);
    await assert.rejects(asked, reason);
    const busy = await failing((_, response) => void response.writeHead(503, { 'retry-after': '20' }).end());
    const waiting = new AbortController();
    const wait = busy.client.health({}, { signal: waiting.signal });
    setTimeout(() => waiting.abort(reason), 500);
    await assert.rejects(wait, reason);
    assert.ok(busy.count() <= 1);
  });

  test('paths go below that of the base address', async () => {
    const { client } = await failing(({ url }, response) => answer(response, { status: url }));
    assert.deepEqual(await client.health(), { status: '/base/healthz' });
  });
});
