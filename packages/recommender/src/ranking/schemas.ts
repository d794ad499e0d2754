/** Requests to rankers and for knowledge, and their answers, as schemas. */
import { latestTime } from '@lorekeep/core';
import { z } from 'zod';
import { idSchema, strictObject } from '../engine/schema-parts.ts';
import { MAX_PAIRS } from './knowledge-answer.ts';
import { KEEP_SPACE } from './served-knowledge.ts';

const name = z.string().min(1).max(256);
/** Of a space or a version: as `checkName` of `@lorekeep/knowledge` takes it. */
const artefactName = z
  .string()
  .max(100)
  .regex(/^(?!.*\.tmp$)[A-Za-z0-9_-][A-Za-z0-9_.-]*$/, {
    error: 'Expected letters, digits, dots, hyphens and underscores, and no dot at the start.',
  });
const MAX_ITEMS = 1000;

export const historyEntrySchema = strictObject({
  item: idSchema,
  outcomes: z.array(name).max(32).optional().describe('What came of it. Default: nothing.'),
  surface: name.optional().describe('Where it was shown.'),
  timestamp: z
    .number()
    .min(0)
    .refine((seconds) => seconds <= latestTime(), 'Expected Unix seconds, not in the future.')
    .optional()
    .describe('Unix seconds. Default: the time of the request.'),
});

export const rankSchema = strictObject({
  user: idSchema.optional().describe('Whose behaviours count. An unknown user has none.'),
  items: z.array(idSchema).min(1).max(MAX_ITEMS).describe('What to rank.'),
  surface: name.optional().describe('Where the list is shown.'),
  history: z
    .array(z.union([idSchema, historyEntrySchema], { error: 'Expected an id, or an object with item.' }))
    .max(1_000)
    .optional()
    .describe('What was shown, oldest first, in place of the stored behaviours of the user.'),
  by: name.optional().describe('Which outcome orders the items. Default: the first of the ranker.'),
}).describe('Whom to rank for, and what.');

const versionsRead = {
  space: z.string(),
  version: z.string().describe('The version that was read.'),
  ageSeconds: z.number().describe('Seconds since it was published.'),
  residual: z.number().describe('How far it is from the version that was wanted; 0 for that version itself.'),
};

const usedKnowledgeSchema = z.object({
  ...versionsRead,
  itemsPresent: z.number().describe('Share of the items with an entry of their own; 0 if there are no items.'),
  userPresent: z.boolean().describe('Whether the user has an entry.'),
});

/** Versions of a ranked list, for the log of its impressions. */
export const rankedBySchema = z.object({
  ranker: z.string().describe('The version of the ranker.'),
  knowledge: usedKnowledgeSchema.nullable().describe('null: the ranker was asked without knowledge.'),
  reason: z.string().optional().describe('Why there is no knowledge, if the ranker was trained with it.'),
  timestamp: z.number().describe('Unix seconds: the time at which behaviours were read.'),
  by: z.string().describe('The outcome that orders the items.'),
  knownUser: z.boolean(),
  behaviours: z.int().describe('Behaviours of the user that were read.'),
});

export const rankAnswerSchema = rankedBySchema
  .extend({
    items: z.array(
      z.object({
        id: z.string(),
        probabilities: z.record(z.string(), z.number()).describe('Of each outcome.'),
        known: z.boolean().describe('False for an item that is not stored.'),
      }),
    ),
  })
  .describe('Best first.');

const pairList = z.array(idSchema).min(1).max(MAX_PAIRS);

export const knowledgeRequestSchema = strictObject({
  users: pairList.describe('One for each pair, or one for all.'),
  items: pairList.describe('One for each pair, or one for all.'),
  categories: z
    .array(z.string().max(1024))
    .min(1)
    .max(MAX_PAIRS)
    .optional()
    .describe(
      'The first level of the category of each item, or one for all, in versions with entries by user and category. ' +
        'Default: without these numbers.',
    ),
  space: artefactName.default(KEEP_SPACE).describe('Which kind of knowledge.'),
  version: artefactName.default('latest').describe("The version that your model was trained with, or 'latest'."),
  maxResidual: z
    .number()
    .min(0)
    .max(10)
    .default(0)
    .describe('Allow a version that is aligned to it with residuals up to this sum.'),
}).describe('Pairs of user and item.');

export const knowledgeAnswerSchema = z
  .object({
    ...versionsRead,
    width: z.int().describe('Numbers per pair.'),
    columns: z.array(z.string()).describe('Names of the numbers.'),
    values: z.array(z.array(z.number())).describe('One list per pair.'),
    present: z
      .array(z.array(z.int()).length(3))
      .describe(
        '1 if there is an entry of the user, of the item, of user and category. Without one, the values are those of ' +
          'an unknown user or item; zeros in a space that has none.',
      ),
  })
  .describe('The knowledge of each pair, in order.');
