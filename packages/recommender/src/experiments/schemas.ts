/** The schemas of experiments, and of what they answer. */
import { MAX_EVENT_TYPE_LENGTH } from '@lorekeep/store';
import { z } from 'zod';
import { strictObject, text } from '../engine/schema-parts.ts';
import { scenarioNameSchema } from '../scenarios/scenarios.ts';

export const MAX_EXPERIMENTS = 100;
const MAX_ARMS = 10;
export const DEFAULT_CLICKS = ['click'];
export const DEFAULT_CONVERSIONS = ['purchase'];

const version = text(80, 1).regex(
  /^[A-Za-z0-9][A-Za-z0-9_.-]{0,63}@[1-9]\d{0,8}$/,
  'Expected a version of a scenario, such as home@2.',
);
const types = z.array(text(MAX_EVENT_TYPE_LENGTH, 1)).min(1).max(20);
const byDefault = <Schema extends z.ZodType>(schema: Schema, value: unknown) =>
  schema.optional().meta({ default: value });

export const experimentSettingsSchema = strictObject({
  scenario: scenarioNameSchema.describe('Requests that name this scenario without a version, and a user, take part.'),
  arms: z
    .array(
      strictObject({
        scenario: version.describe('A version of a scenario: home@2.'),
        weight: byDefault(z.number().min(0.001).max(1_000), 1).describe('Share of the users, in any unit.'),
      }),
    )
    .min(2)
    .max(MAX_ARMS)
    .refine((arms) => new Set(arms.map(({ scenario }) => scenario)).size === arms.length, 'Each arm once.')
    .describe('The first is the control.'),
  metric: byDefault(z.enum(['ctr', 'cvr', 'value']), 'ctr').describe(
    "What decides. 'ctr': lists with a click. 'cvr': users who buy after their first list. 'value': what they pay, a user.",
  ),
  clicks: byDefault(types, DEFAULT_CLICKS).describe('Types of events that are clicks; they must name the request.'),
  conversions: byDefault(types, DEFAULT_CONVERSIONS).describe('Types of events that are purchases.'),
  alpha: byDefault(z.number().min(0.0001).max(0.5), 0.05).describe(
    'How often arms without a difference may be told apart, over all looks together.',
  ),
  planned: byDefault(z.int().min(100).max(1_000_000_000), 20_000).describe(
    'Lists of two arms at which the intervals are to be narrowest.',
  ),
  minimalEffect: byDefault(z.number().min(0).max(1_000_000), 0).describe('Differences below this do not matter.'),
}).describe('Who takes part, what they get, and what decides.');

const storedSettings = z.object({
  scenario: z.string(),
  arms: z.array(z.object({ scenario: z.string(), weight: z.number() })),
  metric: z.enum(['ctr', 'cvr', 'value']),
  clicks: z.array(z.string()),
  conversions: z.array(z.string()),
  alpha: z.number(),
  planned: z.int(),
  minimalEffect: z.number(),
});

export const experimentSchema = z.object({
  name: z.string(),
  id: z.string().describe('New with each start: users are split anew.'),
  settings: storedSettings,
  startedAt: z.number().describe('Unix seconds.'),
  stoppedAt: z.number().optional().describe('Unix seconds. Absent while it runs.'),
});

const interval = z.tuple([z.number(), z.number()]);
const ratio = z
  .object({
    value: z.number().nullable(),
    standardError: z.number().nullable(),
    interval: interval.nullable().describe('95 %, for one look. The user is the unit.'),
  })
  .describe('null where there is too little to tell.');
const comparison = z
  .object({
    difference: z.number(),
    relative: z.number().nullable().describe('As a share of the control.'),
    interval: interval.describe('Holds at all looks together.'),
  })
  .optional();

export const experimentResultsSchema = z.object({
  experiment: experimentSchema,
  at: z.number(),
  since: z.number().nullable().describe('The first list that is counted, in Unix seconds.'),
  lists: z.int(),
  arms: z.array(
    z.object({
      arm: z.string(),
      users: z.int(),
      lists: z.int(),
      ctr: ratio.describe('Share of lists with a click.'),
      cvr: ratio.describe('Share of users who bought after their first list.'),
      value: ratio.describe('What they paid, a user.'),
      empty: ratio.describe('Share of lists without items.'),
      failed: ratio.describe('Share of lists that failed.'),
      latency: z.object({ mean: z.number(), p95: z.number() }).nullable().describe('Milliseconds.'),
    }),
  ),
  comparisons: z
    .array(
      z.object({
        arm: z.string(),
        ctr: comparison,
        cvr: comparison,
        value: comparison,
        guardrails: z.array(
          z.object({
            name: z.string(),
            margin: z.number().describe('A difference up to this is no harm.'),
            comparison,
            isHarmed: z.boolean(),
          }),
        ),
      }),
    )
    .describe('Each arm beside the control.'),
  sampleRatio: z.object({
    expected: z.array(z.number()),
    observed: z.array(z.number()),
    chiSquare: z.number(),
    pValue: z.number().describe('For one look.'),
    evidence: z.number().describe('Bayes factor against the weights; it may be looked at every day.'),
    isBroken: z.boolean(),
  }),
  decision: z.object({
    action: z.enum(['ship', 'stop', 'continue', 'invalid']),
    arm: z.string().optional().describe('With ship.'),
    reason: z.enum(['sampleRatio', 'tooFew', 'undecided', 'better', 'worse', 'guardrail', 'noRelevantDifference']),
    text: z.string(),
  }),
  withoutPrice: z.int().describe('Purchases of items without a price: they count 0.'),
});

export const outcomesSchema = z.object({
  at: z.number(),
  since: z.number().nullable().describe('The first list that is counted, in Unix seconds.'),
  lists: z.int(),
  rows: z.array(
    z.object({
      scenario: z.string().nullable(),
      version: z.string(),
      surface: z.string().nullable(),
      position: z.int().nullable().describe('From 0; null for the lists as a whole.'),
      users: z.int(),
      shown: z.int().describe('Lists that had this position.'),
      ctr: ratio.describe('Share with a click.'),
      cvr: ratio.describe('Share with a purchase.'),
      value: ratio.describe('Paid, a list.'),
    }),
  ),
});
