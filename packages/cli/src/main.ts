#!/usr/bin/env node
/**
 * The `lorekeep` command: parses its arguments, opens the workspace, runs one command, prints the
 * result. Exit codes: 0 done, 1 failed or stopped, 2 wrong usage.
 */
import { run } from './program/run.ts';

process.exitCode = await run(process.argv.slice(2));
