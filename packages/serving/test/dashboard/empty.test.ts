/** What the routes answer while a shop has little: reasons, and no invented figures. */
import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { dataSchema, exposureSchema, mapSchema, modelSchema, systemSchema } from '@lorekeep/dashboard';
import { openWorkspace, type Workspace } from '@lorekeep/workspace';
import { createServer, type Server } from '../../src/index.ts';
import { type Client, clientOf, QUIET, refused } from '../http/client.ts';
import { complete } from './served-shop.ts';

const read = (get: Client['get']) => async (name: string) => (await get(`/v1/admin/${name}`)).body;
const data = (ask: (name: string) => Promise<unknown>) =>
  complete(
    async () => dataSchema.parse(await ask('data')),
    (answer) => answer.items.state === 'counted' && answer.events.state === 'counted',
  );

describe('a workspace in which nothing is published', () => {
  let dir: string;
  let workspace: Workspace;
  let server: Server;
  let get: Client['get'];

  before(async () => {
    dir = await mkdtemp(join(tmpdir(), 'lorekeep-dashboard-'));
    workspace = await openWorkspace(join(dir, 'shop'), { create: true });
    await workspace.store.upsertItems([{ id: 'a', title: 'Spade' }, { id: 'b' }]);
    server = createServer(undefined, { ...QUIET, workspace });
    ({ get } = clientOf(await server.listen()));
  });
  after(async () => {
    await server?.close();
    await workspace?.close();
    await rm(dir, { recursive: true });
  });

  test('items are counted, and there are no events, vectors, model or index', async () => {
    const ask = read(get);
    const { items, events, counts } = await data(ask);
    assert.ok(items.state === 'counted' && events.state === 'counted');
    assert.deepEqual([counts.items, items.withoutText, items.withoutVector], [2, 1, null]);
    assert.deepEqual(items.examplesWithoutText, ['b']);
    assert.deepEqual([events.total, events.last, events.days.from, events.types], [0, null, null, []]);
    const model = modelSchema.parse(await ask('model'));
    assert.deepEqual([model.publication, model.model, model.versions], [null, null, []]);
    assert.equal(systemSchema.parse(await ask('system')).index, null);
    const exposure = exposureSchema.parse(await ask('exposure'));
    assert.deepEqual([exposure.lists, exposure.topShare, exposure.catalogue], [0, null, null]);
    assert.equal(mapSchema.parse(await ask('map')).state, 'none');
  });

  test('the explorer needs an engine', async () => {
    refused(await get('/v1/admin/items/a'), 503, 'ENGINE_MISSING');
  });
});

describe('a publication without a model', () => {
  test('the map, the texts and a publication are there; there is no model', async () => {
    const dir = await mkdtemp(join(tmpdir(), 'lorekeep-dashboard-'));
    const workspace = await openWorkspace(join(dir, 'shop'), { create: true });
    const titles = ['Garden spade', 'Garden hose', 'Steel pan', 'Cast iron pan'];
    await workspace.store.upsertItems(titles.map((title, at) => ({ id: `item-${at}`, title })));
    await workspace.encode({ model: 'lexical' });
    await workspace.publish();
    const engine = await workspace.engine();
    const server = createServer(engine, { ...QUIET, workspace });
    try {
      const { get } = clientOf(await server.listen());
      const ask = read(get);
      await data(ask);
      const model = modelSchema.parse(await ask('model'));
      assert.deepEqual([model.model, model.publication?.items], [null, 4]);
      const map = mapSchema.parse(await ask('map'));
      assert.ok(map.state === 'ready');
      assert.equal(map.ids.length, 4);
      const item = await ask('items/item-2?k=1');
      assert.deepEqual(
        [item.byContent.items[0].id, item.byBehaviour.items[0].id, item.byBehaviour.source],
        ['item-3', 'item-3', 'content'],
      );
    } finally {
      await server.close();
      await engine.close();
      await workspace.close();
      await rm(dir, { recursive: true });
    }
  });
});
