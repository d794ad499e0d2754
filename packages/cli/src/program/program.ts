/** What the tables of commands are written with. */
import type { Command, Option } from 'commander';
import type { CommandContext } from '../context.ts';
import type { Output } from '../terminal.ts';
import type { Use } from './in-workspace.ts';

export interface Program {
  output: Output;
  /** Ctrl-C aborts it. */
  signal: AbortSignal;
  /** Adds a command with the options that all commands share. */
  command(name: string, description: string, options?: Option[], group?: Command): Command;
  /** Adds a command that only contains others. */
  group(name: string, description: string): Command;
  /** The action of a command that works in a workspace. */
  inWorkspace<O>(
    use: Use,
    work: (context: CommandContext, options: O) => Promise<void>,
  ): (options: O & { workspace: string }, called: Command) => Promise<void>;
}
