/** What a job is: when it runs, what it trains, and what it asks of a model before it is published. */
import { LorekeepError } from '@lorekeep/core';
import { METRIC_NAMES, PROTOCOLS } from '@lorekeep/evaluation';
import { presets, resolveConfig } from '@lorekeep/recommender';
import { z } from 'zod';
import { DEFAULT_PRESET, DEFAULT_PROTOCOL, DEFAULT_SEED, LIMITS, REFITS } from '../defaults.ts';
import { cronProblem, isTimeZone } from './schedule/cron.ts';

/** Jobs of a workspace. */
export const MAX_JOBS = 50;
const YEAR = 366 * 86_400;

/** It is also the name of a file, on every file system. */
export const jobNameSchema = z
  .string()
  .regex(/^[a-z0-9][a-z0-9_-]{0,63}$/, 'Expected 1 to 64 of a–z, 0–9, "_" and "-", beginning with a letter or digit.');

const trainSchema = z
  .strictObject({
    preset: z.enum(Object.keys(presets) as [string, ...string[]]).default(DEFAULT_PRESET),
    config: z
      .record(z.string().max(100), z.record(z.string().max(100), z.unknown()))
      .optional()
      .describe('Options that replace those of the preset: group → option → value.'),
    protocol: z.enum(PROTOCOLS as [string, ...string[]]).default(DEFAULT_PROTOCOL),
    refit: z
      .enum(REFITS as [string, ...string[]])
      .default('all')
      .describe('What is trained once more, with the settings that were selected.'),
    seed: z.int().min(LIMITS.seed[0]).max(LIMITS.seed[1]).default(DEFAULT_SEED),
    start: z
      .enum(['scratch', 'live'])
      .default('scratch')
      .describe('`live`: the towers begin with the values of the live version, if it has the same preset.'),
  })
  .superRefine(({ preset, config = {} }, context) => {
    try {
      resolveConfig(preset as never, config);
    } catch (error) {
      if (!(error instanceof LorekeepError)) throw error;
      context.addIssue({ code: 'custom', path: ['config'], message: error.message });
    }
  });

const gateSchema = z.strictObject({
  rule: z
    .enum(['not-worse', 'unless-worse', 'always'])
    .default('not-worse')
    .describe(
      '`not-worse`: publish if it is shown to be no worse. `unless-worse`: publish unless it is shown to be worse. `always`: publish without a comparison.',
    ),
  metric: z.enum(METRIC_NAMES).default('ndcg@10'),
  tolerance: z
    .number()
    .min(0)
    .max(1)
    .default(0.05)
    .describe('Share of the live version’s metric by which another version may be lower and is no worse.'),
  minUsers: z.int().min(10).max(1e9).default(100).describe('With fewer users to compare on, nothing is shown.'),
  share: z
    .number()
    .min(0.05)
    .max(1)
    .default(0.5)
    .describe('Share of the events since the live version’s training on which both are compared: the newest.'),
});

export const jobSettingsSchema = z
  .strictObject({
    enabled: z.boolean().default(true).describe('Whether the schedule runs it. It can always be run by hand.'),
    every: z.number().min(60).max(YEAR).optional().describe('Seconds from the start of one run to the next.'),
    cron: z
      .string()
      .max(200)
      .refine((pattern) => cronProblem(pattern) === undefined, 'Expected five cron fields, such as "0 3 * * *".')
      .optional(),
    timeZone: z
      .string()
      .max(64)
      .refine(isTimeZone, 'Expected a time zone such as "Europe/Berlin".')
      .default('UTC')
      .describe('Of `cron`.'),
    afterEvents: z.int().min(1).max(1e12).optional().describe('Runs when as many events came since its last run.'),
    train: trainSchema.prefault({}),
    gate: gateSchema.prefault({}),
    threads: z
      .int()
      .min(LIMITS.threads[0])
      .max(LIMITS.threads[1])
      .optional()
      .describe('CPU threads of a run. Default: one per core.'),
    keep: z
      .int()
      .min(2)
      .max(LIMITS.keep[1])
      .default(3)
      .describe('Publications, and models of jobs, that stay on disk.'),
  })
  .refine(({ every, cron }) => every === undefined || cron === undefined, {
    path: ['cron'],
    message: 'Give `every` or `cron`, not both.',
  });

/** What a job is told, as a program or a request gives it. */
export type JobSettingsInput = z.input<typeof jobSettingsSchema>;
/** With all defaults. */
export type JobSettings = z.output<typeof jobSettingsSchema>;
