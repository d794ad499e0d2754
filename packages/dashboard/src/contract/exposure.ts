/** `GET /v1/admin/exposure` */
import { z } from 'zod';
import { at, shownItem, since } from './parts.ts';

export const exposureSchema = z.object({
  at,
  since,
  lists: z.int().describe('Lists that were answered, empty ones included.'),
  empty: z.int(),
  places: z.int().describe('Items in these lists, each time they were shown.'),
  distinctItems: z.int(),
  isCapped: z.boolean().describe('Further items are not counted one by one.'),
  catalogue: z.int().nullable().describe('Items that can be recommended now.'),
  newPlaces: z.int().describe('Places of items that the model was not trained on.'),
  topShare: z.number().nullable().describe('Share of the places that the top 1 % of the catalogue has.'),
  topItems: z.int().describe('How many items that is.'),
  sources: z.array(
    z.object({
      source: z.string(),
      lists: z.int(),
      isFallback: z.boolean(),
      meaning: z.string(),
    }),
  ),
  fallbacks: z
    .array(
      z.object({
        at: z.number().describe('Unix seconds: the begin of five minutes.'),
        lists: z.int(),
        reasons: z.record(z.string(), z.int()).describe('Lists with this fallback.'),
      }),
    )
    .describe('The last day, in intervals of five minutes that have lists.'),
  drift: z
    .array(
      z.object({
        version: z.string(),
        source: z.string(),
        since,
        first: z.int().describe('Lists at the begin of the version, up to 500.'),
        last: z.int().describe('Last lists, up to 500.'),
        psi: z
          .number()
          .nullable()
          .describe('Population stability index of the first score of a list; `null` with fewer lists than 500 each.'),
      }),
    )
    .describe('Whether the scores of a version have changed since it was first served, the newest version first.'),
  most: z.array(shownItem.extend({ places: z.int() })).describe('The items that were shown most.'),
});
export type Exposure = z.infer<typeof exposureSchema>;
