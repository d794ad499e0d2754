/** Starts the process of a run, and ends it. */
import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { hostname } from 'node:os';
import { extname } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { newVersion } from '@lorekeep/core';
import { tryLock } from '@lorekeep/store';
import { errors } from './errors.ts';
import type { JobRun } from './records/answers.ts';
import { runLock } from './records/places.ts';
import { appendLog, readRun, readRuns, settleRuns, writeRun } from './records/runs.ts';

const MAIN = new URL(`./run/main${extname(import.meta.url)}`, import.meta.url);
/** After this time a run that does not stop is killed. A long product of matrices is not interrupted. */
const STOP_MS = 15_000;
const POLL_MS = 50;

export interface StartOptions {
  dir: string;
  run: string;
  job: string;
  trigger: JobRun['trigger'];
  endpointUrl?: string;
}

/** What the process of a run tells the one that started it. */
export type StartMessage = { kind: 'started' } | { kind: 'busy' } | { kind: 'failed'; reason: string };

/** The processes that this one has started and that still run. */
export type Children = Set<ChildProcess>;

/** @throws LorekeepError `JOB_RUNNING`, `JOB_NOT_STARTED` */
export async function startRun(options: Omit<StartOptions, 'run'>, children: Children): Promise<JobRun> {
  const { dir, job } = options;
  const id = newVersion();
  // Its output is that of the service, where a crash of native code is looked for.
  const child = fork(MAIN, [JSON.stringify({ ...options, run: id })], {
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
  });
  children.add(child);
  child.once('exit', () => children.delete(child));
  const stop = new AbortController();
  const ended = once(child, 'exit', { signal: stop.signal }).then(
    ([code, signal]): StartMessage => ({ kind: 'failed', reason: `it ended with ${signal ?? code}` }),
    (error): StartMessage => ({ kind: 'failed', reason: (error as Error).message }),
  );
  const told = once(child, 'message', { signal: stop.signal }).then(
    ([message]) => message as StartMessage,
    () => ended,
  );
  const message = await Promise.race([told, ended]);
  stop.abort();
  if (message.kind === 'started') {
    // It ends when this process does, and does not keep it from ending.
    child.unref();
    child.channel?.unref();
    return readRun(dir, job, id);
  }
  if (message.kind === 'failed') throw errors.JOB_NOT_STARTED({ job, reason: message.reason });
  const running = (await readRuns(dir)).find(({ state }) => state === 'running');
  throw errors.JOB_RUNNING({ job: running?.job ?? job, run: running?.id ?? '' });
}

/** Ends the runs that this process has started. They are repeated when the next scheduler starts. */
export async function stopRuns(children: Children): Promise<void> {
  await Promise.all(
    [...children].map(async (child) => {
      const exit = once(child, 'exit');
      if (child.connected) child.disconnect();
      const timer = setTimeout(() => child.kill('SIGKILL'), STOP_MS);
      child.ref();
      await exit;
      clearTimeout(timer);
    }),
  );
}

/**
 * Ends the run of a job, whichever process has started it.
 * @throws LorekeepError `JOB_NOT_RUNNING`
 */
export async function cancelRun(dir: string, job: string): Promise<JobRun> {
  const run = (await readRuns(dir, job)).find(({ state }) => state === 'running');
  if (run === undefined || run.host !== hostname()) throw errors.JOB_NOT_RUNNING({ job });
  signal(run.pid, 'SIGTERM');
  const deadline = Date.now() + STOP_MS;
  for (;;) {
    const lock = tryLock(runLock(dir));
    if (lock !== undefined) {
      try {
        const last = await readRun(dir, job, run.id);
        if (last.endedAt !== undefined && last.state !== 'interrupted') return last;
        await appendLog(dir, run.id, 'The run was cancelled.');
        await writeRun(dir, { ...last, state: 'cancelled', endedAt: Date.now() / 1000 });
        await settleRuns(dir);
      } finally {
        lock.release();
      }
      return readRun(dir, job, run.id);
    }
    if (Date.now() > deadline) signal(run.pid, 'SIGKILL');
    await sleep(POLL_MS);
  }
}

/** The process may have ended meanwhile. */
function signal(pid: number, name: NodeJS.Signals): void {
  try {
    process.kill(pid, name);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
}
