/**
 * Schemas of requests and answers of the engine. They validate requests and become part of the
 * OpenAPI document of the HTTP service; `request-types.ts` has their types. Every text and every list
 * has a limit, so that the cost of a request is bounded.
 */
import { readTimestamp } from '@lorekeep/core';
import { MAX_EVENT_TYPE_LENGTH, MAX_TIMESTAMP } from '@lorekeep/store';
import { z } from 'zod';
import { requestInvalid } from './request-invalid.ts';
import { fieldsOf, idSchema, strictObject, text } from './schema-parts.ts';

/** Most items or events in one request. */
export const MAX_BATCH = 1000;

const MAX_ITEM_FIELDS = 100;
const MAX_USER_ATTRIBUTES = 100;

const fieldValue = z.union([text(2_000), z.number(), z.boolean(), z.array(text(2_000)).max(100)], {
  error: 'Expected a string of at most 2,000 characters, a number, a boolean, or at most 100 such strings.',
});

export const itemSchema = strictObject(
  {
    id: idSchema.describe("The shop's own id."),
    title: text(2_000).optional(),
    brand: text(500).optional(),
    categories: z.array(text(500)).max(50).optional().describe('From the broadest to the most specific.'),
    description: text(50_000).optional(),
    price: z.number().optional().describe("In the shop's currency."),
    fields: fieldsOf(fieldValue, MAX_ITEM_FIELDS).optional().describe('Further properties, for filters.'),
  },
  '; other properties go in fields',
).describe('An item that can be recommended. Only the id is required.');

export const userSchema = strictObject(
  {
    id: idSchema.describe("The shop's own id."),
    attributes: fieldsOf(fieldValue, MAX_USER_ATTRIBUTES)
      .optional()
      .describe('What the shop knows of the user apart from events: a country, a plan, …'),
  },
  '; other properties go in attributes',
).describe('A user. Only the id is required.');

const TIMES =
  'A Unix time in seconds, milliseconds, microseconds or nanoseconds, or a text such as 2026-03-01T12:00:00Z, between ' +
  '1990 and tomorrow.';

export const eventSchema = strictObject({
  id: idSchema.optional().describe('Events with the same id are one event: the first that arrives counts.'),
  user: idSchema,
  item: idSchema.describe('Must be in the catalogue.'),
  type: text(MAX_EVENT_TYPE_LENGTH, 1)
    .default('interaction')
    .describe("'view', 'click', 'cart', 'purchase', … An 'impression' is stored but is not part of a history."),
  timestamp: z
    .union([z.number(), z.string().max(100)], { error: 'Expected a number or a string of at most 100 characters.' })
    .transform((value, context) => {
      const { seconds, problem } = readTimestamp(value);
      if (seconds !== undefined) return seconds;
      context.addIssue(`${JSON.stringify(value)} ${problem}. ${TIMES}`);
      return z.NEVER;
    })
    .optional()
    .describe(`${TIMES} Default: the time of arrival.`),
  rating: z.number().optional(),
  surface: text(256, 1).optional().describe("Where: 'home', 'search', …"),
  session: text(256, 1).optional(),
  request: idSchema.optional().describe('Id of the list that was shown. It links an impression with its click.'),
  position: z.int().min(0).max(1_000_000).optional().describe('Position in the list that was shown, from 0.'),
}).describe('One action of one user on one item.');

export const deletionIdsSchema = z.array(idSchema).min(1).max(MAX_BATCH);

const timestamp = z.number().max(MAX_TIMESTAMP, 'Expected Unix seconds. This looks like milliseconds or microseconds.');

export const eventFilterSchema = z
  .strictObject({
    ids: deletionIdsSchema.optional().describe('Ids of events.'),
    user: idSchema.optional(),
    item: idSchema.optional(),
    types: z.array(text(MAX_EVENT_TYPE_LENGTH, 1)).min(1).max(100).optional().describe('Any of these types.'),
    before: timestamp.optional().describe('Unix seconds: events with a timestamp below.'),
    after: timestamp.optional().describe('Unix seconds: events with a timestamp of at least this.'),
  })
  .refine((filter) => Object.values(filter).some((value) => value !== undefined), 'Give at least one condition.')
  .meta({ minProperties: 1 })
  .describe('All conditions must hold, and at least one must be given.');

const removed = (what: string) => z.int().describe(what);

export const deletedSchema = z
  .object({
    items: removed('Items removed.'),
    users: removed('Users removed: erased, or without any other event.'),
    events: removed('Events removed.'),
    unknown: removed('Ids of the request that are not stored.'),
    returning: removed('Items and users removed that an import, which runs at the moment, brings again at its end.'),
  })
  .describe('What is gone from the disk now.');

/** @throws LorekeepError `REQUEST_INVALID` */
export function parse<Schema extends z.ZodType>(schema: Schema, value: unknown): z.output<Schema> {
  const result = schema.safeParse(value);
  if (result.success) return result.data;
  throw requestInvalid(flattenIssues(result.error.issues));
}

/** Issues with readable paths. Of a union, those of the alternative that was evidently meant. */
export function flattenIssues(
  issues: readonly z.core.$ZodIssue[],
  prefix: readonly PropertyKey[] = [],
): { path: string; message: string }[] {
  return issues.flatMap((issue) => {
    const path = [...prefix, ...issue.path];
    if (issue.code === 'invalid_union') {
      const meant = issue.errors.filter(
        (errors) => errors.length > 0 && errors.every((error) => error.path.length > 0),
      );
      if (meant.length === 1) return flattenIssues(meant[0], path);
    }
    const message = issue.code === 'invalid_key' ? issue.issues[0].message : issue.message;
    return [{ path: path.map(String).join('/'), message }];
  });
}
