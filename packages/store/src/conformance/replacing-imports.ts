/** Imports that replace the events of earlier ones, for a log that is dumped anew. */
import assert from 'node:assert/strict';
import type { ImportTransaction } from '../contract/imports.ts';
import { at, type Check, code, collect, record } from './support.ts';

export function replacingImportsChecks(check: Check): void {
  const withId = (id: string, event: ReturnType<typeof at>) => ({ id, ...event });
  const monday = [withId('e1', at('u', 'a', 10)), withId('e2', at('old', 'a', 11)), at('v', 'b', 12)];
  const tuesday = [
    withId('e1', { ...at('u', 'a', 10), rating: 5 }),
    at('v', 'b', 12),
    withId('e3', at('n', 'b', 13)),
    at('live', 'a', 20.7),
    withId('l2', at('live', 'b', 99)),
    withId('e1', at('n', 'a', 1)),
  ];
  const live = [at('live', 'a', 20), withId('l2', at('live', 'b', 21)), at('live', 'b', 22)];

  check('an import replaces the events of another, all or nothing, and doubles no live event', async ({ store }) => {
    await store.upsertItems([{ id: 'a' }, { id: 'b' }]);
    await store.importAll(record('mon', ['m']), (transaction) => transaction.putEvents(monday));
    await store.appendEvents(live);
    const before = [...monday, ...live];
    const failure = new Error('enough');
    const fill = async (transaction: ImportTransaction) => {
      assert.equal(await transaction.putEvents(tuesday), 4);
      assert.deepEqual(await collect(store.events()), before);
    };
    await assert.rejects(
      store.importAll(
        record('tue'),
        async (transaction) => {
          await fill(transaction);
          throw failure;
        },
        { replaces: ['mon'] },
      ),
      failure,
    );
    assert.deepEqual(await collect(store.events()), before);
    assert.deepEqual(await store.importAll(record('tue', ['m']), fill, { replaces: ['mon'] }), {
      replaced: 3,
      alreadyLive: 1,
    });
    assert.deepEqual(await collect(store.events()), [...live, ...tuesday.slice(0, 3)]);
    assert.deepEqual(
      (await store.imports()).map(({ fingerprint }) => fingerprint),
      ['tue'],
    );
    assert.deepEqual(await store.counts(), { items: 2, users: 4, events: 6 });
    assert.deepEqual(await store.histories(['old', 'u'], 9), [[], ['a']]);
    // The ids are those of the new events.
    assert.equal(await store.appendEvents([withId('e1', at('u', 'a', 1)), withId('e2', at('u', 'a', 2))]), 1);
    assert.deepEqual(
      (await store.verify()).filter(({ kind }) => kind !== 'not-purged'),
      [],
    );
    assert.equal((await store.undoImport('tue')).events, 3);
  });

  check('an import can replace itself, and what it replaces must exist', async ({ store }) => {
    await store.upsertItems([{ id: 'a' }, { id: 'b' }]);
    const put = (transaction: ImportTransaction) => transaction.putEvents(monday);
    await store.importAll(record('f', ['c']), put);
    await assert.rejects(store.importAll(record('f', ['c']), put), code('IMPORT_REPEATED'));
    assert.equal((await store.importAll(record('f', ['c']), put, { replaces: ['f'] })).replaced, 3);
    assert.deepEqual(await collect(store.events()), monday);
    await assert.rejects(store.importAll(record('g'), put, { replaces: ['none'] }), code('IMPORT_UNKNOWN'));
    assert.deepEqual(await collect(store.events()), monday);
  });

  check('deletions and live writes during a replacing import keep their meaning', async ({ store }) => {
    await store.upsertItems([{ id: 'a' }, { id: 'b' }]);
    await store.importAll(record('mon'), (transaction) => transaction.putEvents(monday));
    const outcome = await store.importAll(
      record('tue'),
      async (transaction) => {
        await transaction.putEvents([tuesday[0], withId('e2', at('old', 'a', 11))]);
        await store.deleteEvents({ ids: ['e1'] });
        assert.equal(await store.appendEvents([withId('e1', at('live', 'b', 50))]), 1);
        await store.deleteUsers(['v']);
      },
      { replaces: ['mon'] },
    );
    assert.deepEqual(outcome, { replaced: 1, alreadyLive: 1 });
    assert.deepEqual(await collect(store.events()), [
      withId('e1', at('live', 'b', 50)),
      withId('e2', at('old', 'a', 11)),
    ]);
    assert.deepEqual((await store.interactionLog()).userIds.toSorted(), ['live', 'old']);
  });
}
