import assert from 'node:assert/strict';
import { stat, truncate } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { DIM, demand, hasCode, keys, queries, recall, type Subject, vectorOf, vectors } from './measure.ts';

export function fileTests(subject: Subject): void {
  test('returns the same results after saving and opening, and can still be changed', async () => {
    const path = join(subject.directory, 'round-trip.index');
    const index = await subject.adapter.create({ dim: DIM });
    await index.add(keys.subarray(0, 2000), vectors.subarray(0, 2000 * DIM));
    await index.remove(keys.subarray(0, 100));
    await index.save(path);
    await index.save(path);
    const opened = await subject.adapter.open(path, { dim: DIM });
    assert.equal(opened.size, 1900);
    for (const query of queries) assert.deepEqual(await opened.search(query, 10), await index.search(query, 10));

    await opened.add(keys.subarray(0, 100), vectors.subarray(0, 100 * DIM));
    await opened.add(keys.subarray(2000, 2600), vectors.subarray(2000 * DIM, 2600 * DIM));
    await opened.remove(keys.subarray(1900, 1950));
    const expected = new Map([...vectorOf].slice(0, 2600));
    for (const key of keys.subarray(1900, 1950)) expected.delete(key);
    assert.equal(opened.size, 2550);
    demand(await recall(opened, expected, queries, 10), 0.99);
    await opened.close();
    await index.close();
  });

  test('can be saved and opened empty', async () => {
    const path = join(subject.directory, 'empty.index');
    const index = await subject.adapter.create({ dim: DIM });
    await index.save(path);
    const opened = await subject.adapter.open(path, { dim: DIM });
    assert.equal(opened.size, 0);
    await opened.add(keys.subarray(0, 5), vectors.subarray(0, 5 * DIM));
    assert.equal((await opened.search(queries[0], 10)).keys.length, 5);
    await opened.close();
    await index.close();
  });

  test('refuses a file that is truncated, missing or of another dimension', async () => {
    const path = join(subject.directory, 'truncated.index');
    const invalid = hasCode('INDEX_FILE_INVALID', 'failure');
    const index = await subject.adapter.create({ dim: DIM });
    await index.add(keys.subarray(0, 500), vectors.subarray(0, 500 * DIM));
    await index.save(path);
    await assert.rejects(subject.adapter.open(path, { dim: DIM + 8 }), invalid);
    const { size } = await stat(path);
    for (const part of [0.999, 0.9, 0.6, 0.3, 0.01, 0.0001, 0]) {
      await index.save(path);
      await truncate(path, Math.floor(size * part));
      await assert.rejects(subject.adapter.open(path, { dim: DIM }), invalid, `truncated to ${part}`);
    }
    await assert.rejects(subject.adapter.open(join(subject.directory, 'missing.index'), { dim: DIM }), invalid);
    await index.close();
  });
}
