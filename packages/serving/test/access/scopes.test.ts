/** Every route says what it asks of its caller, in the code and in `/openapi.json`. */
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import type { Engine } from '@lorekeep/recommender';
import Fastify from 'fastify';
import { requireScopes, SCOPES } from '../../src/access/scopes.ts';
import { createServer, type Server } from '../../src/index.ts';
import { clientOf, QUIET } from '../http/client.ts';

/** Operations that need no key. A new one is a decision, so it is written here too. */
const PUBLIC = ['get /healthz', 'get /readyz'];

describe('scopes', () => {
  let server: Server;
  let operations: [name: string, operation: any][];
  before(async () => {
    server = createServer(new Promise<Engine>(() => {}), QUIET);
    const { body } = await clientOf(await server.listen()).get('/openapi.json');
    assert.deepEqual(body.components.securitySchemes.key.scheme, 'bearer');
    operations = Object.entries<any>(body.paths).flatMap(([path, methods]) =>
      Object.entries<any>(methods).map(([method, operation]): [string, any] => [`${method} ${path}`, operation]),
    );
  });
  after(() => server?.close());

  test('a route that declares none does not start', async () => {
    const app = Fastify();
    requireScopes(app);
    app.get('/declared', { config: { scope: 'read' } }, async () => '');
    assert.throws(() => app.get('/forgotten', async () => ''), /GET \/forgotten declares no scope/);
    await app.close();
  });

  test('the document names one scope for every operation', () => {
    assert.ok(operations.length > 15);
    for (const [name, { security }] of operations) {
      assert.ok(Array.isArray(security), name);
      if (security.length === 0) assert.ok(PUBLIC.includes(name), `${name} is public`);
      else {
        assert.deepEqual(Object.keys(security[0]), ['key'], name);
        assert.equal(security[0].key.length, 1, name);
        assert.ok(SCOPES.includes(security[0].key[0]), name);
      }
    }
  });
});
