/** Erased users are in no file of the workspace after the next training and publication. */
import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, type TestContext, test } from 'node:test';
import { gunzipSync, zstdDecompressSync } from 'node:zlib';
import { openWorkspace, type Workspace } from '@lorekeep/workspace';
import { createShopFolder, type ShopFolder } from './shop.ts';

let folder: ShopFolder;
before(async () => {
  folder = await createShopFolder({ events: 3000, users: 60, items: 80 });
});
after(() => folder.remove());

async function trained(t: TestContext, name: string): Promise<Workspace> {
  const workspace = await openWorkspace(join(folder.dir, name), { create: true });
  t.after(() => workspace.close());
  await workspace.import({ items: [folder.items], events: [folder.events] });
  return workspace;
}

async function trainAndPublish(workspace: Workspace): Promise<void> {
  await workspace.encode({ model: 'lexical' });
  await workspace.train({ preset: 'linear' });
  await workspace.publish();
}

/** Files below a folder that contain the text, in UTF-8 or UTF-16, also compressed. */
function filesWith(dir: string, text: string): string[] {
  const needles = [Buffer.from(text, 'utf8'), Buffer.from(text, 'utf16le'), Buffer.from(text, 'utf16le').swap16()];
  return readdirSync(dir, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map(({ parentPath, name }) => join(parentPath, name))
    .filter((path) => unpacked(readFileSync(path)).some((bytes) => needles.some((needle) => bytes.includes(needle))))
    .map((path) => path.slice(dir.length + 1));
}

function unpacked(bytes: Buffer): Buffer[] {
  const streams = [bytes];
  for (const [magic, unpack] of [
    ['1f8b08', gunzipSync],
    ['28b52ffd', zstdDecompressSync],
  ] as const) {
    if (bytes.subarray(0, magic.length / 2).toString('hex') === magic) streams.push(unpack(bytes));
  }
  return streams;
}

describe('erasure', () => {
  test('after deletion, training and publication not one byte of a user id is left', async (t) => {
    const workspace = await trained(t, 'erased');
    const { dir, store } = workspace;
    const doomed = ['erase-me-7f3a9c', 'ü-erase-me-41d0'];
    const [{ id: item }] = (await Array.fromAsync(store.items())).flat();
    // Many users in between, so that pages are split and copied.
    for (let batch = 0; batch < 20; batch++) {
      const users = [...doomed, ...Array.from({ length: 40 }, (_, n) => `other-${batch}-${n}`)];
      await store.appendEvents(
        users.flatMap((user) => [
          {
            id: `${user}/${batch}`,
            user,
            item,
            type: 'purchase',
            timestamp: 1_700_000_000 + batch,
            session: `s-${user}`,
          },
          { user, item, type: 'impression', timestamp: 1_700_000_000 + batch, request: `r-${user}` },
        ]),
      );
    }
    await trainAndPublish(workspace);
    const engine = await workspace.engine();
    t.after(() => engine.close());
    await engine.appendEvents([{ user: doomed[0], item }]);
    await engine.recommend({ user: doomed[0] });
    await trainAndPublish(workspace);
    const former = await workspace.modelVersions();
    for (const user of doomed) assert.ok(filesWith(dir, user).length > 0);

    const { users, events } = await workspace.deleteUsers(doomed);
    assert.deepEqual([users, events], [2, 81]);
    assert.equal((await engine.recommend({ user: doomed[0] })).source, 'popularity');
    await trainAndPublish(workspace);

    for (const user of doomed) assert.deepEqual(filesWith(dir, user), []);
    // The search does find what is there.
    assert.ok(filesWith(dir, 'other-3-7').length > 0);
    assert.ok((await workspace.modelVersions()).every((version) => !former.includes(version)));
    assert.equal(readdirSync(join(dir, 'published')).filter((name) => name !== 'current').length, 1);
    assert.deepEqual(await store.verify(), []);
    assert.equal(await engine.reload(), true);
    assert.equal((await engine.recommend({ user: doomed[0] })).source, 'popularity');
    await workspace.close();
    for (const user of doomed) assert.deepEqual(filesWith(dir, user), []);
  });

  test('a deleted item is in no former place after the next training but the list of deleted items', async (t) => {
    const workspace = await trained(t, 'item');
    await workspace.store.upsertItems([{ id: 'doomed-item-77', title: 'A lamp' }]);
    await trainAndPublish(workspace);
    assert.ok(filesWith(workspace.dir, 'doomed-item-77').some((file) => file.startsWith('published')));
    await workspace.deleteItems(['doomed-item-77']);
    await trainAndPublish(workspace);
    const version = await workspace.latestModel();
    const files = filesWith(workspace.dir, 'doomed-item-77');
    assert.ok(files.every((file) => !file.includes(version!)));
  });
});

describe('undoing an import', () => {
  test('it is named by its file or its fingerprint, and can run again', async (t) => {
    const workspace = await openWorkspace(join(folder.dir, 'undone'), { create: true });
    t.after(() => workspace.close());
    await workspace.import({ items: [folder.items] });
    await workspace.import({ events: [folder.events] });
    const { events } = await workspace.store.counts();
    const name = folder.events.split('/').at(-1)!;
    await assert.rejects(workspace.undoImport('none.csv'), { code: 'IMPORT_NOT_FOUND' });
    const undone = await workspace.undoImport(name);
    assert.deepEqual([undone.events, undone.items], [events, 0]);
    assert.deepEqual(await workspace.store.counts(), { items: 80, users: 0, events: 0 });
    assert.equal((await workspace.import({ events: [folder.events] })).unchanged, false);
    assert.equal((await workspace.store.counts()).events, events);
    const [{ fingerprint }] = await workspace.store.imports();
    const { items, itemsKept } = await workspace.undoImport(fingerprint.slice(0, 8));
    assert.equal(items + itemsKept, 80);
    assert.ok(itemsKept > 0);
  });
});
