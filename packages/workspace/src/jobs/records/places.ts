/**
 * Where jobs are in a workspace:
 *
 *     jobs/definitions/NAME.json   what a job is
 *     jobs/runs/ID/run.json        how a run is going, or how it ended
 *     jobs/runs/ID/log.txt         what it did, capped
 *     jobs/work/                   models and checkpoints of the run that is under way
 *     jobs/*.lock                  held by the process that runs, schedules or changes what is served
 */
import { join } from 'node:path';

export const definitionsDir = (dir: string) => join(dir, 'jobs', 'definitions');
export const runsDir = (dir: string) => join(dir, 'jobs', 'runs');
export const workDir = (dir: string) => join(dir, 'jobs', 'work');
/** Held by the process of a run as long as it lives. */
export const runLock = (dir: string) => join(dir, 'jobs', 'run.lock');
/** Held by the process that starts runs by their schedule. */
export const schedulerLock = (dir: string) => join(dir, 'jobs', 'scheduler.lock');
/** Held while a job publishes, or while somebody goes back. */
export const liveLock = (dir: string) => join(dir, 'jobs', 'live.lock');
