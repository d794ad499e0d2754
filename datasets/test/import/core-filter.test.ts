import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createRandom } from '@lorekeep/core';
import { importFiles } from '@lorekeep/datasets';
import { openStore } from '@lorekeep/store';
import { hasCode, importInto, put } from './harness.ts';

test('the k-core is what remains after removing users and items one by one', async () => {
  const random = createRandom(11).int;
  const log: [string, string, string][] = [];
  for (let i = 0; i < 1500; i++) {
    const type = random(6) === 0 ? 'impression' : 'view';
    log.push([`u${Math.floor(random(150) ** 2 / 150)}`, `i${Math.floor(random(120) ** 2 / 120)}`, type]);
  }
  const itemIds = [...Array(120).keys()].map((i) => `i${i}`);
  const items = [await put('items.csv', `item\n${itemIds.join('\n')}`)];
  const events = [await put('log.csv', `user,item,type\n${log.map((row) => row.join()).join('\n')}`)];
  for (const [k, m] of [
    [5, 6],
    [3, 0],
    [0, 6],
    [1, 1],
  ]) {
    let core = log.filter(([, , type]) => type !== 'impression');
    for (let before = -1; before !== core.length; ) {
      before = core.length;
      for (const [column, least] of [
        [0, k],
        [1, m],
      ]) {
        core = core.filter((row) => core.filter((other) => other[column] === row[column]).length >= least);
      }
    }
    const users = new Set(core.map(([user]) => user));
    const kept = new Set(core.map(([, item]) => item));
    assert.ok(core.length > 0 && users.size > 5);
    const found = await importInto({ items, events, minUserEvents: k, minItemEvents: m });
    assert.deepEqual(
      found.events.map(({ user, item, type }) => [user, item, type]),
      log.filter(([user, item]) => users.has(user) && kept.has(item)),
    );
    assert.deepEqual(
      found.items.map(({ id }) => id),
      m > 0 ? itemIds.filter((id) => kept.has(id)) : itemIds,
    );
  }
  const store = await openStore(':memory:');
  await assert.rejects(importFiles({ store, items, events, minUserEvents: 5000 }), hasCode('IMPORT_NOTHING_LEFT'));
  await store.close();
});
