/** What is recorded of jobs and runs, as files and answers have it. */
import { METRIC_NAMES } from '@lorekeep/evaluation';
import { z } from 'zod';
import { jobNameSchema, jobSettingsSchema } from '../settings.ts';

const seconds = (what: string) => z.number().describe(`${what}, in Unix seconds.`);

export const verdictSchema = z.object({
  finding: z
    .enum(['not-worse', 'worse', 'unclear', 'nothing-to-compare', 'not-compared'])
    .describe('What the comparison shows.'),
  publish: z.boolean().describe('What the rule says for this finding.'),
  reason: z.string().describe('The rule with its numbers, for people.'),
  users: z.int().describe('Users whose next choice both versions had to find.'),
  metric: z.enum(METRIC_NAMES),
  tolerance: z.number(),
  live: z.number().optional().describe('The metric of the live version.'),
  candidate: z.number().optional().describe('The metric of the version that was trained for the comparison.'),
  difference: z.number().optional().describe('`candidate` − `live`.'),
  interval: z.array(z.number()).length(2).optional().describe('95 % interval of the difference, paired by user.'),
  liveUntil: seconds('The live version has learned from events up to here').optional(),
  from: seconds(
    'Both were compared on what came from here on; the candidate was trained on what came before',
  ).optional(),
  to: seconds('The newest event that both were compared on').optional(),
});
export type Verdict = z.output<typeof verdictSchema>;

export const runSchema = z.object({
  id: z.string(),
  job: z.string(),
  trigger: z.enum(['schedule', 'events', 'person']).describe('What started it.'),
  state: z.enum(['running', 'succeeded', 'failed', 'cancelled', 'interrupted']),
  outcome: z
    .enum(['published', 'kept', 'unchanged', 'held'])
    .optional()
    .describe(
      'Of a run that succeeded. `kept`: the gate kept the live version. `unchanged`: nothing new to learn from. `held`: publishing is held since a rollback.',
    ),
  startedAt: seconds('Start'),
  endedAt: seconds('End').optional(),
  pid: z.int(),
  host: z.string(),
  events: z.int().describe('Events in the store at the start.'),
  step: z.enum(['encode', 'compare', 'train', 'publish']).optional().describe('The step that runs, or ran last.'),
  progress: z
    .object({
      stage: z.string(),
      done: z.number(),
      total: z.number().optional(),
      unit: z.string(),
      note: z.string().optional(),
    })
    .optional(),
  settings: jobSettingsSchema.describe('The job as it was at the start.'),
  live: z
    .object({ publication: z.string(), model: z.string().nullable() })
    .optional()
    .describe('What was served at the start.'),
  verdict: verdictSchema.optional(),
  model: z.string().optional().describe('The model that was trained to be published.'),
  learnedUntil: seconds('The newest event that this model has learned from').optional(),
  publication: z.string().optional(),
  pruned: z.array(z.string()).optional().describe('Models of former runs that were removed.'),
  error: z.object({ code: z.string(), message: z.string() }).optional(),
});
/** One run of a job. */
export type JobRun = z.output<typeof runSchema>;

export const jobSchema = z.object({
  name: jobNameSchema,
  at: seconds('When it was added or changed'),
  events: z.int().describe('Events in the store then.'),
  settings: jobSettingsSchema,
});
/** A job as it is stored. */
export type Job = z.output<typeof jobSchema>;

export const jobStatusSchema = jobSchema.extend({
  next: z
    .object({ at: seconds('Not before').optional(), events: z.int().optional() })
    .describe('What starts the next run: a time or a number of events in the store. Empty: a person.'),
  running: runSchema.optional(),
  last: runSchema.optional().describe('The last run that has ended.'),
});
/** A job with its runs of now. */
export type JobStatus = z.output<typeof jobStatusSchema>;

export const publicationSchema = z.object({
  version: z.string(),
  createdAt: seconds('When it was published'),
  model: z.string().nullable(),
  isLive: z.boolean(),
  isRolledBack: z.boolean().describe('Somebody went back from it.'),
});
/** A publication on disk. */
export type PublicationStatus = z.output<typeof publicationSchema>;
