/** What the tests of this room share: the real model where it can be had, fixtures, temporary folders, cosines. */
import { mkdtempSync, rmSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import { fileURLToPath } from 'node:url';
import { errorCode } from '@lorekeep/core';
import { type ModelFiles, resolveModel } from '../../src/index.ts';

export const FIXTURES = fileURLToPath(new URL('../fixtures', import.meta.url));
export const TINY_BERT = join(FIXTURES, 'tiny-bert');

/** all-MiniLM-L6-v2 from any source. In CI its absence fails the test, elsewhere it is a loud skip. */
export async function realModel(t: TestContext): Promise<ModelFiles | undefined> {
  try {
    return await resolveModel('all-MiniLM-L6-v2');
  } catch (error) {
    if (process.env.CI === 'true' || errorCode(error) !== 'MODEL_NOT_AVAILABLE') throw error;
    console.error(`\nNOT TESTED against the real model: ${(error as Error).message}\n`);
    t.skip('all-MiniLM-L6-v2 could not be had from any source');
    return undefined;
  }
}

/** Whether `pnpm extras` has put transformers.js where the encoder looks for it. */
export function transformersInstalled(): boolean {
  try {
    createRequire(join(process.cwd(), '.extras', 'package.json')).resolve('@huggingface/transformers');
    return true;
  } catch {
    return false;
  }
}

/** A folder that is gone after the test. */
export async function temporaryFolder(t: TestContext): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'lorekeep-encoder-'));
  t.after(() => rm(folder, { recursive: true, force: true }));
  return folder;
}

/** A folder that is gone when the process ends, for what is not inside a test. */
export function scratchFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'lorekeep-encoder-'));
  process.on('exit', () => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

export function cosine(a: Float32Array, b: Float32Array): number {
  let dot = 0;
  let squaresA = 0;
  let squaresB = 0;
  for (let i = 0; i < a.length; i++) {
    dot += a[i] * b[i];
    squaresA += a[i] * a[i];
    squaresB += b[i] * b[i];
  }
  return dot / Math.sqrt(squaresA * squaresB);
}

export function rowOf(vectors: Float32Array, row: number, dim: number): Float32Array {
  return vectors.subarray(row * dim, (row + 1) * dim);
}

/** A vector of the fixtures: base64 of little-endian float32. */
export function decodeVector(text: string): Float32Array {
  return new Float32Array(new Uint8Array(Buffer.from(text, 'base64')).buffer);
}

/** Sets environment variables for one test; `undefined` unsets. */
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

/** A machine with nothing: empty caches, a hub that refuses connections. */
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
