/** The definitions of jobs: one file each, replaced atomically. */
import { readdir, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { errorCode, writeFileAtomic } from '@lorekeep/core';
import { flattenIssues, requestInvalid } from '@lorekeep/recommender';
import type { z } from 'zod';
import { errors } from '../errors.ts';
import { type JobSettingsInput, jobNameSchema, jobSettingsSchema, MAX_JOBS } from '../settings.ts';
import { type Job, jobSchema } from './answers.ts';
import { definitionsDir } from './places.ts';

const fileOf = (dir: string, name: string) => join(definitionsDir(dir), `${name}.json`);

/** By name. */
export async function readJobs(dir: string): Promise<Job[]> {
  const names = await readdir(definitionsDir(dir)).catch((error) => {
    if (errorCode(error) === 'ENOENT') return [];
    throw error;
  });
  const jobs = names.filter((name) => name.endsWith('.json')).map((name) => readJob(dir, name.slice(0, -5)));
  return (await Promise.all(jobs)).sort((a, b) => (a.name < b.name ? -1 : 1));
}

/** @throws LorekeepError `JOB_UNKNOWN`, `JOB_DAMAGED` */
export async function readJob(dir: string, name: string): Promise<Job> {
  if (!jobNameSchema.safeParse(name).success) throw await unknown(dir, name);
  const path = fileOf(dir, name);
  let text: string;
  try {
    text = await readFile(path, 'utf8');
  } catch (error) {
    if (errorCode(error) !== 'ENOENT') throw error;
    throw await unknown(dir, name);
  }
  try {
    return jobSchema.parse({ ...JSON.parse(text), name });
  } catch (error) {
    throw errors.JOB_DAMAGED({ path }, error);
  }
}

async function unknown(dir: string, job: string) {
  const names = await readdir(definitionsDir(dir)).catch(() => []);
  return errors.JOB_UNKNOWN({ job, known: names.map((name) => name.replace(/\.json$/, '')).sort() });
}

/**
 * Adds a job, or replaces it as a whole.
 * @throws LorekeepError `REQUEST_INVALID`, `JOBS_FULL`
 */
export async function writeJob(dir: string, name: string, input: JobSettingsInput, events: number): Promise<Job> {
  checked(jobNameSchema, name);
  const settings = checked(jobSettingsSchema, input);
  const known: string[] = await readdir(definitionsDir(dir)).catch(() => []);
  if (!known.includes(`${name}.json`) && known.length >= MAX_JOBS) throw errors.JOBS_FULL({ most: MAX_JOBS });
  const job: Job = { name, at: Date.now() / 1000, events, settings };
  await writeFileAtomic(fileOf(dir, name), `${JSON.stringify(job, null, 2)}\n`);
  return job;
}

/** The history of its runs stays until it is pruned. */
export async function removeJob(dir: string, name: string): Promise<void> {
  await readJob(dir, name).catch((error) => {
    // Removing a damaged file is the way out.
    if (errorCode(error) !== 'JOB_DAMAGED') throw error;
  });
  await rm(fileOf(dir, name), { force: true });
}

function checked<Schema extends z.ZodType>(schema: Schema, value: unknown): z.output<Schema> {
  const result = schema.safeParse(value);
  if (result.success) return result.data;
  throw requestInvalid(flattenIssues(result.error.issues));
}
