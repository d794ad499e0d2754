/** A real Redis with the knowledge of a running ranker goes away, and comes back. */
import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { setTimeout as wait } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { findRedis, type RedisProgram, startRedis } from '@lorekeep/testing/redis';
import { openWorkspace } from '@lorekeep/workspace';

const root = fileURLToPath(new URL('../../../..', import.meta.url));
process.chdir(root);

function missing(): string | false {
  try {
    createRequire(join(root, '.extras', 'package.json')).resolve('@redis/client');
  } catch {
    return '@redis/client is not installed; run "pnpm extras"';
  }
  return findRedis() === undefined && 'redis-server is not installed; run "pnpm extras"';
}

test('a ranker whose Redis is gone scores without knowledge and says so', { skip: missing() }, async (context) => {
  const dir = await mkdtemp(join(tmpdir(), 'lorekeep-redis-gone-'));
  const servers = await startRedis(findRedis() as RedisProgram, { nodes: 1, durable: true });
  context.after(async () => {
    await servers.close();
    await rm(dir, { recursive: true });
  });
  const workspace = await openWorkspace(join(dir, 'shop'), { create: true });
  await workspace.importSimulatedShop({ events: 4_000, users: 30, items: 60 });
  await workspace.knowledgePretrain({ tasks: [{ outcome: 'click' }] });
  const { published } = await workspace.knowledgePublish({ store: servers.url });
  await workspace.rankTrain({ outcomes: [{ outcome: 'click' }] });
  const ranking = await workspace.rankingService({ knowledge: servers.url });
  const request = { user: 'sim-user-000001', items: ['sim-item-000001', 'sim-item-000002', 'sim-item-000003'] };
  const click = ({ items }: Awaited<ReturnType<typeof ranking.rank>>) =>
    Object.fromEntries(items.map(({ id, probabilities }) => [id, probabilities.click]));

  const known = await ranking.rank(request);
  assert.equal(known.knowledge?.version, published.version);
  await servers.nodes[0].kill();
  const gone = await ranking.rank(request);
  assert.equal(gone.knowledge, null);
  assert.match(gone.reason!, /^KNOWLEDGE_STORE_UNAVAILABLE/);
  assert.notDeepEqual(click(gone), click(known));
  assert.equal(ranking.stats().knowledge?.withoutKnowledge, 1);
  // What it says then is what it says without a General Knowledge Center.
  const without = await workspace.rankScore(request);
  for (const [id, probability] of Object.entries(click(without)))
    assert.ok(Math.abs(click(gone)[id] - probability) < 1e-6, id);

  await servers.nodes[0].restart();
  let again = gone;
  for (let tries = 0; tries < 60 && again.knowledge === null; tries++) {
    await wait(250);
    again = await ranking.rank(request);
  }
  for (const [id, probability] of Object.entries(click(known)))
    assert.ok(Math.abs(click(again)[id] - probability) < 1e-6, `${id} ${again.reason}`);
  await ranking.close();
  await workspace.close();
});
