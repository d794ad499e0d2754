/** The status of a workspace names the stage that is reached and the step that is next. */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdir, readdir, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { after, before, type TestContext, test } from 'node:test';
import { openWorkspace, type Workspace } from '@lorekeep/workspace';
import { createShopFolder, type ShopFolder } from './shop.ts';

const QUICK = { training: { epochs: 1 }, network: { dim: 16 } };

let folder: ShopFolder;
let workspace: Workspace;
before(async () => {
  folder = await createShopFolder({ events: 1500, users: 40, items: 80 });
  workspace = await openWorkspace(join(folder.dir, 'status'), { create: true });
});
after(async () => {
  await workspace.close();
  await folder.remove();
});

/** A service that is ready with a version. */
async function answering(t: TestContext, version: () => string): Promise<string> {
  const service = createServer((_, response) => {
    response.end(JSON.stringify({ status: 'ready', version: version() }));
  });
  await new Promise<void>((resolve) => service.listen(0, '127.0.0.1', resolve));
  t.after(() => service.close());
  return `http://127.0.0.1:${(service.address() as AddressInfo).port}`;
}

const reached = async () => {
  const { stage, next, unfinished } = await workspace.status();
  return [stage, next, unfinished];
};

test('it follows the main job from an empty workspace to a running service', async (t) => {
  assert.deepEqual(await reached(), ['empty', 'import', undefined]);
  await workspace.import({ items: [folder.items], events: [folder.events] });
  assert.deepEqual(await reached(), ['imported', 'encode', undefined]);
  await workspace.encode({ model: 'lexical' });
  assert.deepEqual(await reached(), ['encoded', 'train', undefined]);
  const { version } = await workspace.train({ config: QUICK });
  assert.deepEqual(await reached(), ['trained', 'publish', undefined]);
  const published = await workspace.publish({ index: 'exact' });
  assert.deepEqual(await reached(), ['published', 'serve', undefined]);

  let serving = 'another version';
  const address = await answering(t, () => serving);
  const remove = await workspace.registerService(address);
  assert.deepEqual((await reached())[0], 'published', 'it answers with another version');
  serving = published.version;
  const { stage, next, counts, encoder, model, live, ...others } = await workspace.status();
  assert.deepEqual([stage, next], ['served', 'recommend']);
  assert.deepEqual([counts.items, encoder?.isLanguageModel, model], [80, false, { version, preset: 'learn' }]);
  assert.deepEqual(live, { version: published.version, model: version, items: 80, events: counts.events });
  assert.deepEqual([others.service, others.problems, others.readOnly], [{ address }, [], undefined]);
  await remove();
  assert.deepEqual((await reached())[0], 'published');
});

test('the record of a service whose process is gone is ignored, and removed by the next service', async (t) => {
  const { live } = await workspace.status();
  const address = await answering(t, () => live!.version);
  const { pid } = spawnSync('true');
  const services = join(workspace.dir, 'services');
  const record = { address, pid, host: hostname(), startedAt: 1 };
  await writeFile(join(services, `${pid}.json`), JSON.stringify(record));
  await writeFile(join(services, '1.json'), 'damaged');
  assert.equal((await workspace.status()).service, undefined);
  await writeFile(join(services, `${process.ppid}.json`), JSON.stringify({ ...record, pid: process.ppid }));
  assert.deepEqual((await workspace.status()).service, { address });
  const remove = await workspace.registerService('http://127.0.0.1:1');
  assert.ok(!(await readdir(services)).includes(`${pid}.json`));
  assert.deepEqual((await workspace.status()).service, { address }, 'of two services the one that answers');
  await remove();
  await rm(services, { recursive: true });
});

test('new data leads back to the step that takes it up', async () => {
  const users = join(folder.dir, 'users.csv');
  await writeFile(users, 'user,country\nsim-user-000001,fi\n');
  const before = await reached();
  assert.equal((await workspace.import({ users: [users] })).userRecords, 1);
  assert.deepEqual(await reached(), before, 'attributes of users need no training');
  const more = join(folder.dir, 'more.jsonl');
  await writeFile(more, `${JSON.stringify({ id: 'new-item', title: 'A lamp of brass' })}\n`);
  await workspace.import({ items: [more] });
  assert.deepEqual((await reached()).slice(0, 2), ['imported', 'encode']);
  await workspace.encode();
  assert.deepEqual((await reached()).slice(0, 2), ['encoded', 'train']);
  await workspace.train({ config: QUICK });
  assert.deepEqual((await reached()).slice(0, 2), ['trained', 'publish']);
});

test('stopped work is named', async () => {
  const stopped = new AbortController();
  const progress = ({ stage, done }: { stage: string; done: number }) => {
    if (stage === 'train' && done > 0) stopped.abort(new Error('stopped'));
  };
  const config = { ...QUICK, training: { epochs: 3 } };
  await assert.rejects(workspace.train({ config, seed: 7 }, { progress, signal: stopped.signal }), /stopped/);
  assert.deepEqual((await workspace.status()).unfinished, { step: 'train' });

  const other = await openWorkspace(join(folder.dir, 'half-encoded'), { create: true });
  try {
    await other.import({ items: [folder.items], events: [folder.events] });
    const { id } = await other.encode({ model: 'lexical' });
    // As a first run leaves it when it is stopped: vectors, but no encoder in use.
    await other.store.setSetting('encoder', null);
    const { stage, unfinished } = await other.status();
    const [{ texts }] = (await other.store.embeddingModels()).filter(({ model }) => model === id);
    assert.deepEqual([stage, unfinished], ['imported', { step: 'encode', model: 'lexical', texts }]);
  } finally {
    await other.close();
  }
});

test('a catalogue without events is published without a model', async () => {
  const other = await openWorkspace(join(folder.dir, 'catalogue'), { create: true });
  try {
    await other.import({ items: [folder.items] });
    await other.encode({ model: 'lexical' });
    const nothing = { training: 'impossible', testUsers: 0 };
    const { stage, next, outlook } = await other.status();
    assert.deepEqual([stage, next, outlook], ['encoded', 'publish', nothing]);
    await other.publish({ index: 'exact' });
    const later = await other.status();
    assert.deepEqual(
      [later.stage, later.next, later.live?.model, later.outlook],
      ['published', 'serve', null, nothing],
    );
  } finally {
    await other.close();
  }
});

test('what is damaged counts as absent and is reported', async () => {
  await mkdir(join(workspace.dir, 'published'), { recursive: true });
  await writeFile(join(workspace.dir, 'published', 'current'), '../elsewhere');
  const { stage, live, problems } = await workspace.status();
  assert.deepEqual([stage, live], ['trained', undefined]);
  assert.deepEqual(
    problems.map(({ code }) => code),
    ['PUBLICATION_CORRUPT'],
  );
});
