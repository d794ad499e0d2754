/**
 * An endpoint as encoder through the whole job: its options are remembered without secrets, from
 * `encode` to `serve`.
 */
import assert from 'node:assert/strict';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { writeSimulatedShop } from '@lorekeep/datasets';
import { answerOf, type EndpointServer, json, startEndpoint } from '@lorekeep/testing';
import { lineOf, lorekeep, start } from './command.ts';

const KEY = 'secret-key-of-the-test';
let dir: string;
let endpoint: EndpointServer;

before(async () => {
  dir = await mkdtemp(join(tmpdir(), 'lorekeep-cli-'));
  await writeSimulatedShop(join(dir, 'shop'), { events: 1500, users: 40, items: 80 });
  await writeFile(
    join(dir, 'quick.json'),
    JSON.stringify({ training: { epochs: 0 }, network: { dim: 16, hidden: 16, layers: 0 } }),
  );
  endpoint = await startEndpoint();
  process.env.LOREKEEP_TEST_KEY = KEY;
});
after(async () => {
  delete process.env.LOREKEEP_TEST_KEY;
  await endpoint.close();
  await rm(dir, { recursive: true });
});

describe('an endpoint', () => {
  const printed: string[] = [];
  const run = async (...words: string[]) => {
    const finished = await lorekeep([...words, '--json'], dir);
    printed.push(finished.stdout, finished.stderr);
    return finished;
  };
  const encode = ['encode', '--model', 'endpoint:big'];

  test('encodes with the given options, then again without them', async () => {
    assert.equal(
      (await run('import', '--items', 'shop/items.jsonl.gz', '--events', 'shop/interactions.tsv.gz')).code,
      0,
    );
    const without = await run(...encode);
    assert.deepEqual([without.code, without.last.error.code], [2, 'ENDPOINT_URL']);
    const options = ['--endpoint', endpoint.url, '--endpoint-key', 'LOREKEEP_TEST_KEY', '--endpoint-prompt', 'Item: '];
    // Fails after the first request, the one for the probe texts. The options must be remembered
    // nevertheless.
    endpoint.misbehave((_, response, count) => count > 1 && json(response, 400, { error: 'not now' }));
    const stopped = await run(...encode, ...options, '--endpoint-dimensions', '24');
    assert.deepEqual([stopped.code, stopped.last.error.code], [1, 'ENDPOINT_REFUSED']);
    endpoint.misbehave(undefined);
    const first = await run(...encode);
    assert.equal(first.code, 0, first.stderr + first.stdout);
    assert.deepEqual([first.last.name, first.last.model, first.last.dim], ['big', 'endpoint:big', 24]);
    assert.equal(first.last.encoded, first.last.texts);
    assert.ok(!('settings' in first.last));
    const { last: again } = await run('encode');
    assert.deepEqual([again.id, again.encoded], [first.last.id, 0]);
    for (const { authorization, input, dimensions } of endpoint.requests) {
      assert.deepEqual([authorization, dimensions], [`Bearer ${KEY}`, 24]);
      assert.ok(input.every((text) => text.startsWith('Item: ')));
    }
  });

  test('endpoint options for another kind of model are refused, and so are values outside their limits', async () => {
    for (const [words, code] of [
      [['encode', '--model', 'lexical', '--endpoint-prompt', 'x'], 'OPTIONS_CONFLICT'],
      [[...encode, '--endpoint-retries', '1000'], 'USAGE'],
    ] as const) {
      const { code: exit, last } = await run(...words);
      assert.deepEqual([exit, last.error.code], [2, code], words.join(' '));
    }
  });

  test('is used by publish and serve; while it is down the service recommends, and refuses only what needs it', async (t) => {
    assert.equal((await run('train', '--config', 'quick.json')).code, 0);
    assert.equal((await run('publish')).code, 0);
    const { child, finished } = start(['serve', '--port', '0', '--json'], dir);
    t.after(() => child.kill('SIGKILL'));
    const { address } = await lineOf(child, (line) => line.event === 'listening');
    const put = (id: string, title: string) =>
      fetch(`${address}/v1/items`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ id, title }),
      });
    endpoint.misbehave((_, response) => json(response, 429, { error: 'busy' }, { 'retry-after': '1000' }));
    const recommended = await fetch(`${address}/v1/recommend`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ history: [], k: 3 }),
    });
    assert.equal(recommended.status, 200);
    const refused = await put('new-1', 'A new thing without a vector');
    const body = await refused.text();
    assert.equal(refused.status, 503, body);
    assert.equal(JSON.parse(body).error.code, 'ENCODER_UNREACHABLE');
    assert.ok(!body.includes('127.0.0.1'), 'clients do not see the address of the endpoint');
    endpoint.misbehave(undefined);
    const accepted = await put('new-1', 'A new thing without a vector');
    assert.equal(accepted.status, 200, await accepted.text());
    child.kill('SIGINT');
    const { stdout, stderr, code } = await finished;
    printed.push(stdout, stderr);
    assert.equal(code, 0);
  });

  test('another model under the same name is detected', async () => {
    endpoint.misbehave((request, response) => json(response, 200, answerOf(request, 'another')));
    const changed = await run(...encode);
    assert.deepEqual([changed.code, changed.last.error.code], [1, 'ENDPOINT_CHANGED']);
    const meant = await run(...encode, '--endpoint-version', '2');
    assert.equal(meant.code, 0, meant.stdout);
    assert.equal(meant.last.encoded, meant.last.texts);
  });

  test('its key is in no output and no file', async () => {
    assert.ok(!printed.join().includes(KEY));
    for (const entry of await readdir(join(dir, '.lorekeep'), { recursive: true, withFileTypes: true }))
      if (entry.isFile()) {
        const content = await readFile(join(entry.parentPath, entry.name));
        assert.ok(!content.includes(KEY), entry.name);
      }
  });
});
