/**
 * Everything that may be asked and answered, once: these schemas validate requests, give the types, and become the
 * OpenAPI document. Every text and every list has a limit, so that no request can cost more than a known amount.
 */
import { z } from 'zod';

/** Most items or events in one request. */
export const MAX_BATCH = 1000;
/** Most recommendations in one answer. */
export const MAX_K = 1000;

const id = z.string().min(1).max(256);
const k = z.int().min(1).max(MAX_K).default(10).describe('How many. Fewer come back only where fewer items pass.');

export const itemSchema = z
  .strictObject({
    id: id.describe("The shop's own id."),
    title: z.string().max(2_000).optional(),
    brand: z.string().max(500).optional(),
    categories: z.array(z.string().max(500)).max(50).optional().describe('From the widest to the narrowest.'),
    description: z.string().max(50_000).optional(),
    price: z.number().optional().describe("In the shop's currency."),
    fields: z
      .record(
        z.string().min(1).max(100),
        z.union([z.string().max(2_000), z.number(), z.boolean(), z.array(z.string().max(2_000)).max(100)]),
      )
      .refine((fields) => Object.keys(fields).length <= 100, 'At most 100 fields.')
      .optional()
      .describe('Any further facts that a filter may name.'),
  })
  .describe('One thing that can be recommended. Everything but the id may be missing.');

export const eventSchema = z
  .strictObject({
    user: id,
    item: id.describe('Must be in the catalogue.'),
    type: z
      .string()
      .min(1)
      .max(64)
      .default('interaction')
      .describe("'view', 'click', 'cart', 'purchase', … An 'impression' is kept but is no part of a history."),
    timestamp: z.number().optional().describe('Unix seconds. Default: the time of arrival.'),
    rating: z.number().optional(),
    surface: z.string().min(1).max(256).optional().describe("Where: 'home', 'search', …"),
    session: z.string().min(1).max(256).optional(),
    position: z.int().min(0).max(1_000_000).optional().describe('Position in the list shown, from 0.'),
  })
  .describe('One action of one user on one item.');

const scalar = z.union([z.string().max(2_000), z.number(), z.boolean()]);
const range = z
  .strictObject({ min: z.number().optional(), max: z.number().optional() })
  .refine(({ min, max }) => min !== undefined || max !== undefined, 'A range needs min, max, or both.')
  .describe('Both ends belong to the range.');
const texts = z.union([z.string().max(2_000), z.array(z.string().max(2_000)).min(1).max(1_000)]);

/**
 * Which items may be recommended. All conditions must hold. A single value asks for equality, a list for any of its
 * values, `{ min, max }` for a number in that range. Where an item has a list (its categories, or a field of texts),
 * one fitting element is enough. An item that lacks the field does not pass.
 */
export const filterSchema = z
  .strictObject({
    brand: texts.optional(),
    categories: texts.optional(),
    price: z.union([z.number(), range]).optional(),
    fields: z
      .record(z.string().min(1).max(100), z.union([scalar, z.array(scalar).min(1).max(1_000), range]))
      .refine((fields) => Object.keys(fields).length <= 20, 'At most 20 fields.')
      .optional()
      .describe('Conditions on Item.fields, by name.'),
  })
  .describe(
    'All conditions must hold. A value asks for equality, a list for any of its values, {min, max} for a number in ' +
      'that range (both ends included). Of a list that an item has, one fitting element is enough. An item without ' +
      'the field does not pass.',
  );

export const recommendSchema = z
  .strictObject({
    user: id.optional().describe('A known user: the stored history is used.'),
    history: z
      .array(id)
      .max(1_000)
      .optional()
      .describe('Item ids, oldest first, of an anonymous session. Not together with user.'),
    k,
    exclude: z.array(id).max(1_000).default([]).describe('Item ids not to recommend.'),
    filter: filterSchema.optional(),
    includeHistory: z.boolean().default(false).describe('Recommend items of the history again too.'),
    withItems: z.boolean().default(false).describe('Give the items themselves, not just their ids.'),
  })
  .refine(({ user, history }) => (user === undefined) !== (history === undefined), {
    message: 'Give either user or history.',
    path: ['user'],
  })
  .describe('Whom to recommend to, and what.');

export const similarSchema = z.strictObject({
  k,
  filter: filterSchema.optional(),
  withItems: z.boolean().default(false),
});

/** The same from a query string: numbers and truth values arrive as text, and there is no filter. */
export const similarQuerySchema = z.strictObject({
  k: z.coerce.number().pipe(z.int().min(1).max(MAX_K)).default(10).describe('How many.'),
  withItems: z.enum(['true', 'false']).default('false').describe('Give the items themselves, not just their ids.'),
});

export const itemsBodySchema = z.union([itemSchema, z.array(itemSchema).min(1).max(MAX_BATCH)]);
export const eventsBodySchema = z.union([eventSchema, z.array(eventSchema).min(1).max(MAX_BATCH)]);

export const recommendationsSchema = z
  .object({
    version: z.string().describe('The published version that answered.'),
    source: z
      .enum(['reranker', 'linear', 'towers', 'popularity'])
      .describe("What ordered them. 'popularity': there is no usable history (none, or only unknown items)."),
    items: z.array(
      z.object({
        id: z.string(),
        score: z
          .number()
          .describe(
            "'reranker': comparable within one answer only; 'linear': weight of the linear model; 'towers': inner product with the user or item vector; 'popularity': number of events.",
          ),
        item: itemSchema.optional(),
      }),
    ),
    unknownItems: z.array(z.string()).describe('Ids of the given history that are not in the catalogue; ignored.'),
  })
  .describe('Best first.');

export const upsertedSchema = z.object({
  upserted: z.int().describe('Items stored and, where they have a text, retrievable now.'),
  encoded: z.int().describe('Of those, items whose text is new or changed.'),
  version: z.string(),
});

export const appendedSchema = z.object({ appended: z.int().describe('Events on disk now.') });

export const itemAnswerSchema = z.object({
  item: itemSchema,
  retrievable: z.boolean().describe('False for an item without any text that the towers were not trained on.'),
});

export const errorSchema = z
  .object({
    error: z.object({
      code: z.string().describe('Stable, for programs.'),
      message: z.string().describe('What was wrong, for people.'),
      hint: z.string().optional().describe('What to do about it.'),
      details: z.record(z.string(), z.unknown()).optional(),
    }),
  })
  .describe('Every answer that is not a success.');

export type Filter = z.infer<typeof filterSchema>;
export type RecommendRequest = z.input<typeof recommendSchema>;
export type SimilarRequest = z.input<typeof similarSchema>;
export type EventInput = z.input<typeof eventSchema>;
export type Recommendations = z.infer<typeof recommendationsSchema>;
export type Upserted = z.infer<typeof upsertedSchema>;

/** Issues with paths for people; of a union, those of the alternative that was evidently meant. */
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
    return [{ path: path.map(String).join('/'), message: issue.message }];
  });
}
