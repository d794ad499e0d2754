import assert from 'node:assert/strict';
import type { LorekeepError } from '@lorekeep/core';
import type { KnowledgeEntries } from '../contract/data.ts';
import {
  allPairs,
  assertClose,
  type Check,
  entriesOf,
  expected,
  hasCode,
  SCHEMA,
  SPACE,
  smallShop,
} from './support.ts';

export function publicationChecks(check: Check): void {
  check('a version is seen by every open store, with its record', async (place) => {
    const [writer, reader] = [await place.open(), await place.open()];
    assert.deepEqual(await reader.versions(SPACE), []);
    const record = await writer.publish(SPACE, { schema: SCHEMA, entries: smallShop(1), precision: 'int8' });
    assert.deepEqual(record.entries, { user: 5, item: 7, userCategory: 10 });
    assert.equal(record.precision, 'int8');
    assert.deepEqual(record.schema, SCHEMA);
    assert.ok(Math.abs(record.publishedAt - Date.now() / 1000) < 600);
    assert.deepEqual(await reader.versions(SPACE), [record]);
    assert.equal((await reader.read(SPACE, record.version, allPairs())).version, record.version);
  });

  check('entries come in any number of batches; of two entries of an entity the last counts', async (place) => {
    const store = await place.open();
    const entries = [...smallShop(1), ...smallShop(7, 2, 2), entriesOf('user', ['u1', 'u1'], 9)];
    async function* batches(): AsyncGenerator<KnowledgeEntries> {
      for (const batch of entries) yield batch;
    }
    await store.publish(SPACE, { version: 'v1', schema: SCHEMA, entries: batches(), precision: 'fp32' });
    const answer = await store.read(SPACE, 'v1', allPairs());
    assertClose(answer.values, expected(entries, allPairs()).values, 1e-6);
  });

  check('a version may be empty', async (place) => {
    const store = await place.open();
    const entries = [{ kind: 'user' as const, ids: [], values: new Float32Array(0) }];
    await store.publish(SPACE, { version: 'v1', schema: SCHEMA, entries });
    const answer = await store.read(SPACE, 'v1', allPairs());
    assert.ok(answer.present.every((flag) => flag === 0));
    assert.ok(answer.values.every((value) => value === 0));
  });

  check('of six versions the five newest are kept', async (place) => {
    const store = await place.open();
    const shops = Array.from({ length: 6 }, (_, at) => smallShop(10 * at));
    for (const [at, entries] of shops.entries())
      await store.publish(SPACE, { version: `v${at}`, schema: SCHEMA, entries, precision: 'fp32' });
    const names = (await store.versions(SPACE)).map(({ version }) => version);
    assert.deepEqual(names, ['v1', 'v2', 'v3', 'v4', 'v5']);
    await assert.rejects(store.read(SPACE, 'v0', allPairs()), (error: unknown) => {
      hasCode('KNOWLEDGE_VERSION_UNKNOWN')(error);
      assert.deepEqual((error as LorekeepError).details.versions, names);
      return true;
    });
    for (let at = 1; at < 6; at++) {
      const answer = await store.read(SPACE, `v${at}`, allPairs());
      assertClose(answer.values, expected(shops[at], allPairs()).values, 1e-6);
    }
  });

  check('the number of versions that are kept is an option', async (place) => {
    const store = await place.open({ keep: 2 });
    for (const version of ['a', 'c', 'b'])
      await store.publish(SPACE, { version, schema: SCHEMA, entries: smallShop(1) });
    assert.deepEqual(
      (await store.versions(SPACE)).map(({ version }) => version),
      ['c', 'b'],
    );
  });

  check('a removed version is refused by a store that has read it before', async (place) => {
    const [reader, writer] = [await place.open({ refreshSeconds: 0.01 }), await place.open({ keep: 1 })];
    await writer.publish(SPACE, { version: 'v1', schema: SCHEMA, entries: smallShop(1) });
    await reader.read(SPACE, 'v1', allPairs());
    await writer.publish(SPACE, { version: 'v2', schema: SCHEMA, entries: smallShop(2) });
    const deadline = Date.now() + 20_000;
    for (;;) {
      const problem = await reader.read(SPACE, 'v1', allPairs()).then(
        () => undefined,
        (error: unknown) => error,
      );
      if (problem !== undefined) return void hasCode('KNOWLEDGE_VERSION_UNKNOWN')(problem);
      assert.ok(Date.now() < deadline, 'the removed version is still served');
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  });

  check('entries that break off publish nothing, and the name stays free', async (place) => {
    const store = await place.open();
    const entries = smallShop(1);
    function* broken(): Generator<KnowledgeEntries> {
      yield* smallShop(5);
      throw new Error('the source broke off');
    }
    await store.publish(SPACE, { version: 'v1', schema: SCHEMA, entries, precision: 'fp32' });
    await assert.rejects(store.publish(SPACE, { version: 'v2', schema: SCHEMA, entries: broken() }), /broke off/);
    assert.deepEqual(
      (await store.versions(SPACE)).map(({ version }) => version),
      ['v1'],
    );
    const { values } = await store.read(SPACE, 'v1', allPairs());
    assertClose(values, expected(entries, allPairs()).values, 1e-6);
    const again = [entriesOf('user', ['u9'], 3)];
    await store.publish(SPACE, { version: 'v2', schema: SCHEMA, entries: again, precision: 'fp32' });
    const answer = await store.read(SPACE, 'v2', allPairs());
    assert.ok(
      answer.present.every((flag) => flag === 0),
      'entries of the broken publication came back',
    );
  });

  check('spaces do not mix', async (place) => {
    const store = await place.open();
    const schema = { user: [{ name: 'one', dim: 1 }], item: [], interactions: [], userCategory: [] };
    await store.publish(SPACE, { version: 'v1', schema: SCHEMA, entries: smallShop(1) });
    const entries = [{ kind: 'user' as const, ids: ['u0'], values: Float32Array.of(2) }];
    await store.publish('towers', { version: 'v1', schema, entries });
    const answer = await store.read('towers', 'v1', {
      users: ['u0', 'u1'],
      items: ['i0', 'i0'],
      categories: ['c0', ''],
    });
    assert.deepEqual(
      [Array.from(answer.values), Array.from(answer.present)],
      [
        [2, 0],
        [1, 0, 0, 0, 0, 0],
      ],
    );
  });
}
