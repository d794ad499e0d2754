/** Redis for tests: skipped with a reason if it is missing, unless extras are required. */
import assert from 'node:assert/strict';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { findRedis, type RedisProgram } from '@lorekeep/testing/redis';

const root = fileURLToPath(new URL('../../../..', import.meta.url));
process.chdir(root);

function missing(): string | undefined {
  try {
    createRequire(join(root, '.extras', 'package.json')).resolve('@redis/client');
  } catch {
    return '@redis/client is not installed';
  }
  return findRedis() === undefined ? 'redis-server is not installed' : undefined;
}

/** Declares tests that need Redis. */
export function withRedis(name: string, declare: (program: RedisProgram) => void): void {
  const reason = missing();
  if (reason === undefined) declare(findRedis() as RedisProgram);
  else if (process.env.LOREKEEP_TEST_EXTRAS === 'required')
    test(name, () => assert.fail(`${reason}: run "pnpm extras" before the tests.`));
  else {
    console.warn(`\nSKIPPED: ${name}: ${reason}; run "pnpm extras" to run these tests as well\n`);
    test(name, { skip: reason }, () => {});
  }
}
