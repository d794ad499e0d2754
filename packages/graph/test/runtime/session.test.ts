/** Sessions: which feeds and graphs they reject, and how they run. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { Tensor1D } from '@tensorflow/tfjs';
import { type Arrays, compileGraph, createSession, namedArray, tf } from '../../src/index.ts';

describe('sessions reject', () => {
  const graph = compileGraph(({ a, i }) => ({ y: tf.gather(a, i as Tensor1D) }), {
    a: { shape: [4] },
    i: { shape: [2], dtype: 'int32' },
  });
  const good = { a: namedArray([4], new Float32Array(4)), i: namedArray([2], Int32Array.of(0, 3)) };
  const cases: [what: string, code: string, feeds: Arrays, into?: Arrays][] = [
    ['a missing feed', 'GRAPH_MISSING_FEED', { a: good.a }],
    ['an unknown feed', 'GRAPH_UNKNOWN_FEED', { ...good, z: good.a }],
    ['a wrong shape', 'GRAPH_BAD_FEED', { ...good, a: namedArray([5], new Float32Array(5)) }],
    ['a wrong type', 'GRAPH_BAD_FEED', { ...good, i: namedArray([2], new Float32Array(2)) }],
    [
      'data whose length does not fit its shape',
      'GRAPH_BAD_FEED',
      { ...good, a: namedArray([4], new Float32Array(3)) },
    ],
    [
      'data of another class than its type',
      'GRAPH_BAD_FEED',
      { ...good, a: namedArray([4], new Int32Array(4), 'float32') },
    ],
    ['an array for an unknown output', 'GRAPH_UNKNOWN_FEED', good, { z: good.a }],
    ['an array of the wrong shape for an output', 'GRAPH_BAD_FEED', good, { y: good.a }],
    [
      'positions outside of an array, when the graph runs',
      'GRAPH_RUN',
      { ...good, i: namedArray([2], Int32Array.of(0, 4)) },
    ],
  ];
  for (const [what, code, feeds, into] of cases)
    it(what, async () => {
      const session = await createSession(graph, { threads: 1 });
      await assert.rejects(session.run(feeds, into), { code });
      await session.run(good);
      await session.close();
      await assert.rejects(session.run(good), { code: 'GRAPH_CLOSED' });
      await session.close();
    });
  it('bytes that are not an ONNX graph, missing files, and invalid options', async () => {
    await assert.rejects(createSession(new Uint8Array(8).fill(255)), { code: 'GRAPH_SESSION' });
    await assert.rejects(createSession('/nowhere.onnx'), { code: 'GRAPH_SESSION' });
    await assert.rejects(createSession(graph, { threads: 0 }), { code: 'GRAPH_BAD_OPTION' });
  });
});

describe('sessions', () => {
  it('write into the given arrays, and run overlapping calls one after another', async () => {
    const session = await createSession(
      compileGraph(({ x }) => ({ y: tf.mul(x, 2), z: tf.neg(x) }), { x: { shape: [3] } }),
    );
    const into = { y: namedArray([3], new Float32Array(3)) };
    const first = await session.run({ x: namedArray([3], Float32Array.of(1, 2, 3)) }, into);
    assert.equal(first.y.data, into.y.data);
    assert.deepEqual([...into.y.data], [2, 4, 6]);
    assert.deepEqual([...first.z.data], [-1, -2, -3]);
    const all = await Promise.all([4, 5, 6].map((n) => session.run({ x: namedArray([3], Float32Array.of(n, n, n)) })));
    assert.deepEqual(
      all.map(({ y }) => y.data[0]),
      [8, 10, 12],
    );
    await session.close();
  });
});
