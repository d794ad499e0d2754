/**
 * The child's side of `child-process.ts`: options as JSON in the first argument, JSON lines on
 * stdout.
 */
import { errorCode } from '@lorekeep/core';
import type { Line } from './child-process.ts';

/** Does the work and writes its result, or its error and exit code 1, as the last line. */
export async function answer<Options, Result, Event = never>(
  work: (options: Options, tell: (event: Event) => void) => Promise<Result>,
): Promise<void> {
  const write = (line: Line<Event, Result>) => process.stdout.write(`${JSON.stringify(line)}\n`);
  try {
    const options = JSON.parse(process.argv[2]) as Options;
    write({ result: await work(options, (event) => write({ event })) });
  } catch (error) {
    write({ error: `${errorCode(error)}: ${error instanceof Error ? error.message : String(error)}` });
    process.exitCode = 1;
  }
}
