/** Roles, ratings, targets and limits through the library, on a small shop with a crawler. */
import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { createRandom } from '@lorekeep/core';
import { openWorkspace, type Workspace } from '@lorekeep/workspace';

const OPTIONS = { preset: 'linear', config: { network: { dim: 16, hidden: 16 }, events: {} } } as const;

let dir: string;
let workspace: Workspace;

before(async () => {
  dir = await mkdtemp(join(tmpdir(), 'lorekeep-events-'));
  const random = createRandom(3);
  const items = Array.from({ length: 30 }, (_, n) => `i${n},Item ${n % 5} number ${n}`);
  const row = (user: string, n: number, type: string, rating: number | string = '') =>
    `${user},i${random.int(30)},${type},${rating},${1_700_000_000 + n}`;
  const people = Array.from({ length: 50 }, (_, user) =>
    ['view', 'view', 'purchase', 'view', 'rating', 'purchase', 'Order Refunded'].map((type, n) =>
      row(`u${user}`, 100 * user + n, type, type === 'rating' ? 1 + random.int(5) : ''),
    ),
  ).flat();
  const crawler = Array.from({ length: 1500 }, (_, n) => row('crawler', n, 'view'));
  await writeFile(join(dir, 'items.csv'), ['id,title', ...items].join('\n'));
  await writeFile(join(dir, 'events.csv'), ['user,item,type,rating,timestamp', ...people, ...crawler].join('\n'));
  workspace = await openWorkspace(join(dir, 'shop'), { create: true });
  await workspace.import({ items: [join(dir, 'items.csv')], events: [join(dir, 'events.csv')] });
  await workspace.encode({ model: 'lexical' });
});
after(async () => {
  await workspace.close();
  await rm(dir, { recursive: true });
});

describe('the meaning of events', () => {
  test('is found by import, shown, and recorded by training, which names who was left out', async () => {
    const { types, ratings } = await workspace.events();
    assert.deepEqual(
      types.map(({ type, role, events, rated }) => [type, role, events, rated]),
      [
        ['view', 'positive', 1650, 0],
        ['purchase', 'positive', 100, 0],
        ['Order Refunded', 'negative', 50, 0],
        ['rating', 'positive', 50, 50],
      ],
    );
    assert.deepEqual([ratings.from, ratings.scale, ratings.rule?.positiveFrom], ['scale', '1 to 5', 3]);
    const { manifest, version } = await workspace.train(OPTIONS);
    assert.equal(manifest.eventRules?.recognised?.scale, '1 to 5');
    assert.deepEqual(manifest.leftOut, { limit: 1000, count: 1, users: [{ id: 'crawler', events: 1500 }] });
    assert.equal(manifest.metrics.test.users, 50);
    const evaluated = await workspace.evaluate();
    assert.equal(evaluated.trainedOnThisData, true);
    assert.deepEqual(evaluated.test.metrics, manifest.metrics.test);
    assert.deepEqual(evaluated.valid.metrics, manifest.metrics.valid);
    const all = await workspace.train({ ...OPTIONS, config: { ...OPTIONS.config, events: { maxUserEvents: 0 } } });
    assert.deepEqual([all.unchanged, all.manifest.leftOut, all.manifest.metrics.test.users], [false, undefined, 51]);
    assert.equal((await workspace.train(OPTIONS)).version, version);
  });

  test('can be changed without another import', async () => {
    const published = await workspace.publish({ skipIfLive: true });
    assert.equal((await workspace.publish({ skipIfLive: true })).unchanged, true);
    const before = await workspace.events();
    const { ratings } = await workspace.changeEventRules({
      roles: { view: 'ignored' },
      weights: { purchase: 2 },
      ratings: { positiveFrom: 5, negativeBelow: 2 },
    });
    assert.equal(ratings.from, 'rule');
    const again = await workspace.publish({ skipIfLive: true });
    assert.deepEqual([again.unchanged, again.version === published.version], [false, false]);
    const { unchanged, manifest } = await workspace.train(OPTIONS);
    assert.equal(unchanged, false);
    assert.ok(manifest.data.events <= 150);
    assert.deepEqual(manifest.eventRules?.types, { view: { role: 'ignored' }, purchase: { weight: 2 } });
    await assert.rejects(workspace.changeEventRules({ weights: { purchase: -1 } }), { code: 'EVENT_RULES_INVALID' });
    await workspace.changeEventRules({ roles: { view: 'positive' }, weights: { purchase: 1 }, ratings: 'auto' });
    const restored = await workspace.events();
    assert.deepEqual(
      restored.types.map(({ type, role, weight }) => [type, role, weight]),
      before.types.map(({ type, role, weight }) => [type, role, weight]),
    );
    assert.equal((await workspace.train(OPTIONS)).unchanged, true);
  });

  test('targets of training are the targets of evaluation', async () => {
    const config = { ...OPTIONS.config, events: { target: ['purchase'] } };
    const { manifest, version } = await workspace.train({ ...OPTIONS, config });
    assert.deepEqual(manifest.config.events.target, ['purchase']);
    const { test: evaluation } = await workspace.evaluate({ model: version });
    assert.deepEqual(evaluation.metrics, manifest.metrics.test);
    assert.equal(evaluation.metrics.users, 50);
    const wrong = { ...OPTIONS.config, events: { target: ['purchases'] } };
    await assert.rejects(workspace.train({ ...OPTIONS, config: wrong }), { code: 'TARGET_UNKNOWN' });
  });
});
