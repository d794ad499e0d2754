import assert from 'node:assert/strict';
import { test } from 'node:test';
import { sha256 } from '@lorekeep/core';
import { createHashSet } from '../../src/job/hash-set.ts';

test('many hashes are distinguished', () => {
  const set = createHashSet();
  const hashes = Array.from({ length: 20_000 }, (_, i) => sha256(`${i}`));
  for (const hash of ['0'.repeat(64), `${'0'.repeat(15)}2${'0'.repeat(48)}`, ...hashes]) assert.ok(set.add(hash));
  for (const hash of ['0'.repeat(64), ...hashes]) assert.ok(!set.add(hash));
  assert.equal(set.size, 20_002);
});
