/** Imports: all or nothing, and never twice. */
import assert from 'node:assert/strict';
import type { ImportTransaction } from '../contract/imports.ts';
import { at, type Check, code, record } from './support.ts';

export function importsChecks(check: Check): void {
  check('an import becomes visible at its end and is recorded', async ({ store }) => {
    await store.upsertItems([{ id: 'old' }]);
    await store.importAll(record('f1'), async (transaction) => {
      await transaction.putItems([{ id: 'new' }]);
      await new Promise((resolve) => setTimeout(resolve, 20));
      await transaction.putEvents([at('u', 'new', 1), at('u', 'old', 2)]);
      assert.deepEqual(await store.counts(), { items: 1, users: 0, events: 0 });
      assert.deepEqual(await store.getItems(['new']), [undefined]);
    });
    assert.deepEqual(await store.histories(['u'], 9), [['new', 'old']]);
    assert.deepEqual(await store.imports(), [record('f1')]);
    await assert.rejects(
      store.importAll(record('f1'), async (transaction) => transaction.putItems([{ id: 'twice' }])),
      code('IMPORT_REPEATED'),
    );
    assert.deepEqual(await store.counts(), { items: 2, users: 1, events: 2 });
  });

  check('only one import can add a content', async ({ store }) => {
    const put = (name: string, contents: string[]) =>
      store.importAll(record(name, contents), async (transaction) => transaction.putItems([{ id: name }]));
    await put('f1', ['z', 'b']);
    await assert.rejects(put('f2', ['c', 'b']), code('IMPORT_REPEATED'));
    await assert.rejects(put('f3', ['d', 'd']), code('IMPORT_REPEATED'));
    await put('f4', ['c']);
    assert.deepEqual(await store.imports(), [record('f1', ['z', 'b']), record('f4', ['c'])]);
    assert.deepEqual(await store.getItems(['f1', 'f2', 'f3', 'f4']), [
      { id: 'f1' },
      undefined,
      undefined,
      { id: 'f4' },
    ]);
  });

  check('an import that throws leaves nothing, also if fill ignores a failed put', async ({ store }) => {
    const failure = new Error('enough');
    await assert.rejects(
      store.importAll(record('f1'), async (transaction) => {
        await transaction.putItems([{ id: 'a' }]);
        await null;
        await transaction.putEvents([at('u', 'a', 1)]);
        throw failure;
      }),
      (error) => error === failure,
    );
    await assert.rejects(
      store.importAll(record('f1'), async (transaction) => {
        await transaction.putItems([{ id: 'a' }]);
        try {
          await transaction.putEvents([at('u', 'a', 1), at('u', 'missing', 1)]);
        } catch {}
      }),
      code('EVENT_UNKNOWN_ITEM'),
    );
    let late: (() => Promise<void>) | undefined;
    await store.importAll(record('f2'), async (transaction) => {
      late = () => transaction.putItems([{ id: 'late' }]);
    });
    await assert.rejects(late!, code('IMPORT_OVER'));
    assert.deepEqual(await store.counts(), { items: 0, users: 0, events: 0 });
    assert.deepEqual(await store.imports(), [record('f2')]);
  });

  check('puts that fill does not await are kept, or are gone if fill throws', async ({ store }) => {
    const batch = Array.from({ length: 5000 }, (_, i) => at('u', 'a', i));
    const fill = async (transaction: ImportTransaction) => {
      transaction.putItems([{ id: 'a' }]);
      transaction.putEvents(batch);
      transaction.putEvents(batch);
    };
    const failure = new Error('enough');
    await assert.rejects(
      store.importAll(record('f1'), async (transaction) => {
        await fill(transaction);
        throw failure;
      }),
      (error) => error === failure,
    );
    assert.deepEqual(await store.counts(), { items: 0, users: 0, events: 0 });
    await store.importAll(record('f1'), fill);
    assert.deepEqual(await store.counts(), { items: 1, users: 1, events: 10_000 });
    await assert.rejects(
      store.importAll(record('f2'), async (transaction) => {
        transaction.putEvents([at('u', 'missing', 1)]);
      }),
      code('EVENT_UNKNOWN_ITEM'),
    );
  });

  check('a hundred thousand events go in and come out', async ({ store }) => {
    const count = 100_000;
    await store.importAll(record('big'), async (transaction) => {
      await transaction.putItems(Array.from({ length: 1000 }, (_, i) => ({ id: `item ${i}` })));
      for (let from = 0; from < count; from += 10_000) {
        const batch = Array.from({ length: 10_000 }, (_, i) =>
          at(`user ${(from + i) % 5003}`, `item ${((from + i) * 31) % 1000}`, from + i),
        );
        await transaction.putEvents(batch);
      }
    });
    const log = await store.interactionLog();
    assert.equal(log.items.length, count);
    assert.equal(log.userIds.length, 5003);
    let sum = 0;
    for (const row of log.items) sum += row;
    assert.equal(sum, (count / 1000) * ((999 * 1000) / 2));
  });
}
