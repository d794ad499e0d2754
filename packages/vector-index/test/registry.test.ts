import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { LorekeepError } from '@lorekeep/core';
import { type IndexAdapter, openIndexAdapter, registerIndexAdapter, vectorIndexErrors } from '@lorekeep/vector-index';
import { indexConformance } from '@lorekeep/vector-index/conformance';

/** A stand-in for a remote index: an exact index that cannot be read synchronously. */
async function loadToyAdapter(): Promise<IndexAdapter> {
  const exact = await openIndexAdapter('exact');
  const asToy = async (opening: ReturnType<IndexAdapter['create']>) => {
    const index = await opening;
    return {
      ...index,
      kind: 'toy',
      capabilities: { local: false },
      get size() {
        return index.size;
      },
      get() {
        throw vectorIndexErrors.INDEX_NOT_LOCAL({ kind: 'toy' });
      },
    };
  };
  return {
    create: (options) => asToy(exact.create(options)),
    open: (path, options) => asToy(exact.open(path, options)),
  };
}

registerIndexAdapter('toy', loadToyAdapter);
indexConformance('toy', { searchesWhileAdding: false });

test('an adapter is loaded only when its kind is opened', async () => {
  let loads = 0;
  registerIndexAdapter('lazy', () => {
    loads++;
    return loadToyAdapter();
  });
  assert.equal(loads, 0);
  const index = await (await openIndexAdapter('lazy')).create({ dim: 2 });
  assert.equal(loads, 1);
  await index.add(Uint32Array.of(7), Float32Array.of(1, 0));
  assert.deepEqual([...(await index.search(Float32Array.of(1, 0), 1)).keys], [7]);
  await index.close();
});

test('an unknown index kind is refused with the kinds that exist', async () => {
  await assert.rejects(openIndexAdapter('faiss'), (error: LorekeepError) => {
    assert.equal(error.code, 'INDEX_UNKNOWN_KIND');
    assert.equal(error.kind, 'usage');
    assert.deepEqual(error.details.kinds, ['usearch', 'hnswlib', 'exact', 'toy', 'lazy']);
    return true;
  });
});
