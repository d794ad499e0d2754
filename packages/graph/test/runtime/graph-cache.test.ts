/** Graphs that are compiled per set of shapes, and the lengths that keep those sets few. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { bucketLength, createGraphCache, namedArray, tf } from '../../src/index.ts';

test('a graph cache compiles once per shape and closes the least recently used session', async () => {
  let compilations = 0;
  const cache = createGraphCache(
    ({ x }) => {
      compilations++;
      return { y: tf.sum(x) };
    },
    { maxSessions: 2 },
  );
  const sum = async (length: number) =>
    (await cache.run({ x: namedArray([length], new Float32Array(length).fill(1)) })).y.data[0];
  assert.deepEqual([await sum(3), await sum(5), await sum(3), await sum(7), await sum(3)], [3, 5, 3, 7, 3]);
  assert.equal(compilations, 3);
  await sum(5);
  assert.equal(compilations, 4);
  await cache.close();
  await assert.rejects(cache.run({ x: namedArray([1], new Float32Array(1)) }), { code: 'GRAPH_CLOSED' });
});

test('bucketLength wastes at most a third', () => {
  assert.deepEqual(
    [1, 2, 3, 4, 5, 7, 13, 17, 33, 60].map((length) => bucketLength(length, 50)),
    [1, 2, 3, 4, 6, 8, 16, 24, 48, 50],
  );
});
