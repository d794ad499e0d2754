import assert from 'node:assert/strict';
import { test } from 'node:test';
import { openStore } from '@lorekeep/store';
import { encodeCatalogue, estimateCatalogue, itemText } from '../../src/index.ts';
import { ITEMS, listSensitiveEncoder } from './list-sensitive-encoder.ts';

test('an estimate counts and measures, and stores nothing', async (t) => {
  const store = await openStore(':memory:');
  t.after(() => store.close());
  await store.upsertItems([...ITEMS, { id: 'none' }, { ...ITEMS[5], id: 'again' }]);
  const encoder = listSensitiveEncoder(1);
  const { seconds, bytes, tokens, ...counts } = await estimateCatalogue({ store, encoder });
  assert.deepEqual(counts, { items: 3002, texts: 3000, missing: 3000, textlessItems: 1, sampled: 256 });
  assert.ok(seconds > 0 && bytes > 3000 * 8 * 4 && tokens > 3000);
  assert.deepEqual(await store.embeddingModels(), []);
  // The sample is drawn from the whole catalogue.
  const rows = encoder.given.map((text) => ITEMS.findIndex((item) => itemText(item) === text));
  const mean = rows.reduce((sum, row) => sum + row, 0) / rows.length;
  assert.ok(mean > 1200 && mean < 1800, `mean row ${mean}`);
  await encodeCatalogue({ store, encoder });
  const done = await estimateCatalogue({ store, encoder });
  assert.deepEqual([done.texts, done.missing, done.sampled, done.seconds, done.tokens], [3000, 0, 0, 0, 0]);
});
