import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  COUNT,
  clustered,
  DIM,
  demand,
  keys,
  naiveSearch,
  QUERIES,
  queries,
  recall,
  rowsOf,
  type Subject,
  vectorOf,
} from './measure.ts';

export function searchTests(subject: Subject): void {
  test('finds the nearest of clustered vectors, beyond the capacity it was created with', async () => {
    assert.equal(subject.full.kind, subject.kind);
    assert.equal(subject.full.dim, DIM);
    assert.equal(subject.full.size, COUNT);
    for (const k of [1, 10, 100]) {
      const found = await recall(subject.full, vectorOf, queries, k);
      demand(found, 0.99, `recall@${k}`);
    }
  });

  test('orders by inner product, not by cosine, if norms differ', async () => {
    const uneven = clustered(2, COUNT, 0.5);
    const index = await subject.adapter.create({ dim: DIM });
    await index.add(keys, uneven);
    const unevenSet = new Map(rowsOf(uneven).map((vector, row) => [keys[row], vector]));
    const found = await recall(index, unevenSet, rowsOf(clustered(2, QUERIES, 0.3)), 10);
    demand(found, 0.99);
    // A graph over inner products leads to the long vectors, and a filter may ask for short ones.
    const lengths = new Map([...unevenSet].map(([key, vector]) => [key, Math.hypot(...vector)]));
    const middle = [...lengths.values()].sort((a, b) => a - b)[COUNT / 2];
    const filters: [string, (key: number) => boolean][] = [
      ...[2, 10, 100].map((n): [string, (key: number) => boolean] => [
        `one in ${n}`,
        (key) => (key - keys[0]) % (3 * n) === 0,
      ]),
      ['the shorter half', (key) => (lengths.get(key) as number) < middle],
    ];
    for (const [name, filter] of filters) {
      const passing = await recall(index, unevenSet, rowsOf(clustered(2, QUERIES, 0.3)), 10, { filter });
      demand(passing, 0.99, `recall@10 of uneven vectors of which ${name} passes`);
    }
    await index.close();

    const two = await subject.adapter.create({ dim: 2 });
    await two.add(Uint32Array.of(1, 2), Float32Array.of(1, 0, 5, 5));
    assert.deepEqual([...(await two.search(Float32Array.of(1, 0), 2)).keys], [2, 1]);
    assert.deepEqual([...(await two.search(Float32Array.of(1, 0), 2)).scores], [5, 1]);
    await two.close();
  });

  for (const percent of [100, 50, 20, 5, 1, 0.1, 0]) {
    test(`returns the k best that pass a filter for ${percent} % of the keys`, async () => {
      const modulus = percent === 0 ? Number.POSITIVE_INFINITY : Math.round(100 / percent);
      const filter = (key: number) => percent !== 0 && ((key - keys[0]) / 3) % modulus === 0;
      const found = await recall(subject.full, vectorOf, queries, 10, { filter });
      demand(found, 0.99);
    });
  }

  test('returns exactly the k best among given keys, less those that do not pass', async () => {
    const among = keys.filter((_, row) => row % 7 === 0);
    for (const query of queries.slice(0, 10)) {
      const expected = naiveSearch(vectorOf, query, COUNT).filter(({ key }) => among.includes(key));
      const found = await subject.full.search(query, 10, { among: Uint32Array.of(7, ...among) });
      assert.deepEqual(
        [...found.keys],
        expected.slice(0, 10).map(({ key }) => key),
      );
      const left = expected.filter(({ key }, at) => at > 0 && key % 2 === 0);
      const exclude = new Set([expected[0].key]);
      const passing = await subject.full.search(query, 10, { among, exclude, filter: (key) => key % 2 === 0 });
      assert.deepEqual(
        [...passing.keys],
        left.slice(0, 10).map(({ key }) => key),
      );
    }
    assert.equal((await subject.full.search(queries[0], 10, { among: new Uint32Array(0) })).keys.length, 0);
  });

  test('returns the best that pass a filter for distant vectors only', async () => {
    for (const query of queries.slice(0, 10)) {
      const near = new Set(naiveSearch(vectorOf, query, 1000).map(({ key }) => key));
      const found = await recall(subject.full, vectorOf, [query], 10, { filter: (key) => !near.has(key) });
      demand(found, 0.9, 'recall@10 of one query without its 1,000 nearest');
    }
  });

  test('scores single vectors, if it can', async () => {
    const wanted = [keys[5], 7, keys[0]];
    const found = await subject.full.scores?.(queries[0], wanted);
    if (found === undefined) return;
    const expected = wanted.map((key) => {
      const vector = vectorOf.get(key);
      return vector === undefined ? 0 : queries[0].reduce((sum, value, at) => sum + value * vector[at], 0);
    });
    assert.equal(found.length, wanted.length);
    expected.forEach((score, at) => {
      assert.ok(Math.abs(found[at] - score) < 1e-4);
    });
  });

  test('returns nothing if it is empty', async () => {
    const index = await subject.adapter.create({ dim: DIM });
    assert.equal(index.size, 0);
    assert.deepEqual(await index.search(queries[0], 10), { keys: new Uint32Array(0), scores: new Float32Array(0) });
    assert.deepEqual((await index.search(queries[0], 10, { filter: () => true })).keys, new Uint32Array(0));
    await index.add(new Uint32Array(0), new Float32Array(0));
    assert.equal(index.size, 0);
    await index.close();
  });

  test('returns the k best keys that are not excluded', async () => {
    for (const count of [1, 100, COUNT - 5, COUNT])
      for (const query of queries.slice(0, 10)) {
        const exclude = new Set(naiveSearch(vectorOf, query, count).map(({ key }) => key));
        const found = await recall(subject.full, vectorOf, [query], 10, { exclude });
        demand(found, 0.9, `recall@10 of one query with ${count} excluded keys`);
      }
    const exclude = new Set(keys.subarray(0, 1000));
    const filter = (key: number) => key % 2 === 0;
    const found = await recall(subject.full, vectorOf, queries, 10, { exclude, filter });
    demand(found, 0.99, 'recall@10 with excluded keys and a filter');
  });
}
