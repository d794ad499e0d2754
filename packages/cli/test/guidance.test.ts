/** The first minutes: `lorekeep` alone says what to do, and every command names the next one. */
import assert from 'node:assert/strict';
import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { writeSimulatedShop } from '@lorekeep/datasets';
import { suggestNext } from '../src/guidance/guidance.ts';
import { createOutput } from '../src/terminal.ts';
import { lineOf, lorekeep, start } from './command.ts';

let dir: string;
before(async () => {
  dir = await mkdtemp(join(tmpdir(), 'lorekeep-guidance-'));
  await writeSimulatedShop(join(dir, 'shop'), { events: 1500, users: 40, items: 80 });
  await writeFile(join(dir, 'quick.json'), JSON.stringify({ training: { epochs: 1 }, network: { dim: 16 } }));
});
after(() => rm(dir, { recursive: true }));

describe('lorekeep without a command', () => {
  test('names quickstart, import and the help where there is no workspace', async () => {
    const { code, stdout, stderr } = await lorekeep([], dir);
    assert.deepEqual([code, stderr], [0, '']);
    assert.match(stdout, /no workspace at \.lorekeep yet/);
    assert.match(stdout, /^Next: lorekeep quickstart .*\n {2}or: lorekeep import --items FILE --events FILE /m);
    assert.match(stdout, /^Help: lorekeep --help/m);
    const { last, code: same } = await lorekeep(['--json'], dir);
    assert.deepEqual([same, last], [0, { dir: join(dir, '.lorekeep'), stage: 'none', next: 'quickstart' }]);
  });

  test('still refuses what it does not know', async () => {
    for (const words of [['--no-such-option'], ['no-such-command'], ['--workspace', 'shop', 'train']]) {
      const { code, last } = await lorekeep([...words, '--json'], dir);
      assert.deepEqual([code, last.error.code], [2, 'USAGE'], words.join(' '));
    }
    const { code, stdout } = await lorekeep(['--help'], dir);
    assert.equal(code, 0);
    assert.match(stdout, /^Usage: lorekeep/);
  });
});

describe('each command names the next one, and status agrees', () => {
  const workspace = ['--workspace', 'my shop'];
  const files = ['--items', 'shop/items.jsonl.gz', '--events', 'shop/interactions.tsv.gz'];
  const steps: [words: string[], next: string, state: RegExp][] = [
    [['import', ...files], 'encode', /^Imported {3}80 items, 26 users, 1,500 events \([\d,]+ impressions\)$/m],
    [['encode', '--model', 'lexical', '--dry-run'], 'encode', /^Encoded {4}no$/m],
    [['encode', '--model', 'lexical'], 'train', /^Encoded {4}lexical \(not a language model\)$/m],
    [['train', '--config', 'quick.json'], 'publish', /^Trained {4}learn, model \S+$/m],
    [['evaluate'], 'publish', /^Published {2}no$/m],
    [['publish', '--index', 'exact'], 'serve', /^Published {2}publication \S+, 80 items$/m],
  ];
  for (const [words, next, state] of steps) {
    test(words.join(' '), async () => {
      const { code, stdout, stderr } = await lorekeep([...words, ...workspace], dir);
      assert.equal(code, 0, stderr);
      assert.ok(stderr.includes(`\nNext: lorekeep ${next} --workspace 'my shop'`), stderr);
      assert.ok(!stdout.includes('Next:'));
      const status = await lorekeep(workspace, dir);
      assert.equal(status.code, 0, status.stderr);
      assert.match(status.stdout, state);
      assert.ok(status.stdout.includes(`\nNext: lorekeep ${next} --workspace 'my shop'`), status.stdout);
    });
  }

  test('with --json no command prints guidance', async () => {
    const { lines, stderr } = await lorekeep(['encode', ...workspace, '--json'], dir);
    assert.ok(!`${JSON.stringify(lines)}${stderr}`.includes('Next:'));
    const status = await lorekeep(['status', ...workspace, '--json'], dir);
    assert.deepEqual([status.last.stage, status.last.next, status.last.live.items], ['published', 'serve', 80]);
  });

  test('a running service says how to ask it, and status finds it on any port', async () => {
    const { child, finished } = start(['serve', '--port', '0', ...workspace], dir);
    await new Promise((resolve) => child.stderr?.on('data', (text) => text.includes('Next:') && resolve(undefined)));
    const running = await lorekeep(workspace, dir);
    assert.match(running.stdout, /^Served {5}http:\/\/127\.0\.0\.1:\d+, process \d+$/m);
    assert.match(running.stdout, /^Next: lorekeep recommend /m);
    const events = [{ user: 'ann', item: 'sim-item-000001' }];
    const [address] = /http:\S+\d/.exec(running.stdout)!;
    const request = { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(events) };
    assert.equal((await fetch(`${address}/v1/events`, request)).status, 200);
    const page = await (await fetch(address)).text();
    assert.match(page, /<title>Lorekeep<\/title>/);
    assert.equal((await fetch(`${address}/v1/admin/model`)).status, 200, 'the page has its workspace');
    const encoded = await lorekeep(['encode', ...workspace], dir);
    assert.match(encoded.stderr, /^Next: lorekeep train /m, 'the new event is not trained');
    assert.ok(running.stdout.includes(`process ${child.pid}`));
    child.kill('SIGTERM');
    const { code, stdout, stderr } = await finished;
    assert.match(stderr, /send SIGTERM again/);
    assert.equal(code, 0);
    assert.match(stdout, /^Serving publication \S+ with 80 items at /);
    assert.match((await lorekeep(workspace, dir)).stdout, /^Served {5}no$/m);
    assert.deepEqual(await readdir(join(dir, 'my shop', 'services')), []);
    assert.match(stderr, /^Page: http:\/\/127\.0\.0\.1:\d+\/ shows in a browser /m);
    assert.match(stderr, /^Next: in another terminal, curl -s http:\/\/127\.0\.0\.1:\d+\/v1\/recommend /m);
  });
});

test('quickstart says once per stage what it is for, except with --json', async () => {
  const words = ['quickstart', '--data', 'shop', '--model', 'lexical', '--preset', 'linear', '--no-serve'];
  const { code, stderr } = await lorekeep([...words, '--workspace', 'people'], dir);
  assert.equal(code, 0, stderr);
  for (const sentence of [
    /^import {4}reads the items/gm,
    /^encode {4}turns the text/gm,
    /^train {5}learns from/gm,
    /^evaluate {2}asks the model/gm,
    /^index {5}arranges the items/gm,
  ])
    assert.equal([...stderr.matchAll(sentence)].length, 1, `${sentence}: ${stderr}`);
  const { child, finished } = start([...words, '--workspace', 'programs', '--json'], dir);
  await lineOf(child, (line) => line.address === null);
  const { stdout, stderr: errors } = await finished;
  assert.ok(!`${stdout}${errors}`.includes('turns the text'));
});

test('an import of events alone does not lead back to encode', async () => {
  const workspace = ['--workspace', 'more'];
  const files = ['--items', 'shop/items.jsonl.gz', '--events', 'shop/interactions.tsv.gz'];
  await lorekeep(['import', ...files, ...workspace], dir);
  await lorekeep(['encode', '--model', 'lexical', ...workspace], dir);
  await writeFile(join(dir, 'more.csv'), 'user,item,timestamp\nann,sim-item-000001,1700000000\n');
  const { stdout, stderr } = await lorekeep(['import', '--events', 'more.csv', ...workspace], dir);
  assert.match(stdout, /1,501 events/);
  assert.match(stderr, /^Next: lorekeep train /m);
});

test('an evaluation without a report names the option that writes one', async () => {
  const workspace = ['--workspace', 'my shop'];
  const { stderr } = await lorekeep(['evaluate', ...workspace], dir);
  assert.match(stderr, /^ {2}or: lorekeep evaluate --workspace 'my shop' --report FILE {3}/m);
  const reported = await lorekeep(['evaluate', '--report', 'report.html', ...workspace], dir);
  assert.match(reported.stderr, /^Next: /m);
  assert.doesNotMatch(reported.stderr, /--report FILE/);
});

test('a stage of unknown length begins without a line of zeros, and units agree with their number', () => {
  const written: string[] = [];
  const stream = { isTTY: false, write: (text: string) => written.push(text) };
  const output = createOutput(false, stream as never, stream as never);
  output.progress({ stage: 'search', done: 0, unit: 'steps' });
  output.progress({ stage: 'search', done: 1, unit: 'steps' });
  output.progress({ stage: 'import', done: 0, total: 1, unit: 'items' });
  assert.deepEqual(written, ['search     1 step\n', 'import       0%  0/1 item\n']);
});

test('guidance begins on a line of its own below a live bar', () => {
  const written: string[] = [];
  const terminal = { isTTY: true, columns: 80, write: (text: string) => written.push(text) };
  const output = createOutput(false, terminal as never, terminal as never);
  output.progress({ stage: 'train', done: 1, total: 9, unit: 'steps' });
  output.aside('Next: …');
  assert.deepEqual(written.slice(1), ['\n', 'Next: …\n']);
});

test('after a training on all events no evaluation is suggested, which would be refused', () => {
  const said = (command: string) => {
    const written: string[] = [];
    const terminal = { isTTY: false, write: (text: string) => written.push(text) };
    suggestNext(createOutput(false, terminal as never, terminal as never), command, 'shop');
    return written.join('');
  };
  assert.match(said('train'), / evaluate --workspace shop/);
  assert.match(said('train --refit all'), / publish --workspace shop/);
  assert.doesNotMatch(said('train --refit all'), / evaluate --workspace shop/);
  assert.match(said('quickstart --refit all'), / serve --workspace shop/);
});
