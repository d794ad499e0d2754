/** What a request may ask of its list beyond which items it holds, as types and as schemas. */
import { z } from 'zod';
import { strictObject, text } from '../engine/schema-parts.ts';
import type { Filter } from '../filters/filter.ts';
import { filterRequestSchema } from '../filters/schema.ts';

/** Moves items that pass a filter up or down. At least one of `factor` and `bonus` is needed. */
export interface Boost {
  filter: Filter;
  /**
   * What the distance of the score to that of the last candidate is multiplied with, 0 to 100. 2 is
   * up, 0.5 is down, 0 is last.
   */
  factor?: number;
  /** What is added, as a share of the distance from the last candidate to the first, −10 to 10. */
  bonus?: number;
}

/** Maximal marginal relevance: items unlike those before them come first. */
export interface Diversity {
  /** 1 orders by score alone, 0 by unlikeness alone. */
  lambda: number;
}

/** Most items of the page with the same value of a field. Items without the field are not counted. */
export interface Cap {
  /** `brand`, `categories` (the most specific counts), `price`, or `fields.NAME`. */
  field: string;
  /** 1 to 1,000. */
  atMost: number;
}

const MAX_BOOSTS = 20;
const MAX_CAPS = 10;

export const boostsSchema = z
  .array(
    strictObject({
      filter: filterRequestSchema,
      factor: z
        .number()
        .min(0)
        .max(100)
        .optional()
        .describe('The distance of the score to that of the last candidate is multiplied with it.'),
      bonus: z
        .number()
        .min(-10)
        .max(10)
        .optional()
        .describe('Added, as a share of the distance from the last candidate to the first.'),
    })
      .refine(({ factor, bonus }) => factor !== undefined || bonus !== undefined, 'Give factor, bonus, or both.')
      .meta({ anyOf: [{ required: ['factor'] }, { required: ['bonus'] }] }),
  )
  .max(MAX_BOOSTS)
  .optional()
  .describe('Items that pass a filter move up or down among the best 200.');

export const diversitySchema = strictObject({
  lambda: z.number().min(0).max(1).describe('1 orders by score alone, 0 by unlikeness alone.'),
})
  .optional()
  .describe('Maximal marginal relevance among the best 200. Default: off.');

export const capsSchema = z
  .array(
    strictObject({
      field: text(107, 1)
        .regex(/^(brand|categories|price|fields\.[\s\S]{1,100})$/, 'Expected brand, categories, price, or fields.NAME.')
        .describe('brand, categories (the most specific counts), price, or fields.NAME.'),
      atMost: z.int().min(1).max(1_000),
    }),
  )
  .max(MAX_CAPS)
  .optional()
  .describe('Most items of the page with the same value of a field.');
