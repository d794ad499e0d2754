/**
 * Sources of models with the real hub client, real cache layouts and the real pip. Only the servers
 * are local: the hub is an HTTP server that serves the tiny BERT of the fixtures.
 */
import assert from 'node:assert/strict';
import { appendFile, cp, mkdir, readdir, readFile, symlink, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { LorekeepError, sha256 } from '@lorekeep/core';
import { type FailedSource, openEncoder, resolveModel } from '../../src/index.ts';
import { TINY_BERT } from '../support/fixtures.ts';
import { emptyMachine, environment } from '../support/machine.ts';
import { COMMIT, filesIn, gitHash, type HubServer, startHub } from './hub-server.ts';

const WEIGHTS = sha256(await readFile(join(TINY_BERT, 'model.safetensors')));

const filesOfTiny = () => filesIn(TINY_BERT);

async function hub(t: TestContext, served: Record<string, Buffer> = {}): Promise<HubServer> {
  const files = await filesOfTiny();
  files.set('pytorch_model.bin', Buffer.from('not wanted'));
  const server = await startHub(t, files, served);
  environment(t, { HF_ENDPOINT: server.url });
  return server;
}

/**
 * Stores the model in the layout of the hub's own libraries: blobs by hash, and links to them by
 * name.
 */
async function putIntoHubCache(home: string, damaged?: string): Promise<void> {
  const folder = join(home, 'hf/hub/models--org--tiny');
  const snapshot = join(folder, 'snapshots', COMMIT);
  await mkdir(join(folder, 'refs'), { recursive: true });
  await mkdir(join(folder, 'blobs'));
  await writeFile(join(folder, 'refs/main'), COMMIT);
  for (const [name, bytes] of await filesOfTiny()) {
    const blob = join(folder, 'blobs', name === 'model.safetensors' ? sha256(bytes) : gitHash(bytes));
    await writeFile(blob, bytes);
    if (name === damaged) await appendFile(blob, ' ');
    await mkdir(dirname(join(snapshot, name)), { recursive: true });
    await symlink(blob, join(snapshot, name));
  }
}

async function failuresOf(work: Promise<unknown>): Promise<Record<string, string>> {
  const error = await work.then(
    () => assert.fail('the model was found'),
    (reason) => reason,
  );
  assert.ok(error instanceof LorekeepError, String(error));
  assert.equal(error.code, 'MODEL_NOT_AVAILABLE');
  const tried = error.details.tried as FailedSource[];
  for (const { source, reason } of tried) assert.ok(error.message.includes(`${source}: ${reason}`));
  return Object.fromEntries(tried.map(({ source, reason }) => [source, reason]));
}

test('a directory is used unchanged', async (t) => {
  await emptyMachine(t);
  const model = await resolveModel(TINY_BERT);
  assert.deepEqual(model, {
    id: TINY_BERT,
    name: 'tiny-bert',
    directory: TINY_BERT,
    source: 'directory',
    weights: WEIGHTS,
  });
});

test("the user's Hugging Face cache is used before the network", async (t) => {
  const { home, cacheDir } = await emptyMachine(t);
  await putIntoHubCache(home);
  const model = await resolveModel('org/tiny', { cacheDir });
  assert.equal(model.source, 'hub-cache');
  const encoder = await openEncoder('org/tiny', { cacheDir });
  const direct = await openEncoder(TINY_BERT);
  assert.equal(encoder.id, direct.id);
  await Promise.all([encoder.close(), direct.close()]);
});

test('the error lists the reason of every source: absent, network down, offline, damaged cache', async (t) => {
  const { home, cacheDir } = await emptyMachine(t);
  const nowhere = await failuresOf(resolveModel('org/tiny', { cacheDir }));
  assert.deepEqual(Object.keys(nowhere), ['hub-cache', 'cache', 'hub', 'mirror']);
  assert.match(nowhere['hub-cache'], /nothing at/);
  assert.match(nowhere.mirror, /no package/);
  const offline = await failuresOf(resolveModel('all-MiniLM-L6-v2', { cacheDir, offline: true }));
  assert.match(offline.hub, /offline/);
  assert.match(offline.mirror, /offline/);
  environment(t, { HF_HUB_OFFLINE: '1', PATH: join(home, 'nothing') });
  assert.match((await failuresOf(resolveModel('all-MiniLM-L6-v2', { cacheDir }))).mirror, /no Python/);
  assert.match((await failuresOf(resolveModel('org/tiny', { cacheDir }))).hub, /HF_HUB_OFFLINE/);
  await putIntoHubCache(home, 'model.safetensors');
  assert.match((await failuresOf(resolveModel('org/tiny', { cacheDir })))['hub-cache'], /SHA-256/);
});

test('a damaged small file in the cache is detected too', async (t) => {
  const { home, cacheDir } = await emptyMachine(t);
  await putIntoHubCache(home, 'config.json');
  assert.match((await failuresOf(resolveModel('org/tiny', { cacheDir })))['hub-cache'], /SHA|hash/);
});

test('the hub is used once; then the model is in the cache, and a damaged copy is downloaded again', async (t) => {
  const { cacheDir } = await emptyMachine(t);
  const { requests } = await hub(t);
  const fetched = await resolveModel('org/tiny', { cacheDir });
  assert.equal(fetched.source, 'hub');
  assert.equal(fetched.weights, WEIGHTS);
  assert.ok(!requests.some(({ path }) => path.includes('pytorch_model.bin')));
  const asked = requests.length;
  assert.equal((await resolveModel('org/tiny', { cacheDir })).source, 'cache');
  assert.equal(requests.length, asked);

  await appendFile(join(fetched.directory, 'tokenizer.json'), ' ');
  assert.match((await failuresOf(resolveModel('org/tiny', { cacheDir, offline: true }))).cache, /SHA-256/);
  assert.equal((await resolveModel('org/tiny', { cacheDir })).source, 'hub');
  assert.equal((await resolveModel('org/tiny', { cacheDir, offline: true })).source, 'cache');
  assert.deepEqual(await readdir(join(cacheDir, 'models')), ['org--tiny']);
});

test('downloaded files are checked against the hashes of the hub', async (t) => {
  const { cacheDir } = await emptyMachine(t);
  const altered = Buffer.from(await readFile(join(TINY_BERT, 'model.safetensors')));
  altered[altered.length - 1] ^= 1;
  await hub(t, { 'model.safetensors': altered });
  assert.match((await failuresOf(resolveModel('org/tiny', { cacheDir }))).hub, /SHA-256/);
  assert.deepEqual(await readdir(join(cacheDir, 'models')).catch(() => []), []);
});

test('a known model must have its published weights, from every source', async (t) => {
  const { cacheDir } = await emptyMachine(t);
  const directory = join(cacheDir, 'models/sentence-transformers--all-MiniLM-L6-v2');
  await cp(TINY_BERT, directory, { recursive: true });
  const files = { 'model.safetensors': WEIGHTS };
  await writeFile(join(directory, 'lorekeep.json'), JSON.stringify({ repo: 'x', origin: 'x', files }));
  assert.match((await failuresOf(resolveModel(undefined, { cacheDir, offline: true }))).cache, /53aa51172d14/);
});

test('ids that are missing paths or contain path traversal are refused', async (t) => {
  const { cacheDir } = await emptyMachine(t);
  const ids = [
    '',
    '../secret',
    './none',
    '/none',
    '~/none',
    'a/../b',
    'a/b/c',
    'a\\b',
    'a//b',
    'a b',
    '..%2f',
    'org/..',
  ];
  for (const id of [...ids, 'org/na\u0000me', 'org/-x', 'a--b', 'x'.repeat(200)])
    await assert.rejects(resolveModel(id, { cacheDir, offline: true }), { code: 'MODEL_BAD_ID', kind: 'usage' }, id);
});

test('an aborted call rejects with the reason', async (t) => {
  const { cacheDir } = await emptyMachine(t);
  const reason = new Error('enough');
  await assert.rejects(resolveModel('org/tiny', { cacheDir, signal: AbortSignal.abort(reason) }), reason);
});
