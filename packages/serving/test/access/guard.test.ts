/** Who may call what: every scope on every route, namespaces, rates, exposure, the audit log. */
import assert from 'node:assert/strict';
import { mkdir, mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { LorekeepError } from '@lorekeep/core';
import type { Engine } from '@lorekeep/recommender';
import {
  createAuditLog,
  createServer,
  type Keys,
  loadKeys,
  SCOPES,
  type Scope,
  type Server,
  type ServerOptions,
} from '../../src/index.ts';
import { clientOf, QUIET, refused } from '../http/client.ts';

/** With it, a request that passes the guard gets a status of its own: 503, 400, 200, 404, 409. */
const loading = () => new Promise<Engine>(() => {});

describe('access', () => {
  let dir: string;
  let count = 0;
  before(async () => {
    dir = await mkdtemp(join(tmpdir(), 'lorekeep-guard-'));
  });
  after(() => rm(dir, { recursive: true }));

  interface Guarded extends Disposable {
    server: Server;
    keys: Keys;
    address: string;
    log(): Promise<any[]>;
    ask(path: string, secret?: string, method?: string): ReturnType<ReturnType<typeof clientOf>['get']>;
  }

  async function open(options: ServerOptions = {}): Promise<Guarded> {
    const at = join(dir, `${count++}`);
    await mkdir(at);
    const keys = await loadKeys(join(at, 'keys.jsonl'));
    const audit = createAuditLog(join(at, 'audit.jsonl'));
    const server = createServer(loading(), { ...QUIET, keys, audit, ...options });
    const address = await server.listen();
    const client = clientOf(address);
    return {
      server,
      keys,
      address,
      ask: (path, secret, method = 'GET') =>
        client.get(path, { method, headers: secret === undefined ? {} : { authorization: `Bearer ${secret}` } }),
      log: async () =>
        (await readFile(join(at, 'audit.jsonl'), 'utf8').catch(() => ''))
          .split('\n')
          .filter(Boolean)
          .map((line) => JSON.parse(line)),
      [Symbol.dispose]: () => void server.close(),
    };
  }

  /** Method, path and declared scope of every operation. */
  async function operations(address: string): Promise<[method: string, path: string, scope: Scope | undefined][]> {
    const { body } = await clientOf(address).get('/openapi.json');
    return Object.entries<any>(body.paths).flatMap(([path, methods]) =>
      Object.entries<any>(methods).map(([method, { security }]): [string, string, Scope | undefined] => [
        method.toUpperCase(),
        path.replaceAll(/\{\w+\}/g, 'some-id'),
        security[0]?.key[0],
      ]),
    );
  }

  test('a key with one scope passes on exactly the routes of that scope', async () => {
    using guarded = await open();
    const { keys, address, ask } = guarded;
    const secrets: [Scope, string][] = [];
    for (const scope of SCOPES) secrets.push([scope, (await keys.create({ scopes: [scope] })).secret]);
    const all = await operations(address);
    assert.ok(SCOPES.every((scope) => all.some(([, , needed]) => needed === scope)));
    for (const [method, path, needed] of all) {
      const route = `${method} ${path}`;
      const without = await ask(path, undefined, method);
      if (needed === undefined) assert.ok(![401, 403].includes(without.status), route);
      else {
        refused(without, 401, 'KEY_MISSING');
        assert.equal(without.headers.get('www-authenticate'), 'Bearer');
      }
      for (const [scope, secret] of secrets) {
        const answer = await ask(path, secret, method);
        if (needed === undefined || scope === needed) {
          assert.ok(![401, 403].includes(answer.status), `${route} with ${scope}: ${answer.status}`);
          continue;
        }
        refused(answer, 403, 'KEY_SCOPE');
        assert.match(answer.headers.get('www-authenticate')!, new RegExp(`insufficient_scope.*scope="${needed}"`));
      }
    }
  });

  test('a key of another namespace is refused on every route, and that is in the audit log', async () => {
    using guarded = await open();
    const { keys, address, ask, log } = guarded;
    const { key, secret } = await keys.create({ scopes: SCOPES, namespace: 'other-shop' });
    const closed = (await operations(address)).filter(([, , needed]) => needed !== undefined);
    for (const [method, path] of closed) refused(await ask(path, secret, method), 403, 'KEY_NAMESPACE');
    const entries = await log();
    assert.equal(entries.length, closed.length);
    for (const [at, entry] of entries.entries()) {
      const { who, code, status, namespace, what } = entry;
      assert.deepEqual([who, code, status, namespace], [key.id, 'KEY_NAMESPACE', 403, 'default']);
      assert.ok(what.startsWith(closed[at][0]));
    }
  });

  test('calls of administrators are recorded with key, route and result, and without ids of users', async () => {
    using guarded = await open();
    const { keys, address, ask, log } = guarded;
    const admin = await keys.create({ scopes: ['admin'] });
    const reader = await keys.create({ scopes: ['read'] });
    await ask('/v1/users/ann.smith%40example.org', admin.secret, 'DELETE');
    await ask('/v1/events?user=ann.smith', reader.secret, 'DELETE');
    const created = await fetch(`${address}/v1/keys`, {
      method: 'POST',
      headers: { authorization: `Bearer ${admin.secret}`, 'content-type': 'application/json' },
      body: JSON.stringify({ scopes: ['events'], name: 'snippet', rate: { perSecond: 5, burst: 5 } }),
    });
    const { key, secret } = (await created.json()) as any;
    assert.deepEqual([key.scopes, key.rate], [['events'], { perSecond: 5, burst: 5 }]);
    await ask(`/v1/keys/${key.id}`, admin.secret, 'DELETE');
    await ask('/v1/keys', undefined, 'GET');
    await ask('/v1/admin/system', admin.secret);
    await ask('/v1/admin/system', reader.secret);
    await ask('/v1/admin/users/ann.smith', admin.secret);
    const entries = await log();
    assert.deepEqual(
      entries.map(({ who, what, status, target, code }) => [who, what, status, target, code]),
      [
        [admin.key.id, 'DELETE /v1/users/:id', 503, undefined, 'ENGINE_NOT_READY'],
        [reader.key.id, 'DELETE /v1/events', 403, undefined, 'KEY_SCOPE'],
        [admin.key.id, 'POST /v1/keys', 200, key.id, undefined],
        [admin.key.id, 'DELETE /v1/keys/:id', 200, key.id, undefined],
        // Figures that the page reads again and again are recorded only if they are refused.
        [reader.key.id, 'GET /v1/admin/system', 403, undefined, 'KEY_SCOPE'],
        [admin.key.id, 'GET /v1/admin/users/:id', 503, undefined, 'ENGINE_NOT_READY'],
      ],
    );
    assert.doesNotMatch(JSON.stringify(entries), /ann|smith|snippet/);
    assert.ok(!JSON.stringify(entries).includes(secret));
    for (const { at, request } of entries) assert.ok(!Number.isNaN(Date.parse(at)) && request.length === 36);
  });

  test('a call of an administrator that cannot be recorded is not made', async () => {
    const keys = await loadKeys(join(dir, 'unrecorded.jsonl'));
    const { secret } = await keys.create({ scopes: ['admin', 'read'] });
    using guarded = await open({ keys, audit: createAuditLog(join(dir, 'no-such-folder', 'audit.jsonl')) });
    refused(await guarded.ask('/v1/keys', secret), 503, 'AUDIT_UNWRITABLE');
    refused(await guarded.ask('/v1/items/a', secret), 503, 'ENGINE_NOT_READY');
  });

  test('a key with a rate gets 429 and the time to wait', async () => {
    using guarded = await open();
    const { keys, ask } = guarded;
    const { secret } = await keys.create({ scopes: ['read'], rate: { perSecond: 0.01, burst: 2 } });
    const other = await keys.create({ scopes: ['read'] });
    for (let n = 0; n < 2; n++) refused(await ask('/v1/items/a', secret), 503, 'ENGINE_NOT_READY');
    const answer = await ask('/v1/items/a', secret);
    refused(answer, 429, 'KEY_RATE');
    const wait = Number(answer.headers.get('retry-after'));
    assert.ok(wait >= 1 && wait <= 100, `${wait}`);
    refused(await ask('/v1/items/a', other.secret), 503, 'ENGINE_NOT_READY');
  });

  test('on a loopback address no key is needed until one was created; then always', async () => {
    using guarded = await open();
    const { keys, ask } = guarded;
    refused(await ask('/v1/items/a'), 503, 'ENGINE_NOT_READY');
    const { key } = await keys.create({ scopes: ['read'] });
    refused(await ask('/v1/items/a'), 401, 'KEY_MISSING');
    await keys.revoke(key.id);
    refused(await ask('/v1/items/a'), 401, 'KEY_MISSING');
  });

  test('malformed credentials are refused', async () => {
    using guarded = await open();
    const { secret } = await guarded.keys.create({ scopes: ['read'] });
    const client = clientOf(guarded.address);
    for (const authorization of [secret, `Basic ${secret}`, 'Bearer', `Bearer ${secret} x`, 'Bearer lk_x'])
      refused(await client.get('/v1/items/a', { headers: { authorization } }), 401, 'KEY_INVALID');
    for (const authorization of [`bearer ${secret}`, `Bearer  ${secret}`])
      refused(await client.get('/v1/items/a', { headers: { authorization } }), 503, 'ENGINE_NOT_READY');
  });

  test('an address that other machines reach is refused without a usable key', async () => {
    const required = (error: unknown) => error instanceof LorekeepError && error.code === 'KEYS_REQUIRED';
    const keys = await loadKeys(join(dir, 'exposed.jsonl'));
    const exposed = (options: ServerOptions) => createServer(loading(), { ...QUIET, host: '0.0.0.0', ...options });
    await assert.rejects(exposed({}).listen(), required);
    await assert.rejects(exposed({ keys }).listen(), required);
    await assert.rejects(exposed({ host: '127.0.0.1', admin: { host: '::', port: 0 }, keys }).listen(), required);
    const { key } = await keys.create({ scopes: ['read'] });
    const server = exposed({ keys });
    const { port } = new URL(await server.listen());
    refused(await clientOf(`http://127.0.0.1:${port}`).get('/v1/items/a'), 401, 'KEY_MISSING');
    await server.close();
    await keys.revoke(key.id);
    await assert.rejects(exposed({ keys }).listen(), required);
    const insecure = exposed({ insecurePublicWithoutKeys: true });
    const at = new URL(await insecure.listen());
    refused(await clientOf(`http://127.0.0.1:${at.port}`).get('/v1/items/a'), 503, 'ENGINE_NOT_READY');
    await insecure.close();
  });

  test('with a port of their own, routes of administrators are there and nowhere else', async () => {
    using guarded = await open({ admin: { port: 0 } });
    const { server, address } = guarded;
    const service = clientOf(address);
    const admin = clientOf(server.adminAddress!);
    refused(await service.get('/v1/keys'), 404, 'ROUTE_UNKNOWN');
    assert.deepEqual((await admin.get('/v1/keys')).body, { keys: [] });
    refused(await admin.get('/v1/items/a'), 404, 'ROUTE_UNKNOWN');
    refused(await service.get('/v1/items/a'), 503, 'ENGINE_NOT_READY');
    const wrongMethod = await service.get('/v1/events', { method: 'DELETE' });
    refused(wrongMethod, 405, 'METHOD_NOT_ALLOWED');
    assert.equal(wrongMethod.headers.get('allow'), 'POST');
    for (const client of [service, admin]) assert.equal((await client.get('/healthz')).status, 200);
    const scopesAt = async (base: string) => new Set((await operations(base)).map(([, , scope]) => scope));
    assert.deepEqual(await scopesAt(server.adminAddress!), new Set(['admin', undefined]));
    assert.ok(!(await scopesAt(address)).has('admin'));
  });
});
