/** The jobs of a workspace: see `Jobs`. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { WorkspaceState } from '../state.ts';
import type { Publications, RollbackResult } from './live/rollback.ts';
import type { Job, JobRun, JobStatus } from './records/answers.ts';
import type { Scheduler, SchedulerOptions } from './schedule/scheduler.ts';
import type { JobSettingsInput } from './settings.ts';
import type { Children } from './start.ts';

/**
 * Jobs that keep a shop up to date: encode new texts, train, compare with the live version, publish
 * if it is no worse. Each run is a process of its own. At most one runs in a workspace.
 */
export interface Jobs {
  /** All jobs by name, with what they wait for and their last runs. */
  list(): Promise<JobStatus[]>;
  /** @throws LorekeepError `JOB_UNKNOWN`, `JOB_DAMAGED` */
  get(name: string): Promise<JobStatus>;
  /**
   * Adds a job, or replaces it as a whole.
   * @throws LorekeepError `REQUEST_INVALID`, `JOBS_FULL`
   * @example
   * await workspace.jobs.put('nightly', { cron: '0 3 * * *', afterEvents: 100_000 });
   */
  put(name: string, settings: JobSettingsInput): Promise<Job>;
  /**
   * Removes a job. A run of it goes on, and the history of its runs stays.
   * @throws LorekeepError `JOB_UNKNOWN`
   */
  remove(name: string): Promise<void>;
  /**
   * Starts a run, which goes on when this resolves. It ends when this process does.
   * @throws LorekeepError `JOB_UNKNOWN`, `JOB_RUNNING`, `JOB_NOT_STARTED`
   * @example
   * const { id } = await workspace.jobs.run('nightly');
   * const { outcome, verdict } = await workspace.jobs.wait('nightly', id);
   */
  run(name: string): Promise<JobRun>;
  /**
   * Resolves with a run when it has ended.
   * @param look called with the record of the run while it runs
   * @throws LorekeepError `JOB_RUN_UNKNOWN`
   */
  wait(name: string, id: string, look?: (run: JobRun) => void): Promise<JobRun>;
  /**
   * Stops the run of a job. What it has not published is gone.
   * @throws LorekeepError `JOB_UNKNOWN`, `JOB_NOT_RUNNING`
   */
  cancel(name: string): Promise<JobRun>;
  /** Runs, newest first: of one job, or of all. */
  runs(name?: string): Promise<JobRun[]>;
  /**
   * A run, and the end of its log.
   * @throws LorekeepError `JOB_RUN_UNKNOWN`
   */
  getRun(name: string, id: string): Promise<{ run: JobRun; log: string }>;
  /**
   * Starts jobs when they are due, until it is closed. In several processes of one workspace, one does.
   * @example
   * const scheduler = await workspace.jobs.schedule();
   * // …
   * await scheduler.close();
   */
  schedule(options?: SchedulerOptions): Promise<Scheduler>;
  /** The publications on disk, and whether jobs may publish. */
  publications(): Promise<Publications>;
  /**
   * Makes a former publication live, in one atomic step. From then on jobs do not publish, until
   * `resume`.
   * @param to a publication. Default: the one before the live one
   * @throws LorekeepError `PUBLICATION_NOT_KEPT`, `PUBLICATION_CORRUPT`
   */
  rollback(to?: string): Promise<RollbackResult>;
  /** After a rollback: jobs run and publish again. */
  resume(): Promise<void>;
}

/** How often a run that is waited for is looked at, in ms. */
const LOOK_EVERY = 250;

/** @returns `stop` ends the runs that this process has started */
export function createJobs(state: WorkspaceState): { jobs: Jobs; stop(): Promise<void> } {
  const { dir, store } = state;
  const children: Children = new Set();

  async function start(job: string, trigger: JobRun['trigger']): Promise<JobRun> {
    const { readJob } = await import('./records/definitions.ts');
    await readJob(dir, job);
    const { startRun } = await import('./start.ts');
    return startRun({ dir, job, trigger, endpointUrl: state.endpointUrl }, children);
  }

  async function statusOf(jobs: readonly Job[]): Promise<JobStatus[]> {
    const { readRuns } = await import('./records/runs.ts');
    const { nextOf } = await import('./schedule/due.ts');
    const runs = await readRuns(dir);
    return jobs.map(({ name, settings, ...added }) => {
      const own = runs.filter(({ job }) => job === name);
      const running = own.find((run) => run.state === 'running');
      const last = own.find((run) => run.state !== 'running');
      const next = running === undefined ? nextOf({ settings, added, runs: own }) : {};
      return { name, ...added, settings, next, ...(running && { running }), ...(last && { last }) };
    });
  }

  const jobs: Jobs = {
    async list() {
      const { readJobs } = await import('./records/definitions.ts');
      return statusOf(await readJobs(dir));
    },
    async get(name) {
      const { readJob } = await import('./records/definitions.ts');
      return (await statusOf([await readJob(dir, name)]))[0];
    },
    async put(name, settings) {
      const { writeJob } = await import('./records/definitions.ts');
      return writeJob(dir, name, settings, (await store.counts()).events);
    },
    async remove(name) {
      const { removeJob } = await import('./records/definitions.ts');
      await removeJob(dir, name);
    },
    run: (name) => start(name, 'person'),
    async wait(name, id, look = () => {}) {
      const { readRun } = await import('./records/runs.ts');
      for (;;) {
        const run = await readRun(dir, name, id);
        if (run.state !== 'running') return run;
        look(run);
        await sleep(LOOK_EVERY);
      }
    },
    async cancel(name) {
      const { readJob } = await import('./records/definitions.ts');
      await readJob(dir, name);
      const { cancelRun } = await import('./start.ts');
      return cancelRun(dir, name);
    },
    async runs(name) {
      const { readRuns } = await import('./records/runs.ts');
      return readRuns(dir, name);
    },
    async getRun(name, id) {
      const { readLog, readRun } = await import('./records/runs.ts');
      return { run: await readRun(dir, name, id), log: await readLog(dir, id) };
    },
    async schedule(options) {
      const { createScheduler } = await import('./schedule/scheduler.ts');
      return createScheduler({ dir, store, start }, options);
    },
    async publications() {
      const { readPublications } = await import('./live/rollback.ts');
      return readPublications(dir);
    },
    async rollback(to) {
      const { rollBack } = await import('./live/rollback.ts');
      return rollBack(dir, to);
    },
    async resume() {
      const { resume } = await import('./live/rollback.ts');
      await resume(dir);
    },
  };
  return {
    jobs,
    async stop() {
      if (children.size === 0) return;
      const { stopRuns } = await import('./start.ts');
      await stopRuns(children);
    },
  };
}
