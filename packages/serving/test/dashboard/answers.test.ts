/** What the dashboard's routes answer, against counts that are made here from the store itself. */
import assert from 'node:assert/strict';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import {
  dataSchema,
  exposureSchema,
  itemViewSchema,
  knowledgeSchema,
  landingSchema,
  mapSchema,
  modelSchema,
  systemSchema,
  userViewSchema,
} from '@lorekeep/dashboard';
import { readCurrent, readManifest } from '@lorekeep/recommender';
import type { Event, Item } from '@lorekeep/store';
import { createServer } from '../../src/index.ts';
import { type Client, clientOf, QUIET, refused } from '../http/client.ts';
import { complete, type ServedShop, serveShop } from './served-shop.ts';

describe('answers of the dashboard', () => {
  let shop: ServedShop;
  let client: Client;
  const items: Item[] = [];
  const events: Event[] = [];

  before(async () => {
    shop = await serveShop();
    client = clientOf(shop.address);
    for await (const batch of shop.workspace.store.items()) items.push(...batch);
    for await (const batch of shop.workspace.store.events()) events.push(...batch);
  });
  after(() => shop?.close());

  const ok = async (path: string) => {
    const { status, body } = await client.get(path);
    assert.equal(status, 200, JSON.stringify(body));
    return body;
  };
  const counted = () =>
    complete(
      () => ok('/v1/admin/data'),
      (answer) => answer.items.state === 'counted' && answer.events.state === 'counted',
    );

  test('data: events by day and type, roles, the last event, items without text', async () => {
    const data = dataSchema.parse(await counted());
    assert.deepEqual(data.counts, await shop.workspace.store.counts());
    assert.ok(data.events.state === 'counted' && data.items.state === 'counted');
    const summary = await shop.workspace.events();
    assert.deepEqual(
      data.events.types,
      summary.types.map(({ type, role, events: own, rated }) => ({ type, role, events: own, rated })),
    );
    assert.equal(data.events.last, Math.max(...events.map(({ timestamp }) => timestamp)));
    assert.equal(data.items.total, items.length);
    assert.equal(data.items.withoutText, 0);
    const { from, byType, leftOut } = data.events.days;
    const first = Date.parse(`${from}T00:00:00Z`) / 86_400_000;
    for (const { type, counts } of byType) {
      const own = events.filter((event) => event.type === type);
      counts.forEach((count, at) => {
        const onDay = own.filter(({ timestamp }) => Math.floor(timestamp / 86_400) === first + at);
        assert.equal(count, onDay.length, `${type}, day ${at}`);
      });
    }
    const inLines = byType.reduce((sum, { counts }) => sum + counts.reduce((a, b) => a + b, 0), 0);
    assert.equal(inLines + leftOut, events.length);
    assert.ok(data.examples.users.length > 0);
  });

  test('model: what the manifests say, and an interval for shares of users', async () => {
    const answer = modelSchema.parse(await ok('/v1/admin/model'));
    const { manifest } = await readCurrent(shop.workspace.dir);
    const trained = await readManifest(join(shop.workspace.dir, 'models', manifest.model as string));
    assert.equal(answer.publication?.version, manifest.version);
    assert.equal(answer.model?.version, trained.version);
    assert.equal(answer.model?.test.ndcgAt10.value, trained.metrics.test['ndcg@10']);
    assert.equal(answer.model?.test.ndcgAt10.interval, null);
    const { value, interval } = answer.model!.test.recallAt10;
    assert.ok(interval !== null && interval[0] < value && value < interval[1]);
    assert.deepEqual(
      answer.versions.map(({ version, state }) => [version, state]),
      [[trained.version, 'served']],
    );
    assert.deepEqual(answer.model?.seconds, trained.seconds);
  });

  test('system and exposure: counted since the start, without what the page asks for', async () => {
    const before = exposureSchema.parse(await ok('/v1/admin/exposure'));
    const known = events[0].user;
    const lists = [];
    for (const request of [
      { user: known, k: 7 },
      { user: 'nobody', k: 5 },
      { user: known, k: 7 },
    ])
      lists.push((await client.post('/v1/recommend', request)).body);
    refused(await client.post('/v1/recommend', { k: 5 }), 400, 'REQUEST_INVALID');
    const system = systemSchema.parse(await ok('/v1/admin/system'));
    const route = system.routes.find(({ route: own }) => own === '/v1/recommend');
    assert.deepEqual([route?.method, route?.requests, route?.refused, route?.failed], ['POST', 4, 1, 0]);
    assert.ok(route!.p50 > 0 && route!.p99 >= route!.p50);
    assert.deepEqual(
      system.routes.filter(({ route: own }) => own.startsWith('/v1/admin')),
      [],
    );
    assert.equal(
      system.history.requests.reduce((sum, count) => sum + count, 0),
      4,
    );
    assert.equal(system.index?.recallAt10, (await readCurrent(shop.workspace.dir)).manifest.index.recallAt10);

    const after = exposureSchema.parse(await ok('/v1/admin/exposure'));
    const shownIds = lists.flatMap((list) => list.items.map(({ id }: { id: string }) => id));
    assert.equal(after.lists - before.lists, 3);
    assert.equal(after.places, shownIds.length);
    assert.equal(after.distinctItems, new Set(shownIds).size);
    const counts = [...Map.groupBy(shownIds, (id) => id).values()].map(({ length }) => length).sort((a, b) => b - a);
    assert.equal(after.topItems, 3);
    assert.equal(after.topShare, (counts[0] + counts[1] + counts[2]) / shownIds.length);
    assert.deepEqual(
      after.most.slice(0, 3).map(({ places }) => places),
      counts.slice(0, 3),
    );
    const popular = after.sources.find(({ source }) => source === 'popularity');
    assert.deepEqual([popular?.lists, popular?.isFallback], [1, true]);
  });

  test('looking around in the explorer is not exposure', async () => {
    const { lists } = await ok('/v1/admin/exposure');
    await ok(`/v1/admin/users/${events[0].user}`);
    await ok(`/v1/admin/items/${items[0].id}`);
    assert.equal((await ok('/v1/admin/exposure')).lists, lists);
  });

  test('a user: the history and the answer that the service gives', async () => {
    const { user } = events[0];
    await counted();
    const view = userViewSchema.parse(await ok(`/v1/admin/users/${user}?k=5`));
    const [history] = await shop.workspace.store.histories([user], 30);
    assert.deepEqual(
      view.history.map(({ id }) => id),
      history.toReversed(),
    );
    const { body } = await client.post('/v1/recommend', { user, k: 5 });
    assert.deepEqual(
      view.answer.items.map(({ id, score }) => ({ id, score })),
      body.items.map(({ id, score }: any) => ({ id, score })),
    );
    assert.ok(view.answer.items.every(({ closest }) => closest !== null && history.includes(closest.id)));
    const explained = await client.post('/v1/recommend', { user, k: 5, explain: true });
    view.answer.items.forEach(({ why }, at) => {
      const { parts, history: from, content } = explained.body.items[at].explain;
      assert.deepEqual(why?.parts, parts);
      assert.deepEqual(
        why?.history.map(({ id, weight }) => ({ item: id, weight })),
        from.slice(0, 3),
      );
      assert.deepEqual(
        why?.content.map(({ id, similarity }) => ({ item: id, similarity })),
        content.slice(0, 3),
      );
      assert.ok(why?.history.every(({ share, title }) => share > 0 && share <= 1 && title !== null));
    });
    refused(await client.get('/v1/admin/users/nobody'), 404, 'USER_NOT_FOUND');
  });

  test('an item: nearest by text as an exact computation finds them, at full precision', async () => {
    await counted();
    const { id } = items[17];
    const view = itemViewSchema.parse(await ok(`/v1/admin/items/${id}?k=5`));
    assert.ok(view.byContent.state === 'ready');
    const vectors = await Promise.all(items.map(async (item) => (await shop.engine.readText(item)).vector));
    const mean = vectors[0].map((_, k) => vectors.reduce((sum, vector) => sum + vector[k], 0) / vectors.length);
    const centred = vectors.map((vector) => vector.map((value, k) => value - mean[k]));
    const product = (a: Float32Array, b: Float32Array) => a.reduce((sum, value, k) => sum + value * b[k], 0);
    const cosines = new Map(
      items.map((item, at) => [
        item.id,
        product(centred[17], centred[at]) / Math.hypot(...centred[17]) / Math.hypot(...centred[at]),
      ]),
    );
    cosines.delete(id);
    const best = [...cosines.values()].sort((a, b) => b - a);
    view.byContent.items.forEach(({ id: found, similarity }, rank) => {
      assert.ok(Math.abs(similarity - (cosines.get(found) as number)) < 0.01);
      assert.ok(Math.abs(similarity - best[rank]) < 0.01);
    });
    const { body } = await client.get(`/v1/items/${id}/similar?k=5`);
    assert.deepEqual(
      view.byBehaviour.items.map((item) => item.id),
      body.items.map((item: { id: string }) => item.id),
    );
  });

  test('a new item lands beside the item with its text, and nothing is written', async () => {
    await counted();
    const { store } = shop.workspace;
    const { id, ...copy } = items[42];
    const [counts, embeddings] = [await store.counts(), await store.embeddingModels()];
    const landed = await client.post('/v1/admin/landing', {
      item: { ...copy, description: `${copy.description ?? ''} brand-new` },
    });
    assert.equal(landed.status, 200, JSON.stringify(landed.body));
    const landing = landingSchema.parse(landed.body);
    assert.ok(landing.nearest.state === 'ready' && landing.users.state === 'ready');
    assert.equal(landing.nearest.items[0].id, id);
    assert.ok(landing.nearest.items[0].similarity > 0.95);
    const similarities = landing.users.users.map(({ similarity }) => similarity);
    assert.deepEqual(
      similarities,
      similarities.toSorted((a, b) => b - a),
    );
    assert.equal(landing.users.users.length, 10);
    assert.ok(landing.place !== null);
    assert.deepEqual([await store.counts(), await store.embeddingModels()], [counts, embeddings]);
    refused(await client.post('/v1/admin/landing', { item: { titel: 'x' } }), 400, 'REQUEST_INVALID');
  });

  test('the map has every item once, and its axes are those of the largest variance', async () => {
    await counted();
    const map = mapSchema.parse(await ok('/v1/admin/map'));
    assert.ok(map.state === 'ready');
    assert.deepEqual(map.ids.toSorted(), items.map(({ id }) => id).sort());
    assert.equal(map.catalogue, items.length);
    assert.ok(map.category.every((category) => category < map.categories.length));
    const variance = (values: number[]) => values.reduce((sum, value) => sum + value * value, 0);
    assert.ok(variance(map.x) >= variance(map.y));
    assert.ok(map.explained > 0 && map.explained < 1);
    assert.deepEqual(mapSchema.parse(await ok('/v1/admin/map')), map);
  });

  test('knowledge: none is published', async () => {
    const answer = knowledgeSchema.parse(await ok('/v1/admin/knowledge'));
    assert.deepEqual([answer.spaces, answer.pretrained, answer.served, answer.problem], [[], [], null, null]);
  });

  test('an erased user is not shown any more', async () => {
    const { examples } = await counted();
    const [user] = examples.users;
    await shop.workspace.store.deleteUsers([user]);
    assert.deepEqual((await ok('/v1/admin/data')).examples.users, []);
    assert.equal((await counted()).examples.users.includes(user), false);
  });

  test('a service without a workspace says so', async () => {
    const server = createServer(shop.engine, QUIET);
    try {
      const { get } = clientOf(await server.listen());
      for (const path of ['system', 'model', 'data', 'exposure', 'knowledge', 'map', 'users/x', 'items/x'])
        refused(await get(`/v1/admin/${path}`), 503, 'WORKSPACE_NOT_GIVEN');
    } finally {
      await server.close();
    }
  });
});
