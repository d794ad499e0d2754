/** The errors of jobs, and of the step back to a former publication. */
import { defineErrors, failure, usage } from '@lorekeep/core';

export const errors = defineErrors({
  JOB_UNKNOWN: usage<{ job: string; known: readonly string[] }>({
    http: 404,
    message: ({ job }) => `There is no job "${job}".`,
    hint: ({ known }) => (known.length === 0 ? 'Add it first.' : `The jobs are: ${known.join(', ')}.`),
  }),
  JOBS_FULL: usage<{ most: number }>({
    http: 409,
    message: ({ most }) => `A workspace has at most ${most} jobs.`,
    hint: 'Remove one that is not needed.',
  }),
  JOB_RUNNING: usage<{ job: string; run: string }>({
    http: 409,
    message: ({ job }) =>
      job === '' ? 'Another program changes what is served.' : `The job "${job}" runs, and only one runs at a time.`,
    hint: 'Wait until it has ended, or cancel it.',
  }),
  JOB_NOT_RUNNING: usage<{ job: string }>({
    http: 409,
    message: ({ job }) => `The job "${job}" does not run.`,
    hint: 'Its history says how its last run ended.',
  }),
  JOB_RUN_UNKNOWN: usage<{ job: string; run: string }>({
    http: 404,
    message: ({ job, run }) => `The job "${job}" has no run "${run}".`,
    hint: 'Its history has the ids of its runs.',
  }),
  JOB_NOT_STARTED: failure<{ job: string; reason: string }>({
    http: 503,
    message: ({ job, reason }) => `A process for the job "${job}" could not be started: ${reason}.`,
    hint: 'Look whether the machine has memory and processes left.',
  }),
  JOB_FAILED: failure<{ job: string; run: string; state: string; reason: string }>({
    message: ({ job, run, state, reason }) => `The run ${run} of the job "${job}" ${state}: ${reason}`,
    hint: 'What is served was not changed. The log of the run says more.',
  }),
  JOB_DAMAGED: failure<{ path: string }>({
    http: 503,
    message: ({ path }) => `"${path}" is not a job that this program has written.`,
    hint: 'Correct the file, or remove it and add the job again.',
  }),
  PUBLICATION_NOT_KEPT: usage<{ version?: string; known: readonly string[] }>({
    http: 409,
    message: ({ version }) =>
      version === undefined
        ? 'There is no former publication to go back to.'
        : `There is no publication "${version}" to go back to.`,
    hint: ({ known }) =>
      known.length === 0
        ? 'Train and publish again. After an erasure of users, publications that have learned from them are removed.'
        : `On disk are: ${known.join(', ')}.`,
  }),
});
