/** Keys in their file: what they may do, how long, and what the file tells. */
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { appendFile, mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, beforeEach, describe, test } from 'node:test';
import { LorekeepError } from '@lorekeep/core';
import { loadKeys } from '../../src/index.ts';

const code = (expected: string) => (error: unknown) => error instanceof LorekeepError && error.code === expected;

describe('keys', () => {
  let dir: string;
  let path: string;
  let time: number;
  const now = () => time;
  let count = 0;
  before(async () => {
    dir = await mkdtemp(join(tmpdir(), 'lorekeep-keys-'));
  });
  beforeEach(() => {
    path = join(dir, `keys-${count++}.jsonl`);
    time = 1_800_000_000;
  });
  after(() => rm(dir, { recursive: true }));

  test('a key is shown once and stored as the SHA-256 of its secret, for its owner only', async () => {
    const keys = await loadKeys(path, now);
    assert.equal(await keys.exist(), false);
    const { key, secret } = await keys.create({ scopes: ['write', 'read'], name: 'catalogue' });
    assert.match(secret, /^lk_[0-9a-f]{12}_[\w-]{43}$/);
    assert.deepEqual(key, {
      id: secret.slice(3, 15),
      name: 'catalogue',
      scopes: ['read', 'write'],
      namespace: 'default',
      createdAt: time,
      state: 'active',
    });
    assert.deepEqual(await keys.authenticate(secret), key);
    const text = await readFile(path, 'utf8');
    assert.ok(!text.includes(secret.slice(16)));
    assert.ok(text.includes(createHash('sha256').update(secret).digest('hex')));
    assert.equal((await stat(path)).mode & 0o777, 0o600);
    assert.ok(!JSON.stringify(await keys.list()).includes(secret.slice(16)));
  });

  test('a secret that differs in one character, or is cut, is refused', async () => {
    const keys = await loadKeys(path, now);
    const { secret } = await keys.create({ scopes: ['read'] });
    const flipped = secret.slice(0, -1) + (secret.endsWith('A') ? 'B' : 'A');
    for (const wrong of [flipped, secret.slice(0, -1), `${secret}A`, secret.toUpperCase(), 'lk_', '', secret.slice(3)])
      await assert.rejects(keys.authenticate(wrong), code('KEY_INVALID'), wrong);
    const other = await (await loadKeys(join(dir, 'other.jsonl'), now)).create({ scopes: ['read'] });
    await assert.rejects(keys.authenticate(other.secret), code('KEY_INVALID'));
  });

  test('a key ends at its time', async () => {
    const keys = await loadKeys(path, now);
    const { secret } = await keys.create({ scopes: ['read'], expiresIn: 60 });
    time += 59;
    assert.equal((await keys.authenticate(secret)).state, 'active');
    time += 1;
    await assert.rejects(keys.authenticate(secret), code('KEY_EXPIRED'));
    assert.equal((await keys.list())[0].state, 'expired');
  });

  test('after a rotation the former secret is accepted for the overlap only', async () => {
    const keys = await loadKeys(path, now);
    const { key, secret } = await keys.create({ scopes: ['read'] });
    const second = await keys.rotate(key.id, 60);
    assert.equal(second.key.id, key.id);
    assert.ok(await keys.authenticate(secret));
    assert.ok(await keys.authenticate(second.secret));
    const third = await keys.rotate(key.id);
    await assert.rejects(keys.authenticate(second.secret), code('KEY_INVALID'));
    await assert.rejects(keys.authenticate(secret), code('KEY_INVALID'));
    assert.ok(await keys.authenticate(third.secret));
    time += 60;
    assert.ok(await keys.authenticate(third.secret));
    await assert.rejects(keys.rotate('000000000000'), code('KEY_UNKNOWN'));
  });

  test('a revoked key stays in the list and is never accepted or rotated again', async () => {
    const keys = await loadKeys(path, now);
    const { key, secret } = await keys.create({ scopes: ['read'] });
    assert.equal((await keys.revoke(key.id)).state, 'revoked');
    assert.equal((await keys.revoke(key.id)).revokedAt, time);
    await assert.rejects(keys.authenticate(secret), code('KEY_INVALID'));
    await assert.rejects(keys.rotate(key.id), code('KEY_REVOKED'));
    await assert.rejects(keys.revoke('nothing'), code('KEY_UNKNOWN'));
    assert.equal(await keys.exist(), true);
  });

  test('processes share the file: no change is lost, and each sees those of the others', async () => {
    const sides = await Promise.all(Array.from({ length: 4 }, () => loadKeys(path, now)));
    const issued = await Promise.all(
      Array.from({ length: 20 }, (_, n) => sides[n % 4].create({ scopes: ['read'], name: `${n}` })),
    );
    for (const keys of sides) assert.equal((await keys.list()).length, 20);
    await sides[0].revoke(issued[3].key.id);
    assert.equal((await sides[1].list()).filter(({ state }) => state === 'revoked').length, 1);
  });

  test('a line that was cut while it was written does not count, and the next change replaces it', async () => {
    const { secret } = await (await loadKeys(path, now)).create({ scopes: ['read'] });
    await appendFile(path, '{"change":"revoked","at":18000');
    const keys = await loadKeys(path, now);
    assert.ok(await keys.authenticate(secret));
    await keys.create({ scopes: ['write'] });
    assert.equal((await keys.list()).length, 2);
  });

  test('a damaged line is an error that names it; a service that runs refuses every key', async () => {
    const keys = await loadKeys(path, now);
    const { secret } = await keys.create({ scopes: ['read'] });
    const lines = await readFile(path, 'utf8');
    await writeFile(path, `${lines}{"change":"promoted"}\n`);
    await assert.rejects(
      loadKeys(path),
      (error: any) => error.code === 'KEYS_DAMAGED' && error.message.includes('Line 2'),
    );
    await assert.rejects(keys.list(), code('KEYS_DAMAGED'));
    await rm(path);
    assert.equal(await keys.exist(), true, 'keys stay required when their file is gone');
    assert.deepEqual(await keys.list(), []);
    await assert.rejects(keys.authenticate(secret), code('KEY_INVALID'));
  });

  test('options outside their limits are refused', async () => {
    const keys = await loadKeys(path, now);
    const wrong: any[] = [
      { scopes: [] },
      { scopes: ['root'] },
      { scopes: ['read'], expiresIn: 0 },
      { scopes: ['read'], expiresIn: Number.NaN },
      { scopes: ['read'], namespace: 'Shop A' },
      { scopes: ['read'], name: 'x'.repeat(101) },
      { scopes: ['read'], rate: { perSecond: 0, burst: 1 } },
      { scopes: ['read'], rate: { perSecond: 1, burst: 0.5 } },
    ];
    for (const options of wrong)
      await assert.rejects(keys.create(options), code('KEY_OPTION'), JSON.stringify(options));
    const { key } = await keys.create({ scopes: ['read'] });
    await assert.rejects(keys.rotate(key.id, -1), code('KEY_OPTION'));
    assert.equal((await keys.list()).length, 1);
  });
});
