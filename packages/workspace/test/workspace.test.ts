/** Opening and closing, imports, and the order of the steps. */
import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import { join, relative } from 'node:path';
import { after, before, describe, type TestContext, test } from 'node:test';
import type { Warning } from '@lorekeep/core';
import { writeSimulatedShop } from '@lorekeep/datasets';
import { openWorkspace, type Workspace } from '@lorekeep/workspace';
import { createShopFolder, type ShopFolder } from './shop.ts';

let folder: ShopFolder;
before(async () => {
  folder = await createShopFolder({ events: 1500, users: 40, items: 80 });
});
after(() => folder.remove());

const at = (name: string) => join(folder.dir, name);

/** Created if it is not there; closed after the test. */
async function opened(t: TestContext, name: string): Promise<Workspace> {
  const workspace = await openWorkspace(at(name), { create: true });
  t.after(() => workspace.close());
  return workspace;
}

describe('opening and closing', () => {
  test('a folder without a workspace is refused unless it may be created', async () => {
    await assert.rejects(openWorkspace(at('none')), { code: 'WORKSPACE_MISSING', kind: 'usage' });
    assert.ok(!existsSync(at('none')));
    const workspace = await openWorkspace(relative(process.cwd(), at('none')), { create: true });
    assert.equal(workspace.dir, at('none'));
    await workspace.close();
  });

  test('a new workspace that is still empty when it is closed is removed, files of the user are not', async () => {
    await (await openWorkspace(at('empty'), { create: true })).close();
    assert.ok(!existsSync(at('empty')));
    await mkdir(at('notes'));
    await writeFile(join(at('notes'), 'notes.txt'), 'mine');
    await (await openWorkspace(at('notes'), { create: true })).close();
    assert.ok(existsSync(join(at('notes'), 'notes.txt')));
    assert.ok(!existsSync(join(at('notes'), 'lorekeep.sqlite')));
  });

  test('an empty workspace that another connection imports into is not removed', async () => {
    const first = await openWorkspace(at('shared'), { create: true });
    const second = await openWorkspace(at('shared'));
    const record = {
      fingerprint: 'f',
      files: ['x'],
      contents: [],
      items: 1,
      events: 0,
      ordinals: false,
      skipped: 0,
      at: 1,
    };
    await second.store.importAll(record, async (transaction) => {
      await transaction.putItems([{ id: 'a' }]);
      await first.close();
    });
    await second.close();
    const again = await openWorkspace(at('shared'));
    assert.equal((await again.store.counts()).items, 1);
    await again.close();
  });

  test('disposing of it closes it, and a second close does nothing', async (t) => {
    const workspace = await openWorkspace(at('disposed'), { create: true });
    await workspace.import({ items: [folder.items], events: [folder.events] });
    await workspace[Symbol.asyncDispose]();
    await workspace.close();
    await assert.rejects(async () => workspace.store.counts(), { code: 'STORE_CLOSED' });
    const again = await opened(t, 'disposed');
    assert.equal((await again.store.counts()).items, 80);
  });
});

describe('imports', () => {
  test('the same files are imported once, and progress is reported to the caller', async (t) => {
    const workspace = await opened(t, 'imports');
    const stages = new Set<string>();
    const files = { items: [folder.items], events: [folder.events] };
    const first = await workspace.import(files, { progress: ({ stage }) => stages.add(stage) });
    assert.deepEqual([...stages], ['import']);
    assert.equal(first.counts.items, 80);
    assert.deepEqual([first.unchanged, first.source], [false, 'items.jsonl.gz, interactions.tsv.gz']);
    const second = await workspace.import(files);
    assert.deepEqual(second, { ...first, impressions: 0, unchanged: true, reading: [] });
    await assert.rejects(workspace.import({}), { code: 'NOTHING_TO_IMPORT' });
    await assert.rejects(workspace.import({ items: [] }), { code: 'NOTHING_TO_IMPORT' });
  });

  test('a data folder and the simulated shop need a workspace of their own', async (t) => {
    const workspace = await opened(t, 'alone');
    const imported = await workspace.importDirectory(folder.shop);
    assert.deepEqual([imported.counts.items, imported.source], [80, folder.shop]);
    await writeSimulatedShop(at('other'), { events: 1000, seed: 7 });
    await assert.rejects(workspace.importDirectory(at('other')), { code: 'IMPORT_OTHER_DATA' });
    await assert.rejects(workspace.importSimulatedShop(), {
      code: 'WORKSPACE_HOLDS_OTHER_DATA',
      details: { dir: at('alone'), held: (await workspace.store.imports())[0].files },
    });
    assert.deepEqual(await workspace.store.counts(), imported.counts);
  });

  test('the simulated shop takes options, and another one is refused', async (t) => {
    const workspace = await opened(t, 'simulated');
    const options = { events: 1000, users: 30, items: 60 };
    const imported = await workspace.importSimulatedShop(options);
    assert.deepEqual([imported.counts.items, imported.counts.events, imported.unchanged], [60, 1000, false]);
    assert.equal((await workspace.importSimulatedShop(options)).unchanged, true);
    await assert.rejects(workspace.importSimulatedShop(), { code: 'SIMULATED_OTHER_SHOP' });
  });

  test('an aborted import leaves the workspace as it was', async (t) => {
    const workspace = await opened(t, 'aborted');
    const reason = new Error('enough');
    const files = { items: [folder.items], events: [folder.events] };
    await assert.rejects(workspace.import(files, { signal: AbortSignal.abort(reason) }), reason);
    assert.deepEqual(await workspace.store.counts(), { items: 0, users: 0, events: 0 });
  });
});

test('a step before its time says which one is missing, and wrong options are named', async (t) => {
  const workspace = await opened(t, 'order');
  await assert.rejects(workspace.encode({ model: 'lexical' }), { code: 'NOTHING_IMPORTED' });
  await assert.rejects(workspace.train(), { code: 'NOTHING_IMPORTED' });
  await workspace.import({ items: [folder.items], events: [folder.events] });
  await assert.rejects(workspace.train(), { code: 'NOTHING_ENCODED' });
  const estimate = await workspace.estimateEncoding({ model: 'lexical', template: '{title}, {brand}' });
  assert.equal(estimate.template, '{title}, {brand}');
  assert.ok(estimate.missing > 0 && estimate.seconds > 0 && estimate.tokens > estimate.missing);
  await assert.rejects(workspace.train(), { code: 'NOTHING_ENCODED' }, 'an estimate stores nothing');
  await assert.rejects(workspace.encode({ template: '{title' }), { code: 'ENCODER_BAD_OPTION' });
  await assert.rejects(workspace.encode({ model: 'lexical', precision: 'int8' }), {
    code: 'OPTIONS_CONFLICT',
    details: { options: ['precision'], model: 'lexical' },
  });
  await assert.rejects(workspace.encode({ model: 'lexical', endpoint: { prompt: 'x' } }), {
    code: 'OPTIONS_CONFLICT',
    details: { options: ['endpoint.prompt'], model: 'lexical' },
  });
  const { texts, encoded } = await workspace.encode({ model: 'lexical' });
  assert.equal(encoded, texts);
  assert.equal((await workspace.encode()).encoded, 0, 'the encoder used last is the default');
  await assert.rejects(workspace.publish({ model: '2020' }), { code: 'MODEL_VERSION_UNKNOWN' });
  await assert.rejects(workspace.evaluate(), { code: 'NOTHING_TRAINED' });
  await assert.rejects(workspace.evaluate({ model: 'v9' }), { code: 'MODEL_VERSION_UNKNOWN' });
  await assert.rejects(workspace.engine(), { code: 'PUBLICATION_MISSING' });
  for (const options of [{ seed: -1 }, { threads: 0 }, { threads: 257 }, { seed: 0.5 }, { protocol: 'x' as never }])
    await assert.rejects(workspace.train(options), { code: 'WORKSPACE_BAD_OPTION' }, JSON.stringify(options));
  await assert.rejects(workspace.train({ config: { colour: 1 } }), { code: 'OPTION_UNKNOWN' });
  assert.deepEqual([await workspace.modelVersions(), await workspace.latestModel()], [[], undefined]);
});

test('falls back to the lexical encoder only if the default model cannot be obtained, with a warning', async (t) => {
  const environment = { ...process.env };
  t.after(() => {
    process.env = environment;
  });
  // No cache, no hub, and no Python to download with.
  const empty = at('no-models');
  process.env = { ...environment, HF_HUB_CACHE: empty, LOREKEEP_CACHE: empty, HF_HUB_OFFLINE: '1', PATH: empty };
  const workspace = await opened(t, 'fallback');
  await workspace.import({ items: [folder.items], events: [folder.events] });
  const warnings: Warning[] = [];
  const run = { warn: (warning: Warning) => warnings.push(warning) };
  await assert.rejects(workspace.encode({ model: 'all-MiniLM-L6-v2' }, run), { code: 'MODEL_NOT_AVAILABLE' });
  assert.equal(warnings.length, 0);
  const { model, isLanguageModel } = await workspace.encode({}, run);
  assert.deepEqual([model, isLanguageModel], ['lexical', false]);
  assert.deepEqual(
    warnings.map(({ code }) => code),
    ['ENCODER_FALLBACK'],
  );
  assert.match(warnings[0].message, /NOT a language model/);
});
