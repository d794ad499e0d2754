/** What every command receives. */
import type { RunContext } from '@lorekeep/core';
import type { Workspace } from '@lorekeep/workspace';
import type { Output } from './terminal.ts';

export interface CommandContext {
  workspace: Workspace;
  output: Output;
  /** For the library: its progress and warnings are printed, and Ctrl-C aborts the signal. */
  run: RunContext & { signal: AbortSignal };
}
