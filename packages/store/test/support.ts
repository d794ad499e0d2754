/** What the store's tests share. */
import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** For `assert.rejects`: the error has this code. */
export const code = (expected: string) => (error: unknown) => {
  assert.equal((error as { code?: string }).code, expected, String(error));
  return true;
};

/**
 * Runs a test with the path of a store that does not exist yet, in a temporary folder that is
 * removed afterwards.
 */
export async function inFolder(run: (path: string, folder: string) => Promise<void>): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'lorekeep-store-'));
  try {
    await run(join(folder, 'store.db'), folder);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
