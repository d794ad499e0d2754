/**
 * The examples of README.md do what they show: the library example takes a small shop from files to
 * recommendations, and the request is answered by a service over what the example has published.
 */
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { makeEvents, makeItems, topicOf } from '@lorekeep/testing';
import { lineOf, start } from '../command.ts';
import { codeBlocks } from './markdown.ts';

const PACKAGE = fileURLToPath(new URL('../../', import.meta.url));
const README = fileURLToPath(new URL('../../../../README.md', import.meta.url));
const ADDRESS = 'http://127.0.0.1:7070';

const run = promisify(execFile);

/** The user of the request, who is a user of the quick start's shop. */
let user: string;
let command: string;
let answer: any;
let program: string;
let dir: string;

before(async () => {
  const blocks = codeBlocks(await readFile(README, 'utf8'));
  program = blocks.find(({ language }) => language === 'ts')!.text;
  const request = blocks.find(({ text }) => text.startsWith('$ curl'))!.text.slice('$ '.length);
  command = request.slice(0, request.indexOf('\n{'));
  answer = JSON.parse(request.slice(command.length));
  user = /"user":"([^"]+)"/.exec(command)![1];

  dir = await mkdtemp(join(tmpdir(), 'lorekeep-readme-'));
  await mkdir(join(dir, 'node_modules'));
  await symlink(PACKAGE, join(dir, 'node_modules/lorekeep'));
  const items = makeItems();
  const events = makeEvents(items).map((event) => (event.user === 'user-2' ? { ...event, user } : event));
  await writeFile(join(dir, 'items.jsonl'), items.map((item) => `${JSON.stringify(item)}\n`).join(''));
  const lines = events.map((event) => [event.user, event.item, event.type, event.timestamp].join());
  await writeFile(join(dir, 'events.csv'), `user,item,type,timestamp\n${lines.join('\n')}\n`);
});
after(() => rm(dir, { recursive: true }));

test('the library example recommends items of the user’s topic', async () => {
  await writeFile(join(dir, 'example.mts'), program);
  // Without a network and with an empty cache, the lexical encoder replaces the language model.
  const env = { ...process.env, HF_HOME: join(dir, 'cache'), HF_HUB_OFFLINE: '1', FORCE_COLOR: '0' };
  const { stdout } = await run(process.execPath, ['example.mts'], { cwd: dir, env });
  const ids: string[] = JSON.parse(stdout.replaceAll("'", '"'));
  assert.equal(ids.length, 5);
  // `user-1` bought items of one topic only.
  assert.deepEqual(new Set(ids.map(topicOf)), new Set(['kitchen']));
});

test('the request gets an answer of the form that is shown', async () => {
  const { child, finished } = start(['serve', '--workspace', 'shop', '--port', '0', '--json'], dir);
  try {
    const { address } = await lineOf(child, (line) => line.event === 'listening');
    assert.ok(command.includes(ADDRESS));
    const { stdout } = await run('sh', ['-c', command.replace(ADDRESS, address)]);
    const given = JSON.parse(stdout);
    assert.deepEqual(Object.keys(given), Object.keys(answer));
    assert.equal(given.items.length, answer.items.length);
    assert.deepEqual(Object.keys(given.items[0]), Object.keys(answer.items[0]));
    assert.notEqual(given.source, 'popularity', 'the user has a history');
    assert.deepEqual(given.unknownItems, answer.unknownItems);
  } finally {
    child.kill('SIGINT');
    await finished;
  }
});
