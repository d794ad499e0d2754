import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  COUNT,
  clustered,
  DIM,
  demand,
  hasCode,
  keys,
  QUERIES,
  queries,
  recall,
  rowsOf,
  type Subject,
  vectorOf,
  vectors,
} from './measure.ts';

export interface ChangeTestOptions {
  /** Whether `add` lets a search run before it is done. */
  searchesWhileAdding: boolean;
}

export function changeTests(subject: Subject, { searchesWhileAdding }: ChangeTestOptions): void {
  test('replaces and removes keys, and adds removed keys again', async () => {
    const index = await subject.adapter.create({ dim: DIM });
    await index.add(keys.subarray(0, 3000), vectors.subarray(0, 3000 * DIM));
    const expected = new Map([...vectorOf].slice(0, 3000));

    const replacements = clustered(7, 1000, 0.2);
    await index.add(keys.subarray(0, 1000), replacements);
    rowsOf(replacements).forEach((vector, row) => {
      expected.set(keys[row], vector);
    });
    assert.equal(index.size, 3000);
    demand(await recall(index, expected, queries, 10), 0.99, 'recall@10 after replacing');

    assert.equal(await index.remove(keys.subarray(500, 2000)), 1500);
    assert.equal(await index.remove(keys.subarray(1990, 2010)), 10, 'only keys that are still present count');
    assert.equal(await index.remove(Uint32Array.of(7, 7)), 0, 'unknown keys are ignored');
    for (const key of keys.subarray(500, 2010)) expected.delete(key);
    assert.equal(index.size, 1490);
    demand(await recall(index, expected, queries, 10), 0.99, 'recall@10 after removing');

    await index.add(keys.subarray(500, 2010), vectors.subarray(500 * DIM, 2010 * DIM));
    for (let row = 500; row < 2010; row++) expected.set(keys[row], vectorOf.get(keys[row])!);
    assert.equal(index.size, 3000);
    demand(await recall(index, expected, queries, 10), 0.99, 'recall@10 after adding again');
    await index.close();
  });

  test('reads vectors as they were added, and undefined for an unknown key', async () => {
    const [first, second] = [17, 4000].map((row) => vectors.slice(row * DIM, (row + 1) * DIM));
    const found = await subject.full.getMany(Uint32Array.of(keys[4000], 3, keys[17], keys[4000]));
    assert.deepEqual(found, [second, undefined, first, second]);
    assert.deepEqual(await subject.full.getMany([]), []);
    found[0]?.fill(0);
    assert.deepEqual(await subject.full.getMany([keys[4000]]), [second], 'vectors are copies');
    if (subject.full.capabilities.local) {
      assert.deepEqual(subject.full.get(keys[17]), first);
      assert.equal(subject.full.get(3), undefined);
    } else assert.throws(() => subject.full.get(keys[17]), hasCode('INDEX_NOT_LOCAL', 'usage'));
  });

  test('keeps the last row of a key that a batch contains twice', async () => {
    const index = await subject.adapter.create({ dim: 2 });
    await index.add(Uint32Array.of(5, 6, 5), Float32Array.of(1, 0, 0, 1, 3, 0));
    assert.equal(index.size, 2);
    const found = await index.search(Float32Array.of(1, 0), 5);
    assert.deepEqual([...found.keys], [5, 6]);
    assert.deepEqual([...found.scores], [3, 0]);
    await index.close();
  });

  test('answers searches while vectors are added', async () => {
    const index = await subject.adapter.create({ dim: DIM });
    await index.add(keys.subarray(0, 100), vectors.subarray(0, 100 * DIM));
    let searches = 0;
    const adding = index.add(keys, vectors).then(() => true);
    while (!(await Promise.race([adding, new Promise<false>((resolve) => setImmediate(resolve, false))]))) {
      const { keys: found } = await index.search(queries[searches++ % QUERIES], 10);
      assert.equal(found.length, 10);
    }
    if (searchesWhileAdding) assert.ok(searches > 0);
    assert.equal(index.size, COUNT);
    await index.close();
  });
}
