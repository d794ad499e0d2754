/**
 * The process of one run. It works for the process that started it: when that one ends, so does this
 * one. It holds the lock of runs as long as it lives, so another process can tell whether it does.
 */
import { hostname, setPriority } from 'node:os';
import { setTimeout as sleep } from 'node:timers/promises';
import { LorekeepError } from '@lorekeep/core';
import { tryLock } from '@lorekeep/store';
import { closeState, openState } from '../../state.ts';
import type { JobRun } from '../records/answers.ts';
import { readJob } from '../records/definitions.ts';
import { runLock } from '../records/places.ts';
import { settleRuns } from '../records/runs.ts';
import type { StartMessage, StartOptions } from '../start.ts';
import { createReport } from './report.ts';
import { runSteps } from './steps.ts';

/** A reader that looks whether a run lives holds the lock for an instant. */
const LOCK_ATTEMPTS = 40;
const LOCK_PAUSE_MS = 50;

class Stopped extends Error {
  readonly state: 'cancelled' | 'interrupted';
  constructor(state: 'cancelled' | 'interrupted') {
    super(state);
    this.state = state;
  }
}

async function main({ dir, run: id, job: name, trigger, endpointUrl }: StartOptions): Promise<void> {
  const stop = new AbortController();
  const stopAs = (state: Stopped['state']) => () => stop.abort(new Stopped(state));
  process.on('SIGTERM', stopAs('cancelled'));
  process.on('SIGINT', stopAs('cancelled'));
  process.on('disconnect', stopAs('interrupted'));
  // Requests come first: a service runs on the same machine.
  setPriority(10);
  const lock = await lockOf(dir);
  if (lock === undefined) return tell({ kind: 'busy' });
  const state = await openState(dir, { endpointUrl });
  try {
    await settleRuns(dir);
    const { settings } = await readJob(dir, name);
    const { events } = await state.store.counts();
    const startedAt = Date.now() / 1000;
    const { pid } = process;
    const first: JobRun = {
      id,
      job: name,
      trigger,
      state: 'running',
      startedAt,
      pid,
      host: hostname(),
      events,
      settings,
    };
    const report = createReport(dir, first);
    await report.change({});
    await report.log(`The job ${name} starts in process ${pid}.`);
    tell({ kind: 'started' });
    const warn = ({ message }: { message: string }) => report.remark(`warning: ${message}`);
    const end = await runSteps(state, settings, report, { progress: report.progress, warn, signal: stop.signal }).then(
      (outcome): Partial<JobRun> => ({ state: 'succeeded', outcome }),
      (error: unknown): Partial<JobRun> => failureOf(stop.signal.aborted ? stop.signal.reason : error),
    );
    // What is published is published, whatever came after.
    const outcome = report.current().publication === undefined ? end : { ...end, outcome: 'published' as const };
    await report.log(
      `The run ends: ${[outcome.state, outcome.outcome, end.error?.message].filter(Boolean).join(', ')}.`,
    );
    await report.change({ ...outcome, endedAt: Date.now() / 1000, progress: undefined });
  } finally {
    await closeState(state);
    lock.release();
  }
}

async function lockOf(dir: string) {
  for (let attempt = 0; attempt < LOCK_ATTEMPTS; attempt++) {
    const lock = tryLock(runLock(dir));
    if (lock !== undefined) return lock;
    await sleep(LOCK_PAUSE_MS);
  }
  return undefined;
}

/** The message of an unforeseen error can name anything, so it goes to the output of the process alone. */
function failureOf(error: unknown): Partial<JobRun> {
  if (error instanceof Stopped) return { state: error.state };
  if (error instanceof LorekeepError) return { state: 'failed', error: { code: error.code, message: error.message } };
  console.error(error);
  return {
    state: 'failed',
    error: { code: 'UNKNOWN', message: 'An unforeseen error; the output of the process has it.' },
  };
}

function tell(message: StartMessage): void {
  if (process.connected) process.send?.(message);
}

try {
  await main(JSON.parse(process.argv[2]) as StartOptions);
} catch (error) {
  if (!(error instanceof LorekeepError)) console.error(error);
  tell({ kind: 'failed', reason: error instanceof Error ? error.message : String(error) });
  process.exitCode = 1;
}
process.removeAllListeners('disconnect');
if (process.connected) process.disconnect();
