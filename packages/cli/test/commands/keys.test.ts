/** `lorekeep keys`, and services that ask for keys, in processes of their own. */
import assert from 'node:assert/strict';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { setTimeout } from 'node:timers/promises';
import { lineOf, lorekeep, start } from '../command.ts';

describe('lorekeep keys', () => {
  let dir: string;
  const run = (...words: string[]) => lorekeep([...words, '--json'], dir);
  const keys = (...words: string[]) => run('keys', ...words);
  before(async () => {
    dir = await mkdtemp(join(tmpdir(), 'lorekeep-cli-keys-'));
    await writeFile(join(dir, 'items.csv'), 'id,title\na,Tea\nb,Cup\n');
    const { code, stderr } = await run('import', '--items', 'items.csv');
    assert.equal(code, 0, stderr);
  });
  after(() => rm(dir, { recursive: true }));

  test('creates, lists, rotates and revokes; the audit log has every change', async () => {
    const created = await keys(
      'create',
      '--scope',
      'read',
      'events',
      '--name',
      'shop',
      '--rate',
      '5',
      '--expires-in',
      '90d',
    );
    const { key, secret } = created.last;
    assert.match(secret, /^lk_[0-9a-f]{12}_[\w-]{43}$/);
    assert.deepEqual([key.scopes, key.name, key.rate], [['read', 'events'], 'shop', { perSecond: 5, burst: 10 }]);
    assert.equal(Math.round(key.expiresAt - key.createdAt), 90 * 86_400);
    const rotated = await keys('rotate', key.id, '--overlap', '1h');
    assert.notEqual(rotated.last.secret, secret);
    assert.equal((await keys('revoke', key.id)).last.key.state, 'revoked');
    const { last, stdout } = await keys('list');
    assert.deepEqual(
      last.keys.map(({ id, state }: any) => [id, state]),
      [[key.id, 'revoked']],
    );
    assert.ok(!stdout.includes(secret.slice(16)));
    const log = (await readFile(join(dir, '.lorekeep/audit.jsonl'), 'utf8')).trim().split('\n');
    assert.deepEqual(
      log.map((line) => JSON.parse(line)).map(({ who, what, target }) => [who, what, target]),
      ['keys create', 'keys rotate', 'keys revoke'].map((what) => ['command line', what, key.id]),
    );
  });

  test('on a terminal, stdout has the secret alone, so that a script can keep it', async () => {
    const { stdout, stderr } = await lorekeep(['keys', 'create', '--scope', 'read'], dir);
    assert.match(stdout, /^lk_[0-9a-f]{12}_[\w-]{43}\n$/);
    assert.match(stderr, /It is shown only now/);
    const table = await lorekeep(['keys', 'list'], dir);
    assert.match(table.stdout, /^[0-9a-f]{12} {2}revoked {2}read,events .* 5\/s, 10 at once {2}shop$/m);
  });

  test('says what to correct', async () => {
    const cases: [words: string[], code: string, hint: RegExp][] = [
      [['create'], 'USAGE', /keys create --help/],
      [['create', '--scope', 'root'], 'USAGE', /keys create --help/],
      [['create', '--scope', 'read', '--expires-in', '90'], 'USAGE', /keys create --help/],
      [['create', '--scope', 'read', '--namespace', 'A shop'], 'KEY_OPTION', /--namespace/],
      [['revoke', 'nothing'], 'KEY_UNKNOWN', /`lorekeep keys list`/],
    ];
    for (const [words, code, hint] of cases) {
      const { last, code: exit } = await keys(...words);
      assert.deepEqual([last.error.code, exit], [code, 2], words.join(' '));
      assert.match(last.error.hint, hint);
    }
  });

  test('a service that runs takes a new key, and refuses a revoked one', { timeout: 120_000 }, async () => {
    const refused = await run('knowledge', 'serve', '--host', '0.0.0.0', '--port', '0', '--workspace', 'empty');
    assert.equal(refused.last.error.code, 'WORKSPACE_MISSING');
    const { last } = await keys('create', '--scope', 'read');
    const words = ['knowledge', 'serve', '--host', '0.0.0.0', '--port', '0', '--admin-port', '0', '--json'];
    const { child, finished } = start(words, dir);
    const { address } = await lineOf(child, ({ event }) => event === 'listening');
    const at = `http://127.0.0.1:${new URL(address).port}`;
    const status = async (secret?: string) =>
      (
        await fetch(`${at}/v1/items/a`, {
          headers: secret === undefined ? {} : { authorization: `Bearer ${secret}` },
        })
      ).status;
    assert.equal(await status(), 401);
    assert.equal(await status(last.secret), 503);
    assert.equal((await fetch(`${at}/v1/keys`)).status, 404);
    const second = (await keys('create', '--scope', 'read')).last;
    while ((await status(second.secret)) !== 503) await setTimeout(50);
    await keys('revoke', last.key.id);
    while ((await status(last.secret)) !== 401) await setTimeout(50);
    assert.equal(await status(second.secret), 503);
    child.kill('SIGTERM');
    assert.equal((await finished).code, 0);
  });

  test('without a key, no service listens where other machines reach it', async () => {
    const other = join(dir, 'other');
    await run('import', '--items', 'items.csv', '--workspace', other);
    const words = ['knowledge', 'serve', '--host', '0.0.0.0', '--port', '0', '--workspace', other];
    const { last, code } = await run(...words);
    assert.deepEqual([last.error.code, code], ['KEYS_REQUIRED', 2]);
    assert.match(last.error.hint, /`lorekeep keys create --scope read/);
    const data = await run('quickstart', '--host', '0.0.0.0', '--workspace', join(dir, 'quick'));
    assert.equal(data.last.error.code, 'KEYS_REQUIRED', 'before anything is trained');
    const { child, finished } = start([...words, '--insecure-public-without-keys', '--json'], dir);
    const { address } = await lineOf(child, ({ event }) => event === 'listening');
    assert.equal((await fetch(`http://127.0.0.1:${new URL(address).port}/healthz`)).status, 200);
    child.kill('SIGTERM');
    await finished;
  });
});
