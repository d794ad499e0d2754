/** Filtered search in an index, at every share of items that pass, against an exact scan. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createRandom, createTopK, dot } from '@lorekeep/core';
import { openIndexAdapter } from '@lorekeep/vector-index';
import { createRowFilters } from '../../src/filters/filtered-rows.ts';
import { createItemFields } from '../../src/filters/item-fields.ts';

const ITEMS = 40_000;
const DIM = 24;
const K = 10;
const QUERIES = 40;
/** A publication measures which breadth its index needs for a recall of .99. */
const EF = 128;

test('filters that pass 50 %, 10 %, 1 % and .1 % of the items find the k best of them', async (context) => {
  const random = createRandom(11);
  const normal = () => random.next() + random.next() + random.next() - 1.5;
  const centres = Array.from({ length: 60 }, () => Float32Array.from({ length: DIM }, normal));
  /** Of length 1, as vectors of texts are. */
  const near = (centre: Float32Array) => {
    const vector = centre.map((value) => value + 0.6 * normal());
    const length = Math.hypot(...vector);
    return vector.map((value) => value / length);
  };
  const vectors = new Float32Array(ITEMS * DIM);
  const fields = createItemFields({
    rowOf: () => undefined,
    storedItems: () => assert.fail('no filter asks for words'),
  });
  for (let row = 0; row < ITEMS; row++) {
    const topic = random.int(centres.length);
    vectors.set(near(centres[topic]), row * DIM);
    fields.put(row, { id: `i${row}`, price: random.int(1000), categories: [`topic ${topic}`] });
  }
  const index = await (await openIndexAdapter('usearch')).create({ dim: DIM, capacity: ITEMS });
  context.after(() => index.close());
  await index.add(
    Uint32Array.from({ length: ITEMS }, (_, row) => row),
    vectors,
  );
  const filters = createRowFilters(fields);
  for (const price of [500, 100, 10, 1]) {
    const rows = await filters.rowsFor({ price: { lt: price } });
    assert.ok(rows !== undefined);
    assert.equal(rows.few === undefined, price === 500, 'few items are scored one by one');
    let hits = 0;
    for (let query = 0; query < QUERIES; query++) {
      const vector = near(centres[query]);
      const exact = createTopK(K);
      for (let row = 0; row < ITEMS; row++)
        if (rows.set.has(row)) exact.offer(row, dot(vector, 0, vectors, row * DIM, DIM));
      const expected = new Set(exact.best().keys);
      const { keys } = await index.search(vector, K, { filter: rows.set.has, among: rows.few, ef: EF });
      assert.equal(keys.length, K);
      hits += keys.filter((key) => expected.has(key)).length;
    }
    assert.ok(hits / (QUERIES * K) >= 0.99, `recall ${hits / (QUERIES * K)} at ${price / 10} %`);
  }
  // A filter that none of the nearest items passes.
  const opposed = await filters.rowsFor({ not: { categories: 'topic 3' }, price: { lt: 700 } });
  const { keys } = await index.search(centres[3], K, { filter: opposed?.set.has, among: opposed?.few });
  assert.equal(keys.length, K);
});
