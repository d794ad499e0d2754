/** One run of the command line: signals, the command, its errors and the exit code. */
import { errorCode, LorekeepError, systemError } from '@lorekeep/core';
import { CommanderError } from 'commander';
import { errors, Unhealthy } from '../errors.ts';
import { hintOf } from '../guidance/hints.ts';
import { withTyped } from '../guidance/invocation.ts';
import { createOutput, type Output } from '../terminal.ts';
import { createProgram } from './command-table.ts';

/**
 * Runs the command line and resolves to its exit code: 0 done, 1 failed or stopped, 2 wrong usage.
 */
export async function run(words: string[]): Promise<number> {
  const output = createOutput(words.includes('--json'));
  const stop = new AbortController();
  const onSignal = (signal: NodeJS.Signals) => {
    if (stop.signal.aborted) process.exit(1);
    const again = signal === 'SIGINT' ? 'press Ctrl-C again' : `send ${signal} again`;
    if (!output.json) output.note(`Stopping at the next safe point (${again} to stop at once) …`);
    stop.abort(errors.INTERRUPTED());
  };
  process.on('SIGINT', onSignal);
  process.on('SIGTERM', onSignal);
  // The reader of our output has ended (`lorekeep … | head`), so there is no reason to go on.
  process.stdout.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code === 'EPIPE') process.exit(1);
  });
  const program = createProgram(output, stop.signal);
  try {
    await program.parseAsync(namesCommand(words) ? words : ['status', ...words], { from: 'user' });
    return 0;
  } catch (error) {
    const first = program.commands.find((one) => one.name() === words[0]);
    const second = first?.commands.find((one) => one.name() === words[1]);
    const command = [first, second].flatMap((one) => one?.name() ?? []).join(' ') || undefined;
    return report(error, output, command);
  } finally {
    process.off('SIGINT', onSignal);
    process.off('SIGTERM', onSignal);
  }
}

/** Without a command, `status` says what to do: `lorekeep` and `lorekeep --workspace shop`. */
function namesCommand([first = '--']: string[]): boolean {
  return !first.startsWith('-') || ['-h', '--help', '-V', '--version'].includes(first);
}

/** Prints an error and returns the exit code. */
function report(thrown: unknown, output: Output, command: string | undefined): number {
  if (thrown instanceof Unhealthy) return 1;
  if (thrown instanceof CommanderError && thrown.exitCode === 0) return 0;
  const error =
    thrown instanceof CommanderError
      ? errors.USAGE({ problem: thrown.message.replace(/^error: /, ''), command })
      : systemError(thrown);
  if (error instanceof LorekeepError) {
    const hint = hintOf(error);
    output.error({ ...error.toJSON(), hint: hint === undefined ? undefined : withTyped(hint) });
    return error.kind === 'usage' ? 2 : 1;
  }
  output.error({ code: errorCode(error), message: error instanceof Error ? error.message : String(error) });
  if (process.env.LOREKEEP_DEBUG !== undefined && error instanceof Error) process.stderr.write(`${error.stack}\n`);
  return 1;
}
