import assert from 'node:assert/strict';
import { test } from 'node:test';
import { COUNT, clustered, DIM, hasCode, keys, queries, type Subject, vectors } from './measure.ts';

export function refusalTests(subject: Subject): void {
  test('refuses a k that is not a whole number of at least 1; a k above the size returns all', async () => {
    const index = await subject.adapter.create({ dim: DIM });
    await index.add(keys.subarray(0, 50), vectors.subarray(0, 50 * DIM));
    for (const k of [0, -1, 1.5, Number.NaN]) {
      await assert.rejects(index.search(queries[0], k), hasCode('INDEX_BAD_K', 'usage'));
    }
    assert.equal((await index.search(queries[0], 51)).keys.length, 50);
    assert.equal((await index.search(queries[0], 100_000)).keys.length, 50);
    assert.equal((await subject.full.search(queries[0], COUNT + 1)).keys.length, COUNT);
    assert.equal((await index.search(queries[0], 60, { filter: (key) => key < keys[20] })).keys.length, 20);
    await index.close();
  });

  test('refuses a query that is not finite or of another dimension', async () => {
    for (const bad of [Number.NaN, Number.POSITIVE_INFINITY]) {
      const query = queries[0].slice();
      query[3] = bad;
      await assert.rejects(subject.full.search(query, 10), hasCode('INDEX_BAD_QUERY', 'usage'));
    }
    await assert.rejects(subject.full.search(new Float32Array(DIM + 1), 10), hasCode('INDEX_BAD_QUERY', 'usage'));
  });

  test('refuses vectors that are not finite or do not match their keys, and adds none of them', async () => {
    const bad = clustered(3, 10, 0);
    bad[5 * DIM + 1] = Number.NaN;
    await assert.rejects(
      subject.full.add(
        Uint32Array.from({ length: 10 }, (_, i) => i),
        bad,
      ),
      hasCode('INDEX_BAD_VECTORS', 'usage'),
    );
    await assert.rejects(
      subject.full.add(Uint32Array.of(1, 2), new Float32Array(DIM)),
      hasCode('INDEX_BAD_VECTORS', 'usage'),
    );
    assert.equal(subject.full.size, COUNT);
  });

  test('refuses every call after it is closed', async () => {
    const index = await subject.adapter.create({ dim: DIM });
    await index.close();
    await assert.rejects(index.search(queries[0], 10), hasCode('INDEX_CLOSED', 'usage'));
    await assert.rejects(index.add(keys.subarray(0, 1), vectors.subarray(0, DIM)), hasCode('INDEX_CLOSED', 'usage'));
    await assert.rejects(index.getMany([1]), hasCode('INDEX_CLOSED', 'usage'));
  });
}
