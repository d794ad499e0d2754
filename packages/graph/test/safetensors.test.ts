/** Parameter files: a round trip, files of the reference implementation, and broken files. */
import assert from 'node:assert/strict';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { type Arrays, namedArray, readSafetensors, saveSafetensors } from '../src/index.ts';

let directory: string;
before(async () => {
  directory = await mkdtemp(join(tmpdir(), 'lorekeep-safetensors-'));
});
after(() => rm(directory, { recursive: true, force: true }));

const ARRAYS: Arrays = {
  flags: namedArray([3], Uint8Array.of(1, 0, 1)),
  weights: namedArray([2, 2], Float32Array.of(1.5, -0, Number.NaN, Number.NEGATIVE_INFINITY)),
  bytes: namedArray([5], Uint8Array.of(1, 2, 3, 4, 5), 'uint8'),
  ids: namedArray([2], BigInt64Array.of(-1n, 2n ** 62n)),
  counts: namedArray([], Int32Array.of(-7)),
  'strange "name" ü': namedArray([0, 3], new Float32Array(0)),
};

describe('safetensors files', () => {
  it('are read as they were saved', async () => {
    const path = join(directory, 'round.safetensors');
    await saveSafetensors(path, ARRAYS, { epoch: '3', note: 'ü' });
    const { arrays, metadata } = await readSafetensors(path);
    assert.deepEqual(metadata, { epoch: '3', note: 'ü' });
    assert.deepEqual(new Set(Object.keys(arrays)), new Set(Object.keys(ARRAYS)));
    for (const [name, array] of Object.entries(ARRAYS)) assert.deepEqual(arrays[name], array, name);
    await saveSafetensors(path, {});
    assert.deepEqual(await readSafetensors(path), { arrays: {}, metadata: {} });
  });

  it('of the reference implementation are read, and half precision is widened exactly', async () => {
    const { arrays, metadata } = await readSafetensors(
      new URL('fixtures/halves.safetensors', import.meta.url).pathname,
    );
    assert.deepEqual(metadata, { made: 'by the reference implementation' });
    for (const half of ['f16', 'bf16']) {
      assert.deepEqual(arrays[half].shape, arrays[`${half}_as_f32`].shape);
      assert.deepEqual([...arrays[half].data], [...arrays[`${half}_as_f32`].data]);
    }
    assert.deepEqual(arrays.f32.shape, [3, 4]);
    assert.deepEqual([...arrays.i32.data], [1, -2, 2147483647]);
    assert.deepEqual([...arrays.i64.data], [1n, -2n, 9007199254740993n]);
    assert.deepEqual(arrays.bool, namedArray([2], Uint8Array.of(1, 0)));
    assert.deepEqual(arrays.u8, namedArray([2], Uint8Array.of(0, 255), 'uint8'));
    assert.deepEqual(arrays.empty, namedArray([0, 4], new Float32Array(0)));
    assert.deepEqual(arrays.scalar, namedArray([], Float32Array.of(7)));
  });

  const file = (header: unknown, data = new Uint8Array(8)) => {
    const text = Buffer.from(typeof header === 'string' ? header : JSON.stringify(header));
    const length = Buffer.alloc(8);
    length.writeBigUInt64LE(BigInt(text.length));
    return Buffer.concat([length, text, data]);
  };
  const tensor = (begin: number, end: number, shape = [1], dtype = 'F32') => ({
    dtype,
    shape,
    data_offsets: [begin, end],
  });
  const BROKEN: [string, string, Buffer][] = [
    ['an empty file', 'SAFETENSORS_TRUNCATED', Buffer.alloc(0)],
    ['an incomplete header', 'SAFETENSORS_TRUNCATED', file({ a: tensor(0, 4) }).subarray(0, 20)],
    ['a header length above the limit', 'SAFETENSORS_HEADER', Buffer.alloc(64, 255)],
    ['a header that is not JSON', 'SAFETENSORS_HEADER', file('{"a":')],
    [
      'a header that is not UTF-8',
      'SAFETENSORS_HEADER',
      Buffer.concat([Buffer.of(1, 0, 0, 0, 0, 0, 0, 0), Buffer.of(0xff)]),
    ],
    ['a header that is an array', 'SAFETENSORS_HEADER', file([])],
    [
      'metadata that is not a map of strings',
      'SAFETENSORS_HEADER',
      file({ __metadata__: { a: 1 } }, new Uint8Array(0)),
    ],
    ['a tensor without offsets', 'SAFETENSORS_HEADER', file({ a: { dtype: 'F32', shape: [1] } })],
    ['a null tensor', 'SAFETENSORS_HEADER', file({ a: null })],
    ['a negative size', 'SAFETENSORS_HEADER', file({ a: tensor(0, 4, [-1]) })],
    ['a fractional size', 'SAFETENSORS_HEADER', file({ a: tensor(0, 4, [0.5]) })],
    ['a range that ends before it begins', 'SAFETENSORS_HEADER', file({ a: tensor(4, 0) })],
    ['a range that does not fit the shape', 'SAFETENSORS_HEADER', file({ a: tensor(0, 8, [3]) })],
    ['an unsupported type', 'SAFETENSORS_DTYPE', file({ a: tensor(0, 8, [1], 'F64') })],
    ['a type with the name of an object property', 'SAFETENSORS_DTYPE', file({ a: tensor(0, 8, [1], 'constructor') })],
    ['missing data', 'SAFETENSORS_TRUNCATED', file({ a: tensor(0, 4), b: tensor(4, 12, [2]) })],
    ['overlapping ranges', 'SAFETENSORS_OVERLAP', file({ a: tensor(0, 8, [2]), b: tensor(4, 8) })],
    ['a gap between ranges', 'SAFETENSORS_OVERLAP', file({ a: tensor(0, 4), b: tensor(8, 12) })],
    ['data without a description', 'SAFETENSORS_OVERLAP', file({ a: tensor(0, 4) })],
  ];
  for (const [what, code, bytes] of BROKEN)
    it(`with ${what} are rejected`, async () => {
      const path = join(directory, 'broken.safetensors');
      await writeFile(path, bytes);
      await assert.rejects(readSafetensors(path), { code });
    });

  it('are not written if an array does not fit its type or shape; the old file remains', async () => {
    const path = join(directory, 'kept.safetensors');
    await saveSafetensors(path, ARRAYS);
    const old = await readFile(path);
    const bad: Arrays[] = [
      { a: namedArray([3], new Float32Array(2)) },
      { a: namedArray([2], new Float32Array(2), 'int32') },
      { __metadata__: namedArray([2], new Float32Array(2)) },
    ];
    for (const arrays of bad) await assert.rejects(saveSafetensors(path, arrays), { code: 'GRAPH_BAD_FEED' });
    assert.deepEqual(await readFile(path), old);
  });
});
