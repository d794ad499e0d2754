/** The thorough check finds what is damaged and what deletions have left, and says what to do. */
import assert from 'node:assert/strict';
import { readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { after, before, describe, test } from 'node:test';
import { openWorkspace } from '@lorekeep/workspace';
import { verifyWorkspace } from '../src/diagnose/verify.ts';
import { createShopFolder, type ShopFolder } from './shop.ts';

describe('doctor --verify', () => {
  let folder: ShopFolder;
  let dir: string;
  before(async () => {
    folder = await createShopFolder({ events: 1500, users: 40, items: 80 });
    dir = join(folder.dir, 'verified');
    const workspace = await openWorkspace(dir, { create: true });
    await workspace.import({ items: [folder.items], events: [folder.events] });
    await trainAndPublish(workspace);
    await workspace.close();
  });
  after(() => folder.remove());

  async function trainAndPublish(workspace: Awaited<ReturnType<typeof openWorkspace>>): Promise<void> {
    await workspace.encode({ model: 'lexical' });
    await workspace.train({ preset: 'linear' });
    await workspace.publish();
  }
  const states = async () => (await verifyWorkspace(dir)).map(({ name, state }) => `${name} ${state}`);
  const inTables = (sql: string, ...values: string[]) => {
    const database = new DatabaseSync(join(dir, 'lorekeep.sqlite'), { enableForeignKeyConstraints: false });
    database.prepare(sql).run(...values);
    database.close();
  };

  test('a whole workspace is whole, and one that is not there has no findings', async () => {
    assert.deepEqual(await states(), ['tables ok', 'live files ok', 'model files ok']);
    assert.deepEqual(await verifyWorkspace(join(folder.dir, 'none')), []);
  });

  test('after an erasure it asks for training, and then proves that the users are gone', async () => {
    const workspace = await openWorkspace(dir);
    const { userIds } = await workspace.store.interactionLog();
    const [doomed] = userIds;
    await workspace.deleteUsers([doomed]);
    await workspace.deleteItems(['sim-item-000007']);
    assert.deepEqual(await states(), [
      'free space advice',
      'live files ok',
      'model files ok',
      'erasure advice',
      'deleted items ok',
    ]);
    await trainAndPublish(workspace);
    const good = ['tables ok', 'live files ok', 'model files ok', 'erasure ok', 'deleted items ok'];
    assert.deepEqual(await states(), good);
    // Someone has left a file with ids, and rows of an erased user are back from nowhere.
    writeFileSync(join(dir, 'notes.txt'), `look at ${doomed}, please\n`);
    assert.deepEqual(await states(), good.with(3, 'erasure missing'));
    writeFileSync(join(dir, 'notes.txt'), `look at ${userIds[1]}, please\n`);
    assert.deepEqual(await states(), good);
    await workspace.close();
    inTables('INSERT INTO users (id, place) VALUES (?, 99999)', doomed);
    inTables(`INSERT INTO events (arrival, user, item, type, timestamp)
      SELECT 0, u.row, (SELECT row FROM items LIMIT 1), 1, 5 FROM users u WHERE place = 99999`);
    assert.deepEqual(await states(), good.with(0, 'erasure missing'));
    inTables('DELETE FROM events WHERE arrival = 0');
    assert.deepEqual(await states(), good);
  });

  test('damaged files, broken references and vectors of another width are found', async () => {
    const database = new DatabaseSync(join(dir, 'lorekeep.sqlite'), { enableForeignKeyConstraints: false });
    database.exec(`DELETE FROM items WHERE row = (SELECT item FROM events LIMIT 1)`);
    database.exec(`UPDATE embeddings SET vector = x'00' WHERE row = (SELECT min(row) FROM embeddings)`);
    database.close();
    const [version] = readdirSync(join(dir, 'published')).filter((name) => name !== 'current');
    writeFileSync(join(dir, 'published', version, 'items.json'), '{}');
    const findings = await verifyWorkspace(dir);
    const wrong = findings.filter(({ state }) => state === 'missing');
    assert.ok(wrong.length >= 4, JSON.stringify(findings));
    assert.ok(wrong.some(({ found }) => /events that refer to missing items/.test(found)));
    assert.ok(wrong.some(({ found }) => /1 vectors of .* do not have the dimension/.test(found)));
    assert.ok(
      wrong.some(({ name, found }) => name === 'live files' && /items\.json is not what was written/.test(found)),
    );
    assert.ok(wrong.every(({ fix }) => fix !== undefined));
  });
});
