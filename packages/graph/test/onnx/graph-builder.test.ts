/** Models with external weights, and signatures that are read without loading the model. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import ort from 'onnxruntime-node';
import { OnnxGraphBuilder, readOnnxSignature } from '../../src/index.ts';

/** `y = (x · w) + b` with 2,000 bytes of `w` and 20 of `b`. */
function product(): OnnxGraphBuilder {
  const graph = new OnnxGraphBuilder('product');
  const x = graph.input('x', 'float32', ['batch', 100]);
  const w = graph.initializer(
    'w',
    [100, 5],
    Float32Array.from({ length: 500 }, (_, i) => Math.sin(i)),
  );
  const b = graph.initializer('b', [5], Float32Array.from([1, 2, 3, 4, 5]));
  graph.node('Add', [graph.node('MatMul', [x, w]), b], {}, ['y']);
  graph.output('y', 'float32', ['batch', 5]);
  return graph;
}

test('external weights give the same results as internal ones, also from shared memory', async () => {
  const whole = product().toBytes();
  const { bytes, external } = product().toParts();
  assert.deepEqual(
    external.map(({ data }) => data.byteLength),
    [2000],
  );
  assert.ok(bytes.length < whole.length - 1900);
  const shared = external.map(({ path, data }) => {
    const copy = new Uint8Array(new SharedArrayBuffer(data.byteLength));
    copy.set(data);
    return { path, data: copy };
  });
  const x = new ort.Tensor(
    'float32',
    Float32Array.from({ length: 200 }, (_, i) => Math.cos(i)),
    [2, 100],
  );
  const results: unknown[] = [];
  for (const [model, externalData] of [
    [whole, []],
    [bytes, external],
    [bytes, shared],
  ] as const) {
    const session = await ort.InferenceSession.create(model, { externalData });
    results.push((await session.run({ x })).y.data);
    await session.release();
  }
  assert.deepEqual(results[1], results[0]);
  assert.deepEqual(results[2], results[0]);
});

test('a signature lists inputs, outputs and weight files', () => {
  const { bytes, external } = product().toParts();
  assert.deepEqual(readOnnxSignature(bytes), {
    inputs: [{ name: 'x', type: 'float32', dims: [undefined, 100] }],
    outputs: [{ name: 'y', type: 'float32', dims: [undefined, 5] }],
    externalFiles: external.map(({ path }) => path),
  });
  assert.throws(() => readOnnxSignature(new Uint8Array(0)), /no graph/);
  assert.throws(() => readOnnxSignature(bytes.subarray(0, 200)));
});
