/** Temporary folders and environment variables for one test. */
import { mkdtempSync, rmSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestContext } from 'node:test';

/** A folder that is deleted after the test. */
export async function temporaryFolder(t: TestContext): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'lorekeep-encoder-'));
  t.after(() => rm(folder, { recursive: true, force: true }));
  return folder;
}

/** A folder that is deleted when the process ends, for code outside a test. */
export function scratchFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'lorekeep-encoder-'));
  process.on('exit', () => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

/** Sets environment variables for one test; `undefined` unsets a variable. */
export function environment(t: TestContext, values: Record<string, string | undefined>): void {
  for (const [name, value] of Object.entries(values)) {
    const before = process.env[name];
    t.after(() => {
      if (before === undefined) delete process.env[name];
      else process.env[name] = before;
    });
    if (value === undefined) delete process.env[name];
    else process.env[name] = value;
  }
}

/** A machine without models: empty caches, and a hub that refuses connections. */
export async function emptyMachine(t: TestContext): Promise<{ home: string; cacheDir: string }> {
  const home = await temporaryFolder(t);
  environment(t, {
    HF_HOME: join(home, 'hf'),
    HF_HUB_CACHE: undefined,
    HUGGINGFACE_HUB_CACHE: undefined,
    HF_HUB_OFFLINE: undefined,
    HF_TOKEN: undefined,
    HF_ENDPOINT: 'http://127.0.0.1:9',
  });
  return { home, cacheDir: join(home, 'lorekeep') };
}
