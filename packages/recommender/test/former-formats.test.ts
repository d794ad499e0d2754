/**
 * Bundles and publications of the formats before: they open, evaluate and serve as the present ones
 * do.
 */
import assert from 'node:assert/strict';
import { cp, mkdtemp, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test from 'node:test';
import { leaveOneOut } from '@lorekeep/evaluation';
import { configOf, contentInfo, groupedLog, makeWalks, openShop } from '@lorekeep/testing';
import { openBundle } from '../src/bundle/load.ts';
import type { BundleManifest } from '../src/bundle/manifest.ts';
import { readManifest } from '../src/bundle/read-manifest.ts';
import { writeBundle } from '../src/bundle/write.ts';
import { openEngine } from '../src/engine/engine.ts';
import { evaluateBundle } from '../src/evaluation/evaluate-bundle.ts';
import { evaluateTrained } from '../src/evaluation/evaluate-trained.ts';
import { readCurrent } from '../src/publication/publication.ts';
import { trainRecommender } from '../src/training/train.ts';

const readJson = async (path: string) => JSON.parse(await readFile(path, 'utf8'));

/** Turns a bundle of format 3 into what format 2 had on disk. */
async function toFormat2(path: string): Promise<void> {
  const manifest: BundleManifest = await readJson(join(path, 'manifest.json'));
  const { config, linear, reranker, rerankerFiles, files, ...rest } = manifest;
  const { neighboursPerItem, search, ...settings } = linear ?? { neighboursPerItem: 0 };
  const { cases, ...searched } = search ?? { cases: 0 };
  const { valid, ...report } = reranker ?? { valid: undefined };
  const { reranker: rerankerMetrics, ...others } = valid ?? {};
  const former = {
    ...rest,
    format: 2,
    kind: 'towers',
    config: {
      ...config.items,
      ...config.network,
      ...config.training,
      ...Object.fromEntries(Object.entries(config.loss).filter(([name]) => name !== 'kind')),
      loss: config.loss.kind,
      neighbours: config.linear.neighboursPerItem,
      secondStage: config.reranker.enabled,
    },
    ...(linear === undefined
      ? {}
      : { linear: { ...settings, perItem: neighboursPerItem, search: { ...searched, questions: cases } } }),
    ...(reranker === undefined
      ? {}
      : { secondStage: { ...report, valid: { ...others, secondStage: rerankerMetrics } } }),
    files: Object.fromEntries(
      Object.entries(files).map(([name, sum]) => [name.replace(/^reranker/, 'second-stage'), sum]),
    ),
  };
  for (const name of Object.keys(files))
    if (name.startsWith(rerankerFiles))
      await rename(join(path, name), join(path, name.replace(/^reranker/, 'second-stage')));
  await writeFile(join(path, 'manifest.json'), JSON.stringify(former));
}

test('a bundle of format 2 opens with the same options and ranks the same', async () => {
  const { log, content } = groupedLog({ users: 400, groups: 6, perGroup: 12 });
  const split = leaveOneOut(log);
  const all = { target: [], maxPairEvents: 0, maxUserEvents: 0 };
  const config = { ...configOf('learn', { dim: 16, hidden: 8, epochs: 1, maxHistory: 8, kind: 'full' }), events: all };
  const trained = await trainRecommender({ log, content, contentInfo, config, seed: 3 });
  assert.ok(trained.reranker?.parts !== undefined);
  const { metrics, ranks } = await evaluateTrained(trained, 'test');
  const directory = await mkdtemp(join(tmpdir(), 'lorekeep-formats-'));
  try {
    const path = join(directory, 'v1');
    const manifest = await writeBundle(path, trained, { valid: metrics, test: metrics, baselines: {} });
    await toFormat2(path);
    const { rerankerFiles, files, ...read } = await readManifest(path);
    const { rerankerFiles: _, files: __, ...written } = manifest;
    assert.deepEqual(read, written);
    assert.equal(rerankerFiles, 'second-stage');
    const bundle = await openBundle(path);
    try {
      assert.deepEqual((await evaluateBundle(bundle, split, 'test', content)).ranks, ranks);
    } finally {
      await bundle.close();
    }
  } finally {
    await rm(directory, { recursive: true });
  }
});

test('a publication of format 1 with a bundle of format 2 is served', async () => {
  const shop = await openShop('learn', makeWalks);
  try {
    const history = ['garden-10', 'garden-11', 'garden-12'];
    const present = await openEngine(shop);
    const context = { requestId: 'list' };
    const expected = await present.recommend({ history, k: 20 }, context);
    await present.close();

    const { directory, manifest } = await readCurrent(shop.workspace);
    await cp(join(directory, 'model'), join(directory, 'towers'), { recursive: true });
    await rm(join(directory, 'model'), { recursive: true });
    await toFormat2(join(directory, 'towers'));
    const files = Object.fromEntries(Object.entries(manifest.files).filter(([name]) => !name.startsWith('model/')));
    await writeFile(join(directory, 'manifest.json'), JSON.stringify({ ...manifest, format: 1, files }));
    const former = await openEngine(shop);
    assert.deepEqual(await former.recommend({ history, k: 20 }, context), expected);
    await former.close();
  } finally {
    await shop.close();
  }
});

test('formats that this program does not know are refused with a code', async () => {
  const shop = await openShop('linear', makeWalks);
  try {
    const { directory, manifest } = await readCurrent(shop.workspace);
    await writeFile(join(directory, 'manifest.json'), JSON.stringify({ ...manifest, format: 99 }));
    await assert.rejects(openEngine(shop), { code: 'PUBLICATION_CORRUPT' });
    const file = join(shop.bundleDir, 'manifest.json');
    const bundle = await readJson(file);
    await writeFile(file, JSON.stringify({ ...bundle, format: 1, kind: 'towers' }));
    await assert.rejects(openBundle(shop.bundleDir), { code: 'BUNDLE_FORMAT', hint: /train again/ });
  } finally {
    await shop.close();
  }
});
