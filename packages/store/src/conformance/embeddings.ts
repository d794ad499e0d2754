/** Embeddings: exact bits, first write wins, coded errors. */
import assert from 'node:assert/strict';
import { sha256 } from '@lorekeep/core';
import { type Check, code } from './support.ts';

export function embeddingsChecks(check: Check): void {
  check('embeddings come back bit for bit; the vector that was put first stays', async ({ store }) => {
    const hashes = Array.from({ length: 300 }, (_, i) => sha256(`text ${i}`));
    const vectors = new Float32Array(300 * 7).map((_, i) => Math.fround(Math.sin(i) * 10 ** ((i % 60) - 30)));
    vectors[3] = Number.NaN;
    vectors[4] = -0;
    const odd = new Float32Array(new ArrayBuffer(4 + vectors.byteLength), 4);
    odd.set(vectors);
    assert.deepEqual(await store.missingEmbeddings('m', [hashes[1], hashes[0], hashes[1]]), [hashes[1], hashes[0]]);
    await store.putEmbeddings('m', 7, hashes, odd);
    await store.putEmbeddings('m', 7, [hashes[0]], new Float32Array(7).fill(9));
    await store.putEmbeddings('other', 2, [hashes[0]], Float32Array.of(1, 2));
    const order = [299, 0, 17, 0];
    const read = await store.getEmbeddings(
      'm',
      order.map((i) => hashes[i]),
    );
    assert.equal(read.dim, 7);
    const bits = (array: Float32Array) => [...new Uint32Array(array.slice().buffer)];
    assert.deepEqual(
      bits(read.vectors),
      order.flatMap((i) => bits(vectors.subarray(i * 7, i * 7 + 7))),
    );
    const unknown = sha256('unknown');
    assert.deepEqual(await store.missingEmbeddings('m', [unknown, hashes[5], unknown]), [unknown]);
    assert.deepEqual(await store.embeddingModels(), [
      { model: 'm', dim: 7, texts: 300 },
      { model: 'other', dim: 2, texts: 1 },
    ]);
    await assert.rejects(store.getEmbeddings('m', [hashes[0], unknown]), (error) => {
      code('EMBEDDING_MISSING')(error);
      assert.match((error as Error).message, /1 of 2/);
      return true;
    });
    await assert.rejects(store.getEmbeddings('never', [hashes[0]]), code('EMBEDDING_MISSING'));
    await assert.rejects(store.putEmbeddings('m', 8, [unknown], new Float32Array(8)), code('EMBEDDING_WIDTH'));
    await assert.rejects(store.putEmbeddings('m', 7, [unknown], new Float32Array(6)), code('STORE_ARGUMENT'));
    await assert.rejects(store.putEmbeddings('m', 7, ['xyz'], new Float32Array(7)), code('STORE_ARGUMENT'));
  });
}
