/** Fixture folders and the optional parts of the tests: the real model and transformers.js. */
import { createRequire } from 'node:module';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import { fileURLToPath } from 'node:url';
import { errorCode } from '@lorekeep/core';
import { type ModelFiles, resolveModel } from '../../src/index.ts';

export const FIXTURES = fileURLToPath(new URL('../fixtures', import.meta.url));
export const TINY_BERT = join(FIXTURES, 'tiny-bert');

/**
 * all-MiniLM-L6-v2 from any source. If no source has it, the test fails in CI; elsewhere it is
 * skipped with a printed warning.
 */
export async function realModel(t: TestContext): Promise<ModelFiles | undefined> {
  try {
    return await resolveModel('all-MiniLM-L6-v2');
  } catch (error) {
    if (process.env.LOREKEEP_TEST_EXTRAS === 'required' || errorCode(error) !== 'MODEL_NOT_AVAILABLE') throw error;
    console.error(`\nNOT TESTED with the real model: ${(error as Error).message}\n`);
    t.skip('no source could provide all-MiniLM-L6-v2');
    return undefined;
  }
}

/** True if `pnpm extras` has installed transformers.js where the encoder looks for it. */
export function transformersInstalled(): boolean {
  try {
    createRequire(join(process.cwd(), '.extras', 'package.json')).resolve('@huggingface/transformers');
    return true;
  } catch {
    return false;
  }
}
