/**
 * Schemas of requests and answers of the engine. They validate requests and become part of the
 * OpenAPI document of the HTTP service; `request-types.ts` has their types. Every text and every list
 * has a limit, so that the cost of a request is bounded.
 */
import { readTimestamp } from '@lorekeep/core';
import { MAX_EVENT_TYPE_LENGTH, MAX_TIMESTAMP } from '@lorekeep/store';
import { z } from 'zod';
import { filterRequestSchema } from '../filters/schema.ts';
import { rankedBySchema } from '../ranking/schemas.ts';
import { requestInvalid } from './request-invalid.ts';
import { fieldsOf, idSchema, strictObject, text } from './schema-parts.ts';

/** Most items or events in one request. */
export const MAX_BATCH = 1000;
/** Most recommendations in one answer. */
export const MAX_K = 1000;

const MAX_ITEM_FIELDS = 100;
const MAX_USER_ATTRIBUTES = 100;

const k = z.int().min(1).max(MAX_K).default(10).describe('Number of items. Fewer are returned if fewer pass.');

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

export const recommendSchema = strictObject({
  user: idSchema.optional().describe('A known user: the stored history is used.'),
  history: z
    .array(idSchema)
    .max(1_000)
    .optional()
    .describe('Item ids of an anonymous session, oldest first. Not together with user.'),
  k,
  exclude: z.array(idSchema).max(1_000).default([]).describe('Ids of items that must not be recommended.'),
  filter: filterRequestSchema.optional(),
  includeHistory: z.boolean().default(false).describe('Also recommend items of the history again.'),
  withItems: z.boolean().default(false).describe('Return the items themselves, not only their ids.'),
  rank: z
    .boolean()
    .default(false)
    .describe('Let the ranker order the best candidates, up to 1,000. Fails if there is none.'),
  surface: text(256, 1).optional().describe('Where the list is shown, for the ranker.'),
  newItems: strictObject({
    atMost: z
      .number()
      .min(0)
      .max(1)
      .optional()
      .describe(
        'Largest share of new items: of the first n items at most this share of n, rounded up, for every n. Default: ' +
          'half, and more only behind all others.',
      ),
  })
    .default({})
    .describe('Items that no user had chosen when the model was trained.'),
})
  .refine(({ user, history }) => user === undefined || history === undefined, {
    message: 'Both user and history are given. Give one of them.',
    path: ['user'],
  })
  .refine(({ user, history }) => user !== undefined || history !== undefined, {
    message: 'Neither user nor history is given. Give one of them.',
    path: ['user'],
  })
  .meta({ oneOf: [{ required: ['user'] }, { required: ['history'] }] })
  .describe('Exactly one of user and history, and what to recommend.');

export const similarSchema = strictObject({
  k,
  filter: filterRequestSchema.optional(),
  withItems: z.boolean().default(false),
});

const score = z
  .number()
  .describe(
    "Comparable within one answer only. 'ranker': the probability of the outcome that orders the list. 'reranker': the score of the re-ranker. 'linear': the weight that the linear " +
      "model gives the item. 'towers': the inner product of the vectors of the towers. 'content': the cosine between " +
      "texts. 'popularity': the number of events. 'newest': 0. Items that fill the end of a list have the score of " +
      'the item before them, at most 0.',
  );

export const recommendationsSchema = z
  .object({
    version: z.string().describe('The published version that answered.'),
    source: z
      .enum(['ranker', 'reranker', 'linear', 'towers', 'content', 'popularity', 'newest'])
      .describe(
        "What ordered the items. 'ranker': the ranker of impressions, with rank: true. Items of the towers may follow behind 'reranker' and 'linear'. 'content': similarity " +
          "of texts, where nothing is trained yet; popular and new items may follow. 'popularity': there is no usable " +
          'history (none, or only unknown items); the newest items without events may follow. ' +
          "'newest': there is no usable history, and no item that passes has events.",
      ),
    items: z.array(
      z.object({
        id: z.string(),
        score,
        new: z
          .literal(true)
          .optional()
          .describe('A new item: no user had chosen it when the model was trained. Absent for others.'),
        probabilities: z
          .record(z.string(), z.number())
          .optional()
          .describe('With rank: true, the probability of each outcome.'),
        item: itemSchema.optional(),
      }),
    ),
    unknownItems: z.array(z.string()).describe('Ids of the given history that are not in the catalogue; ignored.'),
    unknownFields: z
      .array(z.string())
      .optional()
      .describe('Names in filter.fields, also of inner filters, that no item has. Absent if there are none.'),
    ranked: rankedBySchema
      .extend({ model: z.string().nullable().describe('The trained model whose candidates were ordered.') })
      .optional()
      .describe('With rank: true, what ordered the items, and with which versions.'),
  })
  .describe('Best first.');

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
