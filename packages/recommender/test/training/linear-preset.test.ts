import assert from 'node:assert/strict';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { errorCode } from '@lorekeep/core';
import { leaveOneOut } from '@lorekeep/evaluation';
import { CONTENT_DIM, configOf, contentInfo, groupedLog, logOf } from '@lorekeep/testing';
import { openBundle } from '../../src/bundle/load.ts';
import { writeBundle } from '../../src/bundle/write.ts';
import { evaluateBundle } from '../../src/evaluation/evaluate-bundle.ts';
import { evaluateTrained } from '../../src/evaluation/evaluate-trained.ts';
import { trainRecommender } from '../../src/training/train.ts';

const { log, content: raw } = groupedLog();
const split = leaveOneOut(log);
const items = log.itemIds.length;
const zeros = { valid: {}, test: {}, baselines: {} } as never;

describe('the preset linear', () => {
  let directory: string;
  before(async () => {
    directory = await mkdtemp(join(tmpdir(), 'lorekeep-linear-'));
  });
  after(() => rm(directory, { recursive: true }));

  test('is solved, saved, loaded, and evaluated alike before and after; a damaged file is noticed', async () => {
    const config = configOf('linear', { dim: 16, neighboursPerItem: 12 });
    const trained = await trainRecommender({ log, content: raw, contentInfo, config, preset: 'linear', threads: 1 });
    const path = join(directory, 'v1');
    const manifest = await writeBundle(path, trained, zeros);
    assert.equal(manifest.linear?.neighboursPerItem, 12);
    assert.equal(manifest.linear?.search.items, items);
    const bundle = await openBundle(path, { threads: 1 });
    try {
      assert.deepEqual(bundle.linear, { ...trained.linear });
      for (const set of ['valid', 'test'] as const) {
        const { ranks, coverage } = await evaluateTrained(trained, set);
        const loaded = await evaluateBundle(bundle, split, set, raw);
        assert.deepEqual(loaded.ranks, ranks);
        assert.equal(loaded.coverage, coverage);
      }
    } finally {
      await bundle.close();
    }
    const file = join(path, 'linear.safetensors');
    const bytes = await readFile(file);
    bytes[bytes.length - 1] ^= 1;
    await writeFile(file, bytes);
    await assert.rejects(openBundle(path), (error) => errorCode(error) === 'BUNDLE_CORRUPT');
  });

  test('ranks items that came after it was solved', async () => {
    const config = configOf('linear', { dim: 16 });
    const known = items - 8;
    const histories = Array.from({ length: log.userIds.length }, (_, user) =>
      [...log.items.subarray(log.offsets[user], log.offsets[user + 1])].filter((item) => item < known),
    );
    const trained = await trainRecommender({
      log: logOf(histories, known),
      content: raw.slice(0, known * CONTENT_DIM),
      contentInfo,
      config,
      threads: 1,
    });
    const path = join(directory, 'v2');
    await writeBundle(path, trained, zeros);
    const bundle = await openBundle(path, { threads: 1 });
    const { metrics } = await evaluateBundle(bundle, split, 'test', raw);
    await bundle.close();
    assert.equal(metrics.users, split.heldOut.test.users.length);
    assert.ok(metrics['recall@10'] > 0.3);
  });
});
