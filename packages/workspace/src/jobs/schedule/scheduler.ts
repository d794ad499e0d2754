/**
 * Starts the jobs of a workspace when they are due. Several processes may want to, for example two
 * services of one workspace; the one that holds the lock does, and another one takes over when it
 * ends.
 */
import { LorekeepError } from '@lorekeep/core';
import { type FileLock, type Store, tryLock } from '@lorekeep/store';
import { readRollbacks } from '../live/rollbacks.ts';
import { readJobs } from '../records/definitions.ts';
import { schedulerLock } from '../records/places.ts';
import { readRuns } from '../records/runs.ts';
import { nextOf, triggerOf } from './due.ts';

export interface SchedulerOptions {
  /** How often to look whether a job is due, in ms. Default 5,000. */
  interval?: number;
  /** Something prevents jobs from running. Each reason is told once. Default: not told. */
  onProblem?: (message: string) => void;
}

/** A scheduler that was started. */
export interface Scheduler {
  /** Whether this process starts the jobs, and not another one. */
  readonly isActive: boolean;
  /** Ends it. Runs that it has started go on. */
  close(): Promise<void>;
}

interface Source {
  dir: string;
  store: Pick<Store, 'counts'>;
  start(job: string, trigger: 'schedule' | 'events'): Promise<unknown>;
}

export function createScheduler({ dir, store, start }: Source, options: SchedulerOptions = {}): Scheduler {
  const { interval = 5_000, onProblem = () => {} } = options;
  let lock: FileLock | undefined;
  let timer: NodeJS.Timeout | undefined;
  let isClosed = false;
  let told = '';

  async function look(): Promise<void> {
    const jobs = await readJobs(dir);
    if (jobs.length === 0) return;
    lock ??= tryLock(schedulerLock(dir));
    if (lock === undefined || (await readRollbacks(dir)).isHeld) return;
    const runs = await readRuns(dir);
    if (runs.some(({ state }) => state === 'running')) return;
    const now = { at: Date.now() / 1000, events: (await store.counts()).events };
    const due = jobs.flatMap(({ name, settings, ...added }) => {
      const next = nextOf({ settings, added, runs: runs.filter(({ job }) => job === name) });
      const trigger = triggerOf(next, now);
      return trigger === undefined ? [] : [{ name, trigger, at: next.at ?? now.at }];
    });
    const [first] = due.sort((a, b) => a.at - b.at);
    if (first !== undefined && !isClosed) await start(first.name, first.trigger);
  }

  async function turn(): Promise<void> {
    try {
      await look();
      told = '';
    } catch (error) {
      // Somebody has started a run in the same instant.
      const isRunning = error instanceof LorekeepError && error.code === 'JOB_RUNNING';
      const message = error instanceof Error ? error.message : String(error);
      if (!isRunning && message !== told) onProblem(message);
      told = message;
    }
    if (!isClosed) timer = setTimeout(next, interval).unref();
  }
  let running = turn();
  function next(): void {
    running = turn();
  }

  return {
    get isActive() {
      return lock !== undefined;
    },
    async close() {
      isClosed = true;
      clearTimeout(timer);
      await running;
      clearTimeout(timer);
      lock?.release();
      lock = undefined;
    },
  };
}
