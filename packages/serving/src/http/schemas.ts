/** Requests and answers that exist only over HTTP. */

import {
  deletionIdsSchema,
  eventFilterSchema,
  eventSchema,
  idSchema,
  itemSchema,
  MAX_BATCH,
  MAX_K,
  userSchema,
} from '@lorekeep/recommender';
import { z } from 'zod';

/**
 * Numbers in a query arrive as text. Only decimal digits are read: `Number` would also take `0x2`
 * and `1e2`.
 */
const kParameter = z
  .preprocess(
    (input) => (typeof input === 'string' && /^\d{1,9}$/.test(input) ? Number(input) : input),
    z
      .int({ error: `Expected a whole number from 1 to ${MAX_K} in decimal digits.` })
      .min(1)
      .max(MAX_K),
  )
  .prefault(10)
  .describe('Number of items.');

export const idPathSchema = z.object({ id: idSchema.describe("The shop's own id, percent-encoded.") });

export const deletionBodySchema = z.strictObject({ ids: deletionIdsSchema });

/** A parameter that may be repeated. */
const several = <Element extends z.ZodType>(list: z.ZodArray<Element>, what: string) =>
  z
    .preprocess((input) => (typeof input === 'string' ? [input] : input), list)
    .optional()
    .describe(`${what} May be repeated.`);

const { ids, types, before } = eventFilterSchema.shape;
const seconds = (what: string) =>
  z
    .preprocess(
      (input) => (typeof input === 'string' && /^-?\d{1,12}(\.\d{1,9})?$/.test(input) ? Number(input) : input),
      before.unwrap(),
    )
    .optional()
    .describe(what);

export const eventFilterQuerySchema = z
  .strictObject({
    id: several(ids.unwrap(), 'Ids of events.'),
    user: idSchema.optional(),
    item: idSchema.optional(),
    type: several(types.unwrap(), 'Event types.'),
    before: seconds('Unix seconds: events with a timestamp below.'),
    after: seconds('Unix seconds: events with a timestamp of at least this.'),
  })
  .describe('All conditions must hold, and at least one must be given.');

export const similarQuerySchema = z.strictObject({
  k: kParameter,
  withItems: z.enum(['true', 'false']).default('false').describe('Return the items themselves, not only their ids.'),
});

export const itemsBodySchema = z.union([itemSchema, z.array(itemSchema).min(1).max(MAX_BATCH)]);
export const eventsBodySchema = z.union([eventSchema, z.array(eventSchema).min(1).max(MAX_BATCH)]);

export const usersBodySchema = z.union([userSchema, z.array(userSchema).min(1).max(MAX_BATCH)]);

export const upsertedUsersSchema = z.object({ upserted: z.int().describe('Users that are on disk now.') });
export const userAnswerSchema = z.object({ user: userSchema });

export const upsertedSchema = z.object({
  upserted: z.int().describe('Items that are stored and, if they have a text, retrievable now.'),
  encoded: z.int().describe('How many of them have a new or changed text.'),
  version: z.string(),
});

export const appendedSchema = z.object({
  appended: z.int().describe('Events that are on disk now and were not there before.'),
});

export const itemAnswerSchema = z.object({
  item: itemSchema,
  retrievable: z.boolean().describe('False for an item without text that the model was not trained on.'),
});

const hint = z.string().optional().describe('What to do about it.');

export const errorSchema = z
  .object({
    type: z.string().describe('One URI for each code.'),
    title: z.string().describe('The kind of problem, the same for every occurrence.'),
    status: z.int(),
    detail: z.string().describe('What was wrong, for people.'),
    instance: z.string().optional().describe('This occurrence: the id of the request in the log.'),
    code: z.string().describe('Stable, for programs.'),
    hint,
    error: z
      .object({
        code: z.string(),
        message: z.string(),
        hint,
        details: z.record(z.string(), z.unknown()).optional().describe('Facts for programs.'),
      })
      .describe('The same in the form that the service had before, with details.'),
  })
  .describe('Every answer that is not a success.');
