import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { appendFile, cp, mkdir, mkdtemp, readdir, readFile, rm, stat, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { type LorekeepError, sha256OfFile } from '@lorekeep/core';
import { createLexicalEncoder, saveLexicalEncoder } from '@lorekeep/encoder';
import { openStore } from '@lorekeep/store';
import { openShop, type Shop } from '@lorekeep/testing';
import type { IndexKind } from '@lorekeep/vector-index';
import { type Engine, openEngine } from '../../src/engine/engine.ts';
import { readCurrent } from '../../src/publication/publication.ts';
import { publish } from '../../src/publication/publish.ts';

const coded = (code: string) => (error: LorekeepError) => error.code === code;

describe('publication', () => {
  let shop: Shop;
  before(async () => {
    shop = await openShop();
  });
  after(() => shop?.close());

  const published = () => join(shop.workspace, 'published');
  const versions = async () =>
    (await readdir(published(), { withFileTypes: true }))
      .filter((entry) => entry.isDirectory())
      .map(({ name }) => name);
  async function stillServed(version: string): Promise<void> {
    assert.equal((await readCurrent(shop.workspace)).manifest.version, version);
    const engine = await openEngine(shop);
    assert.equal((await engine.recommend({ user: 'user-0', k: 3 })).items.length, 3);
    await engine.close();
  }

  test('says what it is, how good its index is, and the checksum of every file', async () => {
    const { directory, manifest } = await readCurrent(shop.workspace);
    assert.equal(manifest.model, 'm1');
    assert.equal(manifest.encoder.id, shop.encoder.id);
    const { events } = await shop.store.counts();
    assert.deepEqual(manifest.data, { items: shop.items.length, events, rules: {}, deletions: 0 });
    assert.equal(manifest.index.kind, 'usearch');
    assert.equal(manifest.index.size, shop.items.length);
    assert.ok(manifest.index.recallAt10 >= 0.99 && manifest.index.queries > 100);
    const files = (await readdir(directory, { recursive: true, withFileTypes: true })).filter((entry) =>
      entry.isFile(),
    );
    assert.equal(files.length, Object.keys(manifest.files).length + 1, 'all files but the manifest itself');
    for (const [file, hash] of Object.entries(manifest.files)) {
      assert.equal(await sha256OfFile(join(directory, file)), hash);
    }
  });

  for (const indexKind of ['exact', 'usearch'] satisfies IndexKind[]) {
    test(`serves with the index kind ${indexKind}`, async () => {
      const manifest = await publish({ ...shop, indexKind });
      assert.equal(manifest.index.kind, indexKind);
      const engine = await openEngine(shop);
      assert.equal(engine.stats().index.kind, indexKind);
      assert.equal((await engine.similar('music-1', { k: 7 })).items.length, 7);
      await engine.close();
    });
  }

  test('that fails leaves the one before live, and nothing half-made behind', async () => {
    const { version } = (await readCurrent(shop.workspace)).manifest;
    const before = (await versions()).sort();
    const controller = new AbortController();
    const stopped = publish({
      ...shop,
      signal: controller.signal,
      progress: ({ stage }) => {
        if (stage === 'index') controller.abort(new Error('stopped'));
      },
    });
    await assert.rejects(stopped, /stopped/);

    const other = createLexicalEncoder(['other words entirely', 'and some more'], { dim: 32 });
    await assert.rejects(publish({ ...shop, encoder: other }), coded('ENCODER_MISMATCH'));

    const damaged = join(shop.workspace, 'models', 'damaged');
    await cp(shop.bundleDir, damaged, { recursive: true });
    await appendFile(join(damaged, 'towers.safetensors'), 'x');
    await assert.rejects(publish({ ...shop, bundleDir: damaged }), coded('BUNDLE_CORRUPT'));
    await assert.rejects(publish({ ...shop, bundleDir: join(shop.workspace, 'gone') }), coded('BUNDLE_MISSING'));

    const empty = await openStore(':memory:');
    await assert.rejects(publish({ ...shop, store: empty }), coded('CATALOGUE_EMPTY'));
    await empty.close();

    assert.deepEqual((await versions()).sort(), before);
    await stillServed(version);
  });

  test('killed at any moment leaves the one before live', async () => {
    const { version } = (await readCurrent(shop.workspace)).manifest;
    const encoderFile = join(shop.workspace, 'lexical.safetensors');
    await saveLexicalEncoder(shop.encoder, encoderFile);
    const script = fileURLToPath(new URL('./publish-child.ts', import.meta.url));
    for (const stage of ['publish', 'index']) {
      const child = spawn(process.execPath, [script, shop.workspace, shop.bundleDir, encoderFile, stage], {
        stdio: ['ignore', 'ignore', 'inherit'],
      });
      const [, signal] = (await once(child, 'exit')) as [unknown, string];
      assert.equal(signal, 'SIGKILL');
      await stillServed(version);
    }
  });

  test('keeps three versions, the live one among them, and clears what killed ones left', async () => {
    const abandoned = join(published(), 'half-made.tmp');
    await mkdir(abandoned, { recursive: true });
    await writeFile(join(abandoned, 'index.usearch'), 'x');
    const old = new Date(Date.now() - 48 * 3600 * 1000);
    await utimes(abandoned, old, old);
    const made: string[] = [];
    for (let n = 0; n < 2; n++) made.push((await publish(shop)).version);
    const left = (await versions()).filter((name) => !name.endsWith('.tmp'));
    assert.equal(left.length, 3);
    assert.ok(left.includes(made[1]));
    await assert.rejects(stat(abandoned));
    await stillServed(made[1]);
  });

  test('that is not there, or damaged in any file, is a coded error', async () => {
    const elsewhere = await mkdtemp(join(tmpdir(), 'lorekeep-publication-'));
    try {
      const open = () => openEngine({ ...shop, workspace: elsewhere });
      await assert.rejects(readCurrent(elsewhere), coded('PUBLICATION_MISSING'));
      await assert.rejects(open(), coded('PUBLICATION_MISSING'));
      await cp(published(), join(elsewhere, 'published'), { recursive: true });
      const { directory, manifest } = await readCurrent(elsewhere);
      const engine = await open();
      await engine.close();
      for (const file of Object.keys(manifest.files)) {
        const path = join(directory, file);
        const bytes = await readFile(path);
        const damaged = Buffer.from(bytes);
        damaged[damaged.length >> 1] ^= 1;
        await writeFile(path, damaged);
        await assert.rejects(open(), coded('PUBLICATION_CORRUPT'), `${file} with one bit changed`);
        await rm(path);
        await assert.rejects(open(), coded('PUBLICATION_CORRUPT'), `${file} missing`);
        await writeFile(path, bytes);
      }
      const path = join(directory, 'manifest.json');
      const text = await readFile(path, 'utf8');
      for (const damaged of ['', '{', 'null', '{"format":1}', text.replace('"format": 2', '"format": 99')]) {
        await writeFile(path, damaged);
        await assert.rejects(open(), coded('PUBLICATION_CORRUPT'), JSON.stringify(damaged.slice(0, 20)));
      }
      await writeFile(path, text);
      for (const pointer of ['', '../../etc', 'gone']) {
        await writeFile(join(elsewhere, 'published', 'current'), pointer);
        await assert.rejects(open(), coded('PUBLICATION_CORRUPT'), pointer);
      }
    } finally {
      await rm(elsewhere, { recursive: true, force: true });
    }
  });

  test('an engine keeps serving when the new version cannot be loaded', async () => {
    const engine: Engine = await openEngine(shop);
    const { version } = engine.stats();
    const next = await publish(shop);
    const file = join(published(), next.version, 'items.json');
    const bytes = await readFile(file);
    await writeFile(file, '[]');
    await assert.rejects(engine.reload(), coded('PUBLICATION_CORRUPT'));
    assert.equal((await engine.recommend({ user: 'user-1' })).version, version);
    await writeFile(file, bytes);
    assert.equal(await engine.reload(), true);
    assert.equal(engine.stats().version, next.version);
    await engine.close();
  });

  test('the engine of another encoder is refused', async () => {
    const encoder = createLexicalEncoder(['other words entirely', 'and some more'], { dim: 32 });
    await assert.rejects(openEngine({ ...shop, encoder }), coded('ENCODER_MISMATCH'));
  });

  test('what the store no longer has is not recommended', async () => {
    const store = await openStore(':memory:');
    await store.upsertItems(shop.items.filter(({ id }) => !id.startsWith('music')));
    const engine = await openEngine({ ...shop, store });
    assert.equal(engine.stats().items, 90);
    assert.equal(engine.stats().indexed, 90);
    const { items } = await engine.recommend({ history: ['garden-1'], k: 1000 });
    assert.equal(items.length, 89);
    assert.ok(items.every(({ id }) => !id.startsWith('music')));
    await assert.rejects(engine.similar('music-1'), coded('ITEM_NOT_FOUND'));
    await engine.close();
    await store.close();
  });
});
