/** What can be compiled, what cannot and how that is said. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { Tensor1D } from '@tensorflow/tfjs';
import {
  bucketLength,
  compileGraph,
  createGraphCache,
  createSession,
  namedArray,
  type Tensors,
  tf,
} from '../../src/index.ts';
import { assertClose, assertSameAsEager, compiled, eagerly, randomArrays } from '../compare.ts';

const x = { x: { shape: [2, 3] } };
const coded =
  (code: string, ...words: string[]) =>
  (error: Error & { code?: string }) => {
    assert.equal(error.code, code, error.message);
    for (const word of words) assert.ok(error.message.includes(word), `"${error.message}" lacks "${word}"`);
    return true;
  };
const refuses = (fn: (inputs: Tensors) => Tensors, code: string, ...words: string[]) =>
  assert.throws(() => compileGraph(fn, x), coded(code, ...words));

describe('compileGraph refuses', () => {
  it('reading a value, naming the operation and the line', () => {
    refuses(({ x }) => ({ y: tf.scalar(tf.exp(x).dataSync()[0]) }), 'GRAPH_VALUE_READ', 'Exp', 'compile.test.ts:');
    refuses(
      ({ x }) => ({ y: tf.tensor(x.arraySync() as number[][]) }),
      'GRAPH_VALUE_READ',
      'an input',
      'compile.test.ts:',
    );
  });
  it('operations without a translation, naming the line', () => {
    refuses(({ x }) => ({ y: tf.asinh(x) }), 'GRAPH_UNSUPPORTED_OP', 'Asinh', 'compile.test.ts:');
    refuses(
      ({ x }) => ({ y: tf.grad((z) => tf.sum(tf.atan(z)))(x) }),
      'GRAPH_UNSUPPORTED_OP',
      'Atan',
      'compile.test.ts:',
    );
  });
  it('random numbers, which would be frozen', () => {
    refuses(({ x }) => ({ y: tf.dropout(x, 0.5) }), 'GRAPH_RANDOM', 'compile.test.ts:');
    refuses(({ x }) => ({ y: tf.add(x, tf.randomNormal([2, 3])) }), 'GRAPH_RANDOM');
  });
  it('large constants caught by value', () => {
    const values = Float32Array.from({ length: 70_000 }, (_, i) => i);
    refuses(() => ({ y: tf.neg(tf.tensor1d(values)) }), 'GRAPH_LARGE_CONSTANT', '70000', 'compile.test.ts:');
  });
  it('promises, arrays and outputs that are no tensors', () => {
    refuses((async () => ({})) as never, 'GRAPH_ASYNC_FUNCTION');
    refuses((({ x }: Tensors) => [x]) as never, 'GRAPH_BAD_OUTPUT');
    refuses((() => ({ y: 3 })) as never, 'GRAPH_BAD_OUTPUT', 'y');
    refuses(({ x }) => ({ x: tf.neg(x) }), 'GRAPH_BAD_OUTPUT', 'name of an input');
  });
  it('and is as good as new afterwards', async () => {
    const arrays = randomArrays(x, 1);
    await assertSameAsEager(({ x }) => ({ y: tf.exp(x) }), arrays);
  });
});

describe('compiled graphs', () => {
  it('do not carry constants at size', () => {
    const { onnx } = compileGraph(
      ({ x }) => ({
        y: tf.add(tf.mul(tf.ones([500, 2, 3]), x), tf.oneHot(tf.range(0, 500, 1, 'int32') as Tensor1D, 500).sum()),
      }),
      x,
    );
    assert.ok(onnx.length < 3000, `${onnx.length} bytes`);
  });
  it('leave out what no output needs', () => {
    const lean = compileGraph(({ x }) => ({ y: tf.neg(x) }), x, { name: 'g' });
    const idle = compileGraph(
      ({ x }) => {
        tf.matMul(x, x, false, true);
        return { y: tf.neg(x) };
      },
      x,
      { name: 'g' },
    );
    assert.deepEqual(idle.onnx.length, lean.onnx.length);
  });
  it('are the same bytes each time', () => {
    const make = () => compileGraph(({ x }) => ({ y: tf.softmax(tf.add(x, [1, 2, 3])) }), x).onnx;
    assert.deepEqual(make(), make());
  });
  it('may return inputs, constants and one value under two names', async () => {
    const arrays = randomArrays(x, 2);
    const result = await compiled(
      ({ x }) => ({ a: x, b: tf.scalar(2), c: tf.neg(x), d: tf.neg(x), e: tf.zeros([3, 40]) }),
      arrays,
    );
    assert.deepEqual(result.a.data, arrays.x.data);
    assert.deepEqual([...result.b.data], [2]);
    assert.deepEqual(result.c.data, result.d.data);
    assert.deepEqual(result.e, namedArray([3, 40], new Float32Array(120)));
  });
  it('take tensors of another backend as constants and leave them usable there', async () => {
    await tf.setBackend('cpu');
    const caught = tf.tensor1d([1, 2, 3]);
    const arrays = randomArrays(x, 3);
    const fn = ({ x }: Tensors) => ({ y: tf.mul(x, caught) });
    const first = await compiled(fn, arrays);
    const again = await compiled(fn, arrays);
    const eager = await eagerly(fn, arrays);
    assert.deepEqual(first, again);
    assertClose(first.y, eager.y, 1e-7, 'y');
    assert.deepEqual([...caught.dataSync()], [1, 2, 3]);
  });
  it('take the arrays of the constants option whatever their size', async () => {
    const table = randomArrays({ table: { shape: [300, 300] } }, 4).table;
    const graph = compileGraph(
      ({ ids, table }) => ({ rows: tf.gather(table, ids as Tensor1D) }),
      { ids: { shape: [2], dtype: 'int32' } },
      { constants: { table } },
    );
    const session = await createSession(graph);
    const { rows } = await session.run({ ids: namedArray([2], Int32Array.of(299, 0)) });
    assert.deepEqual((rows.data as Float32Array).subarray(0, 300), (table.data as Float32Array).subarray(299 * 300));
    await session.close();
  });
  it('simplify without changing results', async () => {
    const arrays = randomArrays({ x: { shape: [4, 6] }, y: { shape: [6] } }, 5);
    await assertSameAsEager(
      ({ x, y }) => {
        const ones = tf.ones([4, 6]);
        const spread = tf.mul(tf.reshape(tf.sum(x, 1), [4, 1]), ones);
        return {
          chain: tf.mul(tf.div(tf.mul(tf.mul(x, 3), 0.5), 7), 1.5),
          expanded: tf.add(tf.mul(spread, y), tf.sub(0, tf.neg(spread))),
          reshaped: tf.reshape(tf.reshape(tf.transpose(tf.transpose(x)), [2, 12]), [4, 6]),
          summed: tf.sum(tf.mul(spread, 2)),
          pattern: tf.add(tf.mul(tf.erf(x), 0.5), 0.5),
          likelihood: tf.logSoftmax(tf.mul(x, 50)),
          nothing: tf.add(tf.mul(tf.sub(x, 0), 1), tf.zerosLike(x)),
          negated: tf.sub(tf.zeros([4, 6]), tf.mul(ones, tf.scalar(2))),
        };
      },
      arrays,
      1e-6,
    );
  });
});

describe('sessions refuse', () => {
  const graph = compileGraph(({ a, i }) => ({ y: tf.gather(a, i as Tensor1D) }), {
    a: { shape: [4] },
    i: { shape: [2], dtype: 'int32' },
  });
  const good = { a: namedArray([4], new Float32Array(4)), i: namedArray([2], Int32Array.of(0, 3)) };
  const cases: [
    string,
    string,
    Record<string, ReturnType<typeof namedArray>>,
    Record<string, ReturnType<typeof namedArray>>?,
  ][] = [
    ['a missing feed', 'GRAPH_MISSING_FEED', { a: good.a }],
    ['an unknown feed', 'GRAPH_UNKNOWN_FEED', { ...good, z: good.a }],
    ['a wrong shape', 'GRAPH_BAD_FEED', { ...good, a: namedArray([5], new Float32Array(5)) }],
    ['a wrong type', 'GRAPH_BAD_FEED', { ...good, i: namedArray([2], new Float32Array(2)) }],
    ['data of another length than its shape', 'GRAPH_BAD_FEED', { ...good, a: namedArray([4], new Float32Array(3)) }],
    [
      'data of another kind than its type',
      'GRAPH_BAD_FEED',
      { ...good, a: namedArray([4], new Int32Array(4), 'float32') },
    ],
    ['an unknown output to write into', 'GRAPH_UNKNOWN_FEED', good, { z: good.a }],
    ['an output of the wrong shape', 'GRAPH_BAD_FEED', good, { y: good.a }],
    ['positions outside, when it runs', 'GRAPH_RUN', { ...good, i: namedArray([2], Int32Array.of(0, 4)) }],
  ];
  for (const [what, code, feeds, into] of cases)
    it(what, async () => {
      const session = await createSession(graph, { threads: 1 });
      await assert.rejects(session.run(feeds, into), coded(code));
      await session.run(good);
      await session.close();
      await assert.rejects(session.run(good), coded('GRAPH_CLOSED'));
      await session.close();
    });
  it('what is no ONNX graph, and impossible options', async () => {
    await assert.rejects(createSession(new Uint8Array(8).fill(255)), coded('GRAPH_SESSION'));
    await assert.rejects(createSession('/nowhere.onnx'), coded('GRAPH_SESSION'));
    await assert.rejects(createSession(graph, { threads: 0 }), coded('GRAPH_BAD_OPTION'));
  });
});

describe('sessions', () => {
  it('write into arrays given, and run overlapping calls one after another', async () => {
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
  it('are cached by shape, the unused closed first', async () => {
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
    await assert.rejects(cache.run({ x: namedArray([1], new Float32Array(1)) }), coded('GRAPH_CLOSED'));
  });
  it('bucket lengths waste at most a third', () => {
    assert.deepEqual(
      [1, 2, 3, 4, 5, 7, 13, 17, 33, 60].map((length) => bucketLength(length, 50)),
      [1, 2, 3, 4, 6, 8, 16, 24, 48, 50],
    );
  });
});
