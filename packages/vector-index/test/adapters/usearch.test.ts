import assert from 'node:assert/strict';
import { mkdtemp, open, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import type { LorekeepError } from '@lorekeep/core';
import { Index } from 'usearch';
import { indexConformance } from '../../src/conformance/conformance.ts';
import { openIndexAdapter } from '../../src/registry.ts';

indexConformance('usearch');

test('a saved usearch index is a file that usearch itself reads', async () => {
  const directory = await mkdtemp(join(tmpdir(), 'lorekeep-usearch-'));
  try {
    const path = join(directory, 'plain.index');
    const index = await (await openIndexAdapter('usearch')).create({ dim: 2 });
    await index.add(Uint32Array.of(4, 9), Float32Array.of(1, 0, 0, 1));
    await index.save(path);
    await index.close();
    const plain = new Index({ dimensions: 2, metric: 'ip' as never, quantization: 'f16' as never } as never);
    plain.load(path);
    assert.equal(plain.size(), 2);
    assert.deepEqual([...plain.search(Float32Array.of(0, 1), 2, 1).keys], [9n, 4n]);
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
});

test('a usearch file with one damaged byte is refused before native code reads it', async () => {
  const directory = await mkdtemp(join(tmpdir(), 'lorekeep-usearch-'));
  try {
    const path = join(directory, 'damaged.index');
    const adapter = await openIndexAdapter('usearch');
    const index = await adapter.create({ dim: 2 });
    await index.add(Uint32Array.of(4, 9), Float32Array.of(1, 0, 0, 1));
    await index.save(path);
    await index.close();
    const file = await open(path, 'r+');
    await file.write(Uint8Array.of(255), 0, 1, 20);
    await file.close();
    await assert.rejects(adapter.open(path, { dim: 2 }), (error: LorekeepError) => error.code === 'INDEX_FILE_INVALID');
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
});
