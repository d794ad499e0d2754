/**
 * Downloads that fail: broken connection, killed process, changed file, refusal, redirect. The hub
 * is a real local server.
 */
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, readdir, readFile, stat, utimes, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import type { ProgressEvent } from '@lorekeep/core';
import { sha256 } from '@lorekeep/core';
import { readSafetensors, saveSafetensors } from '@lorekeep/graph';
import { type FailedSource, openEncoder, type ResolveOptions, resolveModel } from '../../src/index.ts';
import { TINY_BERT } from '../support/fixtures.ts';
import { emptyMachine, environment, temporaryFolder } from '../support/machine.ts';
import { cutAfter, filesIn, type HubServer, startHub } from './hub-server.ts';

const WEIGHTS = 'model.safetensors';
const CHILD = fileURLToPath(new URL('./resolve-child.ts', import.meta.url));

interface Scene {
  hub: HubServer;
  cacheDir: string;
  resolve(options?: ResolveOptions): Promise<{ directory: string; source: string; weights?: string }>;
  /** The reason why the hub could not provide the model. */
  failure(options?: ResolveOptions): Promise<FailedSource>;
  /** First requested bytes of the weights, in order. */
  starts(): (number | undefined)[];
}

/**
 * A hub with a model whose weights have `bytes` bytes of arbitrary content. Default: the real
 * weights.
 */
async function scene(t: TestContext, bytes?: number): Promise<Scene> {
  const { cacheDir } = await emptyMachine(t);
  const files = await filesIn(TINY_BERT);
  if (bytes !== undefined)
    files.set(WEIGHTS, Buffer.alloc(bytes, Buffer.from(Array.from({ length: 251 }, (_, i) => (i * 79) % 251))));
  const hub = await startHub(t, files);
  environment(t, { HF_ENDPOINT: hub.url });
  const resolve = (options: ResolveOptions = {}) =>
    resolveModel('org/tiny', { cacheDir, retrySeconds: 0.002, ...options });
  return {
    hub,
    cacheDir,
    resolve,
    async failure(options) {
      const error = await resolve(options).then(
        () => assert.fail('the model was found'),
        (reason) => reason,
      );
      assert.equal(error.code, 'MODEL_NOT_AVAILABLE', String(error));
      return error.details.tried.find(({ source }: FailedSource) => source === 'hub');
    },
    starts: () => hub.requests.filter(({ path }) => path === WEIGHTS).map(({ from }) => from),
  };
}

test('a download resumes after every broken connection', async (t) => {
  const { hub, resolve, starts } = await scene(t, 100_000);
  hub.misbehave = (request, content, response) =>
    request.path === WEIGHTS && (request.from ?? 0) < 80_000 && cutAfter(20_000, request, content, response);
  const events: ProgressEvent[] = [];
  // More failures than retries: a failure with progress resets the count.
  const { directory } = await resolve({ retries: 1, progress: (event) => events.push(event) });
  assert.deepEqual(await readFile(join(directory, WEIGHTS)), hub.files.get(WEIGHTS));
  const all = starts();
  assert.equal(all[0], undefined);
  assert.ok(all.length >= 5 && all.slice(1).every((from, at) => from! > (all[at] ?? 0)), `${all}`);

  const total = [...hub.files.values()].reduce((sum, { length }) => sum + length, 0);
  const wanted = events.filter(({ stage }) => stage === 'model');
  assert.ok(wanted.every(({ total: said, unit }) => said === events[0].total && unit === 'bytes'));
  assert.ok(events[0].total! <= total && wanted.at(-1)?.done === events[0].total);
  assert.ok(
    wanted.every(({ done }, at) => at === 0 || done >= wanted[at - 1].done),
    'progress does not go back',
  );
});

test('a call does not download again what an earlier failed call received', async (t) => {
  const { hub, resolve, failure, starts, cacheDir } = await scene(t, 50_000);
  hub.misbehave = (request, content, response) =>
    request.path === WEIGHTS &&
    (request.from === undefined ? cutAfter(30_000, request, content, response) : !!response.writeHead(503).end());
  const { reason } = await failure({ retries: 2 });
  assert.match(reason, /model\.safetensors: HTTP 503, 3 times; 30000 of 50000 bytes are kept/);
  hub.misbehave = undefined;
  const before = hub.requests.length;
  await resolve();
  const files = hub.requests.slice(before).filter(({ path }) => !path.startsWith('/api'));
  assert.deepEqual([files[0].path, files[0].from], [WEIGHTS, 30_000]);
  const asked = hub.requests.map(({ path }) => path);
  assert.equal(asked.filter((path) => path === 'config.json').length, 1, 'complete files are not downloaded again');
  assert.deepEqual(starts().slice(0, 2), [undefined, 30_000]);
  assert.deepEqual(await readdir(join(cacheDir, 'downloads')), []);
});

test('a later process resumes the partial file of a killed process', async (t) => {
  const { hub, resolve, starts, cacheDir } = await scene(t, 3_000_000);
  const content = hub.files.get(WEIGHTS)!;
  hub.misbehave = ({ path }, _, response) => {
    if (path !== WEIGHTS) return false;
    response.writeHead(200, { 'content-length': content.length }).write(content.subarray(0, 2_000_000));
    return true;
  };
  const child = spawn(process.execPath, [CHILD, 'org/tiny', cacheDir], { stdio: 'inherit', env: process.env });
  const partial = async () => {
    const names = await readdir(join(cacheDir, 'downloads')).catch(() => []);
    const part = names.find((name) => name.endsWith('.part') && name.startsWith(sha256(content)));
    return part === undefined ? 0 : (await stat(join(cacheDir, 'downloads', part))).size;
  };
  while ((await partial()) < 2_000_000) await new Promise((resume) => setTimeout(resume, 20));
  child.kill('SIGKILL');
  await once(child, 'exit');
  assert.deepEqual(await readdir(join(cacheDir, 'models')).catch(() => []), []);
  hub.misbehave = undefined;
  const { directory } = await resolve();
  assert.deepEqual(await readFile(join(directory, WEIGHTS)), content);
  assert.deepEqual(starts(), [undefined, 2_000_000]);
});

test('a partial file that another process is writing is not touched', async (t) => {
  const { hub, resolve, starts, cacheDir } = await scene(t, 10_000);
  const content = hub.files.get(WEIGHTS)!;
  const downloads = join(cacheDir, 'downloads');
  await mkdir(downloads, { recursive: true });
  const foreign = join(downloads, `${sha256(content)}.other000-1-abc.part`);
  await writeFile(foreign, content.subarray(0, 4000));
  await resolve();
  assert.deepEqual(starts(), [undefined]);
  assert.equal((await readFile(foreign)).length, 4000);
});

test('an abandoned partial file is resumed, and two calls do not share one', async (t) => {
  const { hub, resolve, starts, cacheDir } = await scene(t, 10_000);
  const content = hub.files.get(WEIGHTS)!;
  const downloads = join(cacheDir, 'downloads');
  await mkdir(downloads, { recursive: true });
  const foreign = join(downloads, `${sha256(content)}.other000-1-abc.part`);
  await writeFile(foreign, content.subarray(0, 4000));
  const hourAgo = Date.now() / 1000 - 3600;
  await utimes(foreign, hourAgo, hourAgo);
  const all = await Promise.all([resolve(), resolve()]);
  assert.deepEqual(await readFile(join(all[0].directory, WEIGHTS)), content);
  assert.equal(all[0].directory, all[1].directory);
  // The second call uses the finished file of the first, or starts its own partial file.
  const [first, second] = starts();
  assert.ok(first === 4000 || second === 4000, `${starts()}`);
  assert.ok(starts().filter((from) => from === 4000).length === 1);
});

test('if the server ignores ranges, the download starts from zero', async (t) => {
  const { hub, resolve, starts } = await scene(t, 50_000);
  let cut = false;
  hub.misbehave = (request, content, response) => {
    if (request.path !== WEIGHTS) return false;
    if (!cut) return (cut = cutAfter(20_000, request, content, response));
    response.setHeader('content-length', content.length).end(content);
    return true;
  };
  const { directory } = await resolve();
  assert.deepEqual(await readFile(join(directory, WEIGHTS)), hub.files.get(WEIGHTS));
  assert.deepEqual(starts(), [undefined, 20_000]);
});

test('a file that changed on the server is downloaded from zero', async (t) => {
  const { hub, resolve, failure, starts } = await scene(t, 50_000);
  hub.misbehave = (request, content, response) =>
    request.path === WEIGHTS &&
    (request.from === undefined ? cutAfter(30_000, request, content, response) : !!response.writeHead(503).end());
  await failure({ retries: 0 });
  hub.misbehave = undefined;
  hub.files.set(WEIGHTS, Buffer.alloc(40_000, 3));
  const { directory } = await resolve();
  assert.deepEqual(await readFile(join(directory, WEIGHTS)), Buffer.alloc(40_000, 3));
  assert.equal(starts().at(-1), undefined);
});

test('a file of mismatched pieces is downloaded once more in one piece; a wrong file in one piece is refused', async (t) => {
  const { hub, resolve, failure, starts, cacheDir } = await scene(t, 50_000);
  let cut = false;
  const wrong = Buffer.alloc(50_000, 1);
  hub.misbehave = (request, _, response) =>
    request.path === WEIGHTS && !cut && (cut = cutAfter(20_000, request, wrong, response));
  const { directory } = await resolve();
  assert.deepEqual(await readFile(join(directory, WEIGHTS)), hub.files.get(WEIGHTS));
  assert.deepEqual(starts(), [undefined, 20_000, undefined]);

  hub.files.set(WEIGHTS, Buffer.alloc(50_000, 2));
  await writeFile(join(directory, WEIGHTS), 'damaged');
  hub.misbehave = ({ path }, content, response) => path === WEIGHTS && !!response.end(Buffer.alloc(content.length, 9));
  const { code, reason } = await failure();
  assert.equal(code, 'MODEL_HASH_MISMATCH');
  assert.match(reason, /SHA-256/);
  assert.ok(
    (await readdir(join(cacheDir, 'downloads'))).every((name) => !name.startsWith(sha256(Buffer.alloc(50_000, 2)))),
  );
  assert.equal(starts().length, 4, 'no second request');

  hub.misbehave = ({ path }, content, response) => path === WEIGHTS && !!response.end(Buffer.alloc(content.length + 1));
  assert.match((await failure()).reason, /longer than the 50000 bytes/);
});

test('a busy hub is retried, a stalled connection is given up, a refusal is not retried', async (t) => {
  const { hub, resolve, failure, starts } = await scene(t);
  let busy = 0;
  hub.misbehave = (_, __, response) =>
    ++busy % 2 === 1 && !!response.writeHead(busy % 4 === 1 ? 429 : 503, { 'retry-after': '0' }).end();
  await resolve();
  assert.ok(busy > 10);

  const files = hub.files;
  files.set(WEIGHTS, Buffer.alloc(100));
  hub.misbehave = ({ path }, content, response) =>
    path === WEIGHTS && response.writeHead(200, { 'content-length': 100 }).write(content.subarray(0, 10));
  const { cacheDir } = await emptyMachine(t);
  environment(t, { HF_ENDPOINT: hub.url });
  assert.match(
    (await failure({ cacheDir, retries: 1, stallSeconds: 0.05 })).reason,
    /no data for 0\.05 s, 2 times; 10 of 100/,
  );
  const before = starts().length;
  hub.misbehave = ({ path }, _, response) => path === WEIGHTS && !!response.writeHead(403).end();
  assert.match((await failure({ cacheDir })).reason, /model\.safetensors: HTTP 403/);
  assert.equal(starts().length, before + 1);
});

test('an abort ends a download with its reason and keeps the received bytes', async (t) => {
  const { hub, resolve, starts } = await scene(t, 50_000);
  const stop = new AbortController();
  hub.misbehave = ({ path }, content, response) =>
    path === WEIGHTS &&
    response.writeHead(200, { 'content-length': content.length }).write(content.subarray(0, 30_000));
  const reason = new Error('enough');
  const progress = ({ done }: ProgressEvent) => {
    if (done > 30_000) stop.abort(reason);
  };
  await assert.rejects(resolve({ signal: stop.signal, progress }), reason);
  hub.misbehave = undefined;
  await resolve();
  assert.ok(starts()[1]! > 0);
});

test('a token is sent to the hub and not to the target of a redirect', async (t) => {
  const { hub, resolve } = await scene(t);
  environment(t, { HF_TOKEN: 'hf_secret' });
  const tokens: (string | undefined)[] = [];
  const content = hub.files.get(WEIGHTS)!;
  const storage = createServer((request, response) => {
    tokens.push(request.headers.authorization);
    response.end(content);
  }).listen(0, '127.0.0.1');
  await once(storage, 'listening');
  t.after(() => storage.close());
  const location = `http://localhost:${(storage.address() as AddressInfo).port}/blob`;
  hub.misbehave = ({ path }, _, response) => path === WEIGHTS && !!response.writeHead(302, { location }).end();
  await resolve();
  assert.deepEqual(tokens, [undefined]);
  assert.ok(hub.requests.every(({ headers }) => headers.authorization === 'Bearer hf_secret'));
});

test('file names outside the model are refused, from the hub and from a manifest', async (t) => {
  const { hub, failure, cacheDir, resolve } = await scene(t);
  for (const name of [
    '../config.json',
    '/etc/passwd',
    '1_Pooling/../../x',
    'a\\..\\b',
    'C:/x',
    'a//b',
    'a\0b',
    './x',
  ]) {
    hub.listed = [name];
    const { code } = await failure();
    assert.equal(code, 'MODEL_BAD_PATH', name);
  }
  assert.deepEqual(await readdir(cacheDir).catch(() => []), []);
  hub.listed = [];
  const { directory } = await resolve();
  const manifest = join(directory, 'lorekeep.json');
  await writeFile(manifest, JSON.stringify({ files: { '../../secret': sha256('') } }));
  const error = await resolve({ offline: true }).catch((reason) => reason);
  assert.equal(error.details.tried[1].code, 'MODEL_BAD_PATH');
});

test('shards and module folders are downloaded completely and can be opened', async (t) => {
  const { hub, resolve } = await scene(t);
  const direct = await openEncoder(TINY_BERT, { threads: 1 });
  const folder = await temporaryFolder(t);
  const { arrays } = await readSafetensors(join(TINY_BERT, WEIGHTS));
  const names = Object.keys(arrays).sort();
  const map: Record<string, string> = {};
  for (const shard of [1, 2]) {
    const file = `model-0000${shard}-of-00002.safetensors`;
    const part = names.filter((_, at) => at % 2 === shard - 1);
    await saveSafetensors(join(folder, file), Object.fromEntries(part.map((name) => [name, arrays[name]])));
    for (const name of part) map[name] = file;
    hub.files.set(file, await readFile(join(folder, file)));
  }
  hub.files.delete(WEIGHTS);
  hub.files.set('model.safetensors.index.json', Buffer.from(JSON.stringify({ weight_map: map })));
  const found = await resolve();
  assert.equal(found.weights, undefined);
  const encoder = await openEncoder(found.directory, { threads: 1 });
  const texts = ['a steel screw', 'the red lamp'];
  assert.deepEqual(await encoder.encode(texts), await direct.encode(texts));
  await Promise.all([encoder.close(), direct.close()]);
});

test('the limits of the retry options are checked', async () => {
  for (const options of [{ retries: -1 }, { retries: 1.5 }, { retrySeconds: 0 }, { stallSeconds: Number.NaN }])
    await assert.rejects(resolveModel('org/tiny', options), { code: 'ENCODER_BAD_OPTION' });
});
