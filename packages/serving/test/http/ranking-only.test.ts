/** A service without recommendations: it is ready when there is something to serve. */
import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { createRankingService } from '@lorekeep/recommender';
import { openStore } from '@lorekeep/store';
import { createServer } from '../../src/index.ts';
import { clientOf, QUIET, refused } from './client.ts';

test('a service with neither a ranker nor knowledge is not ready', async (t) => {
  const workspace = await mkdtemp(join(tmpdir(), 'lorekeep-empty-'));
  const store = await openStore(':memory:');
  const ranking = createRankingService({ workspace, store });
  const server = createServer(undefined, { ...QUIET, ranking });
  t.after(async () => {
    await server.close();
    await ranking.close();
    await store.close();
    await rm(workspace, { recursive: true });
  });
  const { get, post } = clientOf(await server.listen());
  refused(await get('/readyz'), 503, 'NOTHING_TO_SERVE');
  assert.equal((await get('/healthz')).status, 200);
  refused(await post('/v1/rank', { items: ['a'] }), 503, 'RANKER_NOT_SERVED');
  refused(await post('/v1/knowledge', { users: ['a'], items: ['b'] }), 404, 'KNOWLEDGE_NOT_SERVED');
});
