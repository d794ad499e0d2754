import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { openKnowledgeStore } from '@lorekeep/knowledge';
import { parseRedisUrl } from '../../src/centre/adapters/redis/address.ts';

test('addresses of Redis', () => {
  assert.deepEqual(parseRedisUrl('redis://localhost'), {
    isCluster: false,
    tls: false,
    database: 0,
    nodes: [{ host: 'localhost', port: 6379 }],
    label: 'redis://localhost',
  });
  const full = parseRedisUrl('rediss://ann:p%40ss:word@[::1]:7000/3');
  assert.deepEqual([full.tls, full.username, full.password, full.database], [true, 'ann', 'p@ss:word', 3]);
  assert.deepEqual(full.nodes, [{ host: '::1', port: 7000 }]);
  assert.equal(full.label, 'rediss://[::1]:7000');
  const cluster = parseRedisUrl('redis+cluster://:secret@a:1,b:2');
  assert.deepEqual([cluster.isCluster, cluster.username, cluster.password], [true, undefined, 'secret']);
  assert.deepEqual(cluster.nodes, [
    { host: 'a', port: 1 },
    { host: 'b', port: 2 },
  ]);
});

test('addresses that cannot be read are refused, without their password', async () => {
  const wrong = [
    'redis://',
    'redis://a:0',
    'redis://a:99999',
    'redis://a:1,b:2',
    'redis+cluster://a:1/2',
    'redis://a/b',
  ];
  for (const url of [...wrong, 'redis://:secret@a:b'])
    await assert.rejects(openKnowledgeStore(url), (error: any) => {
      assert.equal(error.code, 'KNOWLEDGE_URL_INVALID', url);
      assert.ok(!JSON.stringify(error).includes('secret'));
      return true;
    });
});

test('options and prefixes have limits', async () => {
  for (const options of [{ timeoutMs: 0 }, { cacheEntries: -1 }, { itemBuckets: 0.5 }, { keep: 101 }])
    await assert.rejects(openKnowledgeStore('redis://localhost', options), { code: 'OPTION_INVALID' });
  await assert.rejects(openKnowledgeStore('redis://localhost', { prefix: 'a*' }), { code: 'KNOWLEDGE_NAME_INVALID' });
  await assert.rejects(openKnowledgeStore(tmpdir(), { timeoutMs: 100 }), { code: 'OPTION_UNKNOWN' });
});

test('without the client of Redis, the error names the package and how to install it', () => {
  const elsewhere = mkdtempSync(join(tmpdir(), 'lorekeep-redis-'));
  try {
    const entry = new URL('../../src/index.ts', import.meta.url).href;
    const script = `
      const { openKnowledgeStore } = await import(${JSON.stringify(entry)});
      await openKnowledgeStore('redis://localhost').catch((error) => console.log(JSON.stringify(error)));`;
    const output = execFileSync(process.execPath, ['--input-type=module', '-e', script], { cwd: elsewhere });
    const error = JSON.parse(output.toString());
    assert.equal(error.code, 'KNOWLEDGE_ADAPTER_MISSING');
    assert.match(error.hint, /@redis\/client 6\.3\.1/);
  } finally {
    rmSync(elsewhere, { recursive: true, force: true });
  }
});
