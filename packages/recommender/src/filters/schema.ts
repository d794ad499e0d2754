/** The schema of filters. Its limits bound what the evaluation of one filter costs. */
import { parseTimeText } from '@lorekeep/core';
import { z } from 'zod';
import { fieldsOf, idSchema, strictObject, text } from '../engine/schema-parts.ts';
import type { Filter } from './filter.ts';

/** Deepest `and`, `or` and `not` in each other. */
export const MAX_FILTER_DEPTH = 8;
/** Most `and`, `or` and `not` branches in one filter. */
export const MAX_FILTER_BRANCHES = 100;
const MAX_FILTER_FIELDS = 20;
const MAX_VALUES = 1_000;
const MAX_BRANCHES = 20;

const scalar = z.union([text(2_000), z.number(), z.boolean()]);
const texts = z.array(text(2_000)).min(1).max(MAX_VALUES);
const words = text(500)
  .refine((value) => /[\p{L}\p{N}]/u.test(value), 'The text has no letter and no digit, so it has no word.')
  .describe('All words of this text occur in the field, in any order and case.');
const exists = z.boolean().describe('Whether the item has the field.');
const date = text(100).refine(
  (value) => parseTimeText(value.trim())?.seconds !== undefined,
  'Expected a number, or a date such as 2026-03-01 or 2026-03-01T12:00:00Z.',
);
const bound = z.union([z.number(), date]);

/** An object with at least one of its keys, all of which are optional. */
const someOf = <const Shape extends z.core.$ZodLooseShape>(shape: Shape) =>
  strictObject(shape)
    .partial()
    .refine(
      (value) => Object.values(value).some((one) => one !== undefined),
      `Give at least one of ${Object.keys(shape).join(', ')}.`,
    )
    .meta({ minProperties: 1 });

const numberRange = someOf({
  gt: z.number(),
  gte: z.number(),
  lt: z.number(),
  lte: z.number(),
  min: z.number().describe('The same as gte.'),
  max: z.number().describe('The same as lte.'),
  exists,
});
const wordMatch = someOf({ match: words, exists });
const textMatch = someOf({ in: texts, match: words, exists });
const fieldMatch = someOf({
  in: z.array(scalar).min(1).max(MAX_VALUES),
  gt: bound.describe('A number or a date.'),
  gte: bound,
  lt: bound,
  lte: bound,
  min: z.number().describe('The same as gte.'),
  max: z.number().describe('The same as lte.'),
  match: words,
  exists,
});

const textCondition = z.union([text(2_000), texts, textMatch], {
  error:
    'Expected a string of at most 2,000 characters, 1 to 1,000 such strings, or an object with in, match or exists.',
});

const inner = z.lazy((): z.ZodType<Filter, Filter> => filterSchema);

const conditions: z.ZodType<Filter, Filter> = strictObject(
  {
    id: z.union([idSchema, z.array(idSchema).min(1).max(MAX_VALUES)]).optional(),
    title: wordMatch.optional(),
    brand: textCondition.optional(),
    categories: textCondition.optional(),
    description: wordMatch.optional(),
    price: z
      .union([z.number(), numberRange], {
        error: 'Expected a number, or an object with gt, gte, lt, lte, min, max or exists.',
      })
      .optional(),
    fields: fieldsOf(
      z.union([scalar, z.array(scalar).min(1).max(MAX_VALUES), fieldMatch], {
        error:
          'Expected a value, 1 to 1,000 values, or an object with in, gt, gte, lt, lte, min, max, match or exists.',
      }),
      MAX_FILTER_FIELDS,
    )
      .optional()
      .describe('Conditions on Item.fields, by name.'),
    and: z.array(inner).min(1).max(MAX_BRANCHES).optional().describe('All of these hold.'),
    or: z.array(inner).min(1).max(MAX_BRANCHES).optional().describe('At least one of these holds.'),
    not: inner.optional().describe('This does not hold.'),
  },
  '; other fields go in filter.fields',
);

/**
 * Checks depth and size before anything recursive reads the filter: JSON can be nested deeper than
 * the stack.
 */
function sizeProblem(filter: unknown): string | undefined {
  let branches = 0;
  const left: { value: unknown; depth: number }[] = [{ value: filter, depth: 0 }];
  for (let next = left.pop(); next !== undefined; next = left.pop()) {
    const { value, depth } = next;
    if (typeof value !== 'object' || value === null) continue;
    if (depth > MAX_FILTER_DEPTH) return `and, or and not are nested deeper than ${MAX_FILTER_DEPTH}.`;
    if (branches++ > MAX_FILTER_BRANCHES) return `More than ${MAX_FILTER_BRANCHES} filters in and, or and not.`;
    const { and, or, not } = value as Record<string, unknown>;
    for (const list of [and, or])
      if (Array.isArray(list))
        for (const one of list.slice(0, MAX_FILTER_BRANCHES + 1)) left.push({ value: one, depth: depth + 1 });
    if (not !== undefined) left.push({ value: not, depth: depth + 1 });
  }
  return undefined;
}

/** One filter, also inside another one. Its depth is checked by `filterRequestSchema`. */
const filterSchema: z.ZodType<Filter, Filter> = conditions.meta({
  id: 'Filter',
  description:
    'All conditions must hold. A value tests for equality, a list for any of its values. If an item has a list, one ' +
    'matching element is enough. An item without the field passes only exists: false.',
});

/** A filter of a request. */
export const filterRequestSchema: z.ZodType<Filter, Filter> = z.preprocess((input, context) => {
  const problem = sizeProblem(input);
  if (problem === undefined) return input;
  context.addIssue(problem);
  return z.NEVER;
}, filterSchema) as unknown as z.ZodType<Filter, Filter>;
