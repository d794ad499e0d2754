/**
 * The records of runs. The process of a run writes its own record while it holds the lock of runs;
 * another process writes it only after it has got that lock, so no two write at once. A record that
 * says `running` although the lock is free is that of a killed process.
 */
import { appendFile, mkdir, readFile, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { errorCode, isVersionName, versionsIn, writeFileAtomic } from '@lorekeep/core';
import { tryLock } from '@lorekeep/store';
import { errors } from '../errors.ts';
import type { JobRun } from './answers.ts';
import { runLock, runsDir } from './places.ts';

/** Longest log of a run, in bytes. */
const MAX_LOG = 200_000;
/** What a reader gets of it at once: the end. */
const LOG_TAIL = 20_000;
/** Runs of each job that stay on record, beside those whose models are on disk. */
const KEPT_RUNS = 100;

const recordOf = (dir: string, id: string) => join(runsDir(dir), id, 'run.json');
const logOf = (dir: string, id: string) => join(runsDir(dir), id, 'log.txt');

export async function writeRun(dir: string, run: JobRun): Promise<void> {
  await writeFileAtomic(recordOf(dir, run.id), `${JSON.stringify(run)}\n`);
}

/** `undefined` if it is not there or cannot be read. */
async function readRecord(dir: string, id: string): Promise<JobRun | undefined> {
  try {
    const run = JSON.parse(await readFile(recordOf(dir, id), 'utf8')) as JobRun;
    return run?.id === id && typeof run.job === 'string' ? run : undefined;
  } catch {
    return undefined;
  }
}

/** Runs, newest first. @param job Default: of all jobs */
export async function readRuns(dir: string, job?: string): Promise<JobRun[]> {
  const ids = await versionsIn({ root: runsDir(dir), pointer: '' });
  const found = await Promise.all(ids.reverse().map((id) => readRecord(dir, id)));
  const runs = found.filter((run) => run !== undefined && (job === undefined || run.job === job)) as JobRun[];
  if (!runs.some(({ state }) => state === 'running') || isRunning(dir)) return runs;
  return Promise.all(runs.map((run) => (run.state === 'running' ? ended(dir, run) : run)));
}

/** @throws LorekeepError `JOB_RUN_UNKNOWN` */
export async function readRun(dir: string, job: string, id: string): Promise<JobRun> {
  const run = isVersionName(id) ? await readRecord(dir, id) : undefined;
  if (run === undefined || run.job !== job) throw errors.JOB_RUN_UNKNOWN({ job, run: id });
  return run.state === 'running' && !isRunning(dir) ? ended(dir, run) : run;
}

/** Whether the process of a run lives. */
export function isRunning(dir: string): boolean {
  const lock = tryLock(runLock(dir));
  lock?.release();
  return lock === undefined;
}

/**
 * A run whose process lives no more. It may have ended since its record was read: the lock is released
 * after the last write, so a record that is read now says how.
 */
async function ended(dir: string, before: JobRun): Promise<JobRun> {
  const run = (await readRecord(dir, before.id)) ?? before;
  return run.state === 'running' ? { ...run, state: 'interrupted', endedAt: run.endedAt ?? run.startedAt } : run;
}

/** Settles the records of killed processes. Only the holder of the lock of runs may call it. */
export async function settleRuns(dir: string): Promise<void> {
  for (const id of await versionsIn({ root: runsDir(dir), pointer: '' })) {
    const run = await readRecord(dir, id);
    if (run?.state !== 'running') continue;
    const endedAt = (await stat(recordOf(dir, id))).mtimeMs / 1000;
    await appendLog(dir, id, 'The process was killed before the run had ended.');
    await writeRun(dir, { ...run, state: 'interrupted', endedAt });
  }
}

/** Removes old records. Those of models that are on disk stay: they say what the models have learned. */
export async function pruneRuns(dir: string, models: readonly string[]): Promise<void> {
  const seen = new Map<string, number>();
  for (const run of await readRuns(dir)) {
    const count = (seen.get(run.job) ?? 0) + 1;
    seen.set(run.job, count);
    const isKept = count <= KEPT_RUNS || (run.model !== undefined && models.includes(run.model));
    if (!isKept && run.state !== 'running') await rm(join(runsDir(dir), run.id), { recursive: true, force: true });
  }
}

/** One line with its time. A log that is full takes no more. */
export async function appendLog(dir: string, id: string, line: string): Promise<void> {
  const path = logOf(dir, id);
  await mkdir(join(runsDir(dir), id), { recursive: true });
  const size = await stat(path).then(
    (found) => found.size,
    () => 0,
  );
  if (size >= MAX_LOG) return;
  const text = `${new Date().toISOString()} ${line.replaceAll('\n', ' ').slice(0, 2000)}\n`;
  await appendFile(path, size + text.length >= MAX_LOG ? `${text}The log is full.\n` : text);
}

/** The end of a log, in whole lines. */
export async function readLog(dir: string, id: string): Promise<string> {
  try {
    const text = await readFile(logOf(dir, id), 'utf8');
    return text.length <= LOG_TAIL ? text : text.slice(text.indexOf('\n', text.length - LOG_TAIL) + 1);
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return '';
    throw error;
  }
}
