/** A pool of threads computes the same as a plain loop, in the given memory. */
import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { createRandom, errorCode } from '@lorekeep/core';
import { createMatmulPool, type MatmulOperands, sharedFloats } from '../../src/index.ts';

const pool = createMatmulPool(2);
after(() => pool.close());

const random = createRandom(4);
const shared = (length: number) => {
  const array = sharedFloats(length);
  for (let at = 0; at < length; at++) array[at] = random.normal();
  return array;
};

function reference({ a, b, c }: MatmulOperands, inner: number, factor: number): Float64Array {
  const columns = b.length / inner;
  return Float64Array.from(c, (start, at) => {
    const [row, column] = [Math.floor(at / columns), at % columns];
    let sum = 0;
    for (let k = 0; k < inner; k++) sum += a[row * inner + k] * b[column * inner + k];
    return start + factor * sum;
  });
}

test('each product is added to its own summand', async () => {
  const [rows, columns, inner] = [5, 3, 7];
  for (const factor of [1, -2.5]) {
    const a = shared(rows * inner);
    const products = Array.from({ length: 40 }, () => ({ a, b: shared(columns * inner), c: shared(rows * columns) }));
    const expected = products.map((product) => reference(product, inner, factor));
    await pool.run({ rows, columns, inner, factor }, products);
    products.forEach(({ c }, which) => {
      c.forEach((value, at) => {
        assert.ok(Math.abs(value - expected[which][at]) < 1e-5);
      });
    });
  }
});

test('arrays that do not fit the shape or are not in shared memory are rejected', async () => {
  const shape = { rows: 2, columns: 2, inner: 2 };
  const good = { a: shared(4), b: shared(4), c: shared(4) };
  const bad = (error: unknown) => errorCode(error) === 'GRAPH_BAD_FEED';
  await assert.rejects(pool.run(shape, [good, { ...good, a: shared(5) }]), bad);
  await assert.rejects(pool.run(shape, [{ ...good, c: new Float32Array(4) }]), bad);
});

test('an invalid number of threads is rejected', () => {
  assert.throws(
    () => createMatmulPool(0),
    (error) => errorCode(error) === 'GRAPH_BAD_OPTION',
  );
});

test('a closed pool computes nothing, and unfinished products fail', async () => {
  const closing = createMatmulPool(1);
  const shape = { rows: 64, columns: 64, inner: 64 };
  const products = Array.from({ length: 8 }, () => ({ a: shared(4096), b: shared(4096), c: shared(4096) }));
  const running = closing.run(shape, products);
  const failed = assert.rejects(running, (error) => errorCode(error) === 'GRAPH_CLOSED');
  await closing.close();
  await failed;
  await assert.rejects(closing.run(shape, products), (error) => errorCode(error) === 'GRAPH_CLOSED');
});
