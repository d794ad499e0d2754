/** Entries by user and category of a workspace: published on top of the others, read on request, erased. */
import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { openKnowledgeStore } from '@lorekeep/knowledge';
import type { Item } from '@lorekeep/store';
import { openWorkspace, type Workspace } from '../../src/index.ts';

const outcomes = [{ outcome: 'click' }];
let dir = '';
let workspace: Workspace;
let version = '';
const items: Item[] = [];
/** Pairs of the log: users with the categories of all their impressions. */
const seen = new Map<string, Set<string>>();

before(async () => {
  dir = await mkdtemp(join(tmpdir(), 'lorekeep-user-categories-'));
  workspace = await openWorkspace(join(dir, 'shop'), { create: true });
  await workspace.importSimulatedShop({ events: 2_000, users: 30, items: 60, days: 8 });
  for await (const batch of workspace.store.items()) items.push(...batch);
  const log = await workspace.store.impressionLog();
  const category = new Map(items.map(({ id, categories }) => [id, categories?.[0]]));
  for (const [row, user] of log.users.entries()) {
    const own = seen.get(log.userIds[user]) ?? new Set();
    seen.set(log.userIds[user], own.add(category.get(log.itemIds[log.items[row]])!));
  }
  ({ version } = await workspace.knowledgePretrain({ tasks: outcomes }));
});
after(async () => {
  await workspace.close();
  await rm(dir, { recursive: true });
});

const aPair = () => {
  const [user, categories] = [...seen].find(([, own]) => own.size > 0)!;
  const category = [...categories][0];
  return { users: [user], items: [items[0].id], categories: [category] };
};

test('a publication has an entry for users and the categories of their behaviours', async () => {
  const { published } = await workspace.knowledgePublish({ userCategories: { perUser: 200 } });
  assert.deepEqual(
    published.schema.userCategory.map(({ name }) => name),
    ['category click'],
  );
  let pairs = 0;
  for (const own of seen.values()) pairs += own.size;
  // A user with more behaviours than a sequence has may have lost an old category.
  assert.ok(published.entries.userCategory > seen.size && published.entries.userCategory <= pairs);
});

test('their numbers are the last of an answer, and only of one that was asked with categories', async () => {
  const { categories, ...pair } = aPair();
  const plain = await workspace.knowledgeGet(pair);
  const columns = ['user click bias', 'item click bias', 'pair click'];
  assert.deepEqual(plain.columns, columns);
  const full = await workspace.knowledgeGet({ ...pair, categories });
  assert.deepEqual(full.columns, [...columns, 'category click']);
  assert.deepEqual([...full.present], [1, 1, 1]);
  assert.deepEqual([...full.values.subarray(0, 3)], [...plain.values]);
  assert.notEqual(full.values[3], 0);

  const service = await workspace.rankingService();
  assert.deepEqual((await service.knowledge({ ...pair, categories })).values, full.values);
  const missing = await service.knowledge({ ...pair, items: ['nothing'], categories: ['no such category'] });
  assert.deepEqual([...missing.present], [1, 0, 0]);
  assert.equal(missing.values[3], 0);
  // An unknown item does not hide the entry of the category.
  const unknownItem = await service.knowledge({ ...pair, items: ['nothing'], categories });
  assert.deepEqual([...unknownItem.present], [1, 0, 1]);
  assert.equal(unknownItem.values[3], full.values[3]);
  await service.close();
});

test('a ranker reads the same knowledge as without them', async () => {
  await workspace.rankTrain({ outcomes });
  const request = { user: aPair().users[0], items: items.slice(0, 5).map(({ id }) => id), at: 4e9 };
  const withEntries = await workspace.rankScore(request);
  assert.equal(withEntries.knowledge?.version, version);
  const store = join(dir, 'without');
  await workspace.knowledgePublish({ store, userCategories: false });
  assert.deepEqual((await workspace.rankScore({ ...request, store })).items, withEntries.items);
});

test('categories are refused by a version without these entries, and an aligned one has the form of its target', async () => {
  const store = join(dir, 'without');
  await assert.rejects(workspace.knowledgeGet({ ...aPair(), store }), { code: 'REQUEST_INVALID' });
  const aligned = await workspace.knowledgePublish({ store, align: true });
  assert.deepEqual(aligned.published.schema.userCategory, []);
  const own = await workspace.knowledgePublish({ align: true });
  assert.equal(own.published.schema.userCategory.length, 1);
  assert.ok(own.published.alignment!.residual < 1e-3);
});

test('a deleted user has no entry by category any more', async () => {
  const pair = aPair();
  await workspace.deleteUsers(pair.users);
  const centre = await openKnowledgeStore(join(workspace.dir, 'knowledge', 'centre'));
  for (const published of await centre.versions('keep')) {
    const { values, present } = await centre.read('keep', published.version, pair);
    assert.equal(present[2], 0);
    assert.equal(values.at(-1), 0);
  }
  await centre.close();
  // A new pre-training does not bring them back.
  await workspace.knowledgePretrain();
  await workspace.knowledgePublish();
  assert.deepEqual([...(await workspace.knowledgeGet(pair)).present], [0, 1, 0]);
});
