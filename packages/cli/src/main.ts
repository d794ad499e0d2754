#!/usr/bin/env node
/**
 * The `lorekeep` command: parses its arguments, opens the workspace, runs one command, prints the
 * result. Exit codes: 0 done, 1 failed or stopped, 2 wrong usage.
 */
import { checkNodeVersion, LorekeepError } from '@lorekeep/core';
import { createOutput } from './terminal.ts';

const words = process.argv.slice(2);
try {
  checkNodeVersion();
  // Loaded only now: on an older Node it cannot be loaded.
  const { run } = await import('./program/run.ts');
  process.exitCode = await run(words);
} catch (error) {
  if (!(error instanceof LorekeepError)) throw error;
  createOutput(words.includes('--json')).error(error.toJSON());
  process.exitCode = 2;
}
