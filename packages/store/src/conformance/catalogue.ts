/** The catalogue: exact values, order, replacement as a whole. */
import assert from 'node:assert/strict';
import type { Item } from '../contract/catalogue.ts';
import { type Check, collect } from './support.ts';

export function catalogueChecks(check: Check): void {
  check('items come back exactly, in the order asked; unknown ids are undefined', async ({ store }) => {
    const full: Item = {
      id: 'ключ-🗝️ "quoted"',
      title: "l'été\u0000\n",
      brand: '',
      categories: ['дом', '家', ''],
      description: 'x'.repeat(100_000),
      price: 0.1 + 0.2,
      fields: { color: 'red', year: 1999, sold: false, sizes: ['S', 'M'], none: [] },
    };
    const bare: Item = { id: '𝒜'.repeat(256) };
    await store.upsertItems([full, bare, { id: 'c', categories: [] }]);
    assert.deepEqual(await store.getItems([bare.id, 'unknown', full.id, full.id]), [bare, undefined, full, full]);
    assert.deepEqual(await collect(store.items({ batchSize: 2 })), [full, bare, { id: 'c', categories: [] }]);
  });

  check('an upsert replaces an item as a whole and keeps its row', async ({ store }) => {
    await store.upsertItems([{ id: 'a', title: 'A', price: 1 }, { id: 'b' }]);
    await store.upsertItems([{ id: 'c' }, { id: 'a', brand: 'old' }, { id: 'a', brand: 'new' }]);
    assert.deepEqual(await collect(store.items()), [{ id: 'a', brand: 'new' }, { id: 'b' }, { id: 'c' }]);
    assert.deepEqual((await store.interactionLog()).itemIds, ['a', 'b', 'c']);
  });
}
