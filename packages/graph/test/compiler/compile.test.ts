/** What can be compiled, what cannot, and what the errors say. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { Tensor1D } from '@tensorflow/tfjs';
import { compileGraph, createSession, namedArray, type Tensors, tf } from '../../src/index.ts';
import { assertClose, assertSameAsEager, compiled, eagerly, randomArrays } from '../compare.ts';

const x = { x: { shape: [2, 3] } };

/** Asserts that compiling fails with this code, and that the message contains the words. */
const rejects = (fn: (inputs: Tensors) => Tensors, code: string, ...words: string[]) =>
  assert.throws(
    () => compileGraph(fn, x),
    (error: Error & { code?: string }) => {
      assert.equal(error.code, code, error.message);
      for (const word of words) assert.ok(error.message.includes(word), `"${error.message}" lacks "${word}"`);
      return true;
    },
  );

describe('compileGraph rejects', () => {
  it('functions that read a value, and names the operation and the line', () => {
    rejects(({ x }) => ({ y: tf.scalar(tf.exp(x).dataSync()[0]) }), 'GRAPH_VALUE_READ', 'Exp', 'compile.test.ts:');
    rejects(
      ({ x }) => ({ y: tf.tensor(x.arraySync() as number[][]) }),
      'GRAPH_VALUE_READ',
      'an input',
      'compile.test.ts:',
    );
  });
  it('operations without a translation, and names the line', () => {
    rejects(({ x }) => ({ y: tf.asinh(x) }), 'GRAPH_UNSUPPORTED_OP', 'Asinh', 'compile.test.ts:');
    rejects(
      ({ x }) => ({ y: tf.grad((z) => tf.sum(tf.atan(z)))(x) }),
      'GRAPH_UNSUPPORTED_OP',
      'Atan',
      'compile.test.ts:',
    );
  });
  it('random numbers, which would be constants of the graph', () => {
    rejects(({ x }) => ({ y: tf.dropout(x, 0.5) }), 'GRAPH_RANDOM', 'compile.test.ts:');
    rejects(({ x }) => ({ y: tf.add(x, tf.randomNormal([2, 3])) }), 'GRAPH_RANDOM');
  });
  it('large captured constants', () => {
    const values = Float32Array.from({ length: 70_000 }, (_, i) => i);
    rejects(() => ({ y: tf.neg(tf.tensor1d(values)) }), 'GRAPH_LARGE_CONSTANT', '70000', 'compile.test.ts:');
  });
  it('promises, arrays and outputs that are not tensors', () => {
    rejects((async () => ({})) as never, 'GRAPH_ASYNC_FUNCTION');
    rejects((({ x }: Tensors) => [x]) as never, 'GRAPH_BAD_OUTPUT');
    rejects((() => ({ y: 3 })) as never, 'GRAPH_BAD_OUTPUT', 'y');
    rejects(({ x }) => ({ x: tf.neg(x) }), 'GRAPH_BAD_OUTPUT', 'name of an input');
  });
  it('and compiles the next function correctly', async () => {
    const arrays = randomArrays(x, 1);
    await assertSameAsEager(({ x }) => ({ y: tf.exp(x) }), arrays);
  });
});

describe('compiled graphs', () => {
  it('do not contain large uniform constants', () => {
    const { onnx } = compileGraph(
      ({ x }) => ({
        y: tf.add(tf.mul(tf.ones([500, 2, 3]), x), tf.oneHot(tf.range(0, 500, 1, 'int32') as Tensor1D, 500).sum()),
      }),
      x,
    );
    assert.ok(onnx.length < 3000, `${onnx.length} bytes`);
  });
  it('leave out operations that no output needs', () => {
    const lean = compileGraph(({ x }) => ({ y: tf.neg(x) }), x, { name: 'g' });
    const withUnused = compileGraph(
      ({ x }) => {
        tf.matMul(x, x, false, true);
        return { y: tf.neg(x) };
      },
      x,
      { name: 'g' },
    );
    assert.deepEqual(withUnused.onnx.length, lean.onnx.length);
  });
  it('have the same bytes each time', () => {
    const make = () => compileGraph(({ x }) => ({ y: tf.softmax(tf.add(x, [1, 2, 3])) }), x).onnx;
    assert.deepEqual(make(), make());
  });
  it('can return inputs, constants, and one value under two names', async () => {
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
  it('use tensors of another backend as constants, which stay usable there', async () => {
    await tf.setBackend('cpu');
    const captured = tf.tensor1d([1, 2, 3]);
    const arrays = randomArrays(x, 3);
    const fn = ({ x }: Tensors) => ({ y: tf.mul(x, captured) });
    const first = await compiled(fn, arrays);
    const again = await compiled(fn, arrays);
    const eager = await eagerly(fn, arrays);
    assert.deepEqual(first, again);
    assertClose(first.y, eager.y, 1e-7, 'y');
    assert.deepEqual([...captured.dataSync()], [1, 2, 3]);
  });
  it('accept arrays of any size in the option `constants`', async () => {
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
  it('are simplified without a change of the results', async () => {
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
