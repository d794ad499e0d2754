/**
 * Work in a process of its own, for honest figures of memory and of cold starts: nothing that this
 * process loaded before counts. The script answers with `answer` (`child-answer.ts`).
 *
 * Peak memory is sampled from outside, every half second. `maxRSS` of the child would not do: on
 * Linux a process inherits the peak of its parent when it is started.
 */
import { spawn } from 'node:child_process';
import { basename } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { errors } from '../errors.ts';
import { residentMb } from './machine.ts';

const SAMPLE_EVERY_MS = 500;

export interface Finished<Result> {
  result: Result;
  /** The largest sample. */
  peakRssMb: number;
  /** From the start of the process to its end. */
  seconds: number;
}

/** A line that the child writes before its last one, and when it arrived. */
export type OnEvent<Event> = (event: Event, seconds: number) => void;

/** One line on the stdout of a child. */
export type Line<Event, Result> = { event: Event } | { result: Result } | { error: string };

/**
 * @param script a module that calls `answer`
 * @param options what `answer` hands to the work; must survive JSON
 * @throws LorekeepError `BENCH_RUN_FAILED`
 */
export async function runChild<Result, Event = never>(
  script: URL,
  options: object,
  onEvent: OnEvent<Event> = () => {},
): Promise<Finished<Result>> {
  const started = performance.now();
  const elapsed = () => (performance.now() - started) / 1000;
  const path = fileURLToPath(script);
  const child = spawn(process.execPath, [path, JSON.stringify(options)], { stdio: ['ignore', 'pipe', 'inherit'] });
  let peakRssMb = 0;
  const sampler = setInterval(async () => {
    peakRssMb = Math.max(peakRssMb, await residentMb(child.pid));
  }, SAMPLE_EVERY_MS);
  let last: { result: Result } | { error: string } | undefined;
  createInterface({ input: child.stdout }).on('line', (text) => {
    const line = JSON.parse(text) as Line<Event, Result>;
    if ('event' in line) onEvent(line.event, elapsed());
    else last = line;
  });
  const code = await new Promise((resolve) => child.on('close', resolve)).finally(() => clearInterval(sampler));
  if (code === 0 && last !== undefined && 'result' in last)
    return { result: last.result, peakRssMb, seconds: elapsed() };
  const answer = last !== undefined && 'error' in last ? last.error : `it ended with exit code ${code}`;
  throw errors.BENCH_RUN_FAILED({ command: basename(path), answer });
}
