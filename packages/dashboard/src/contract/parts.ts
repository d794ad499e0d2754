/** Shapes that several answers share. */
import { z } from 'zod';

export const since = z.number().describe('Unix seconds: what is counted began then.');
export const at = z.number().describe('Unix seconds: when it was counted.');

export const shownItem = z.object({
  id: z.string(),
  title: z.string().nullable().describe('`null` for an item without a title, or that is not stored any more.'),
  category: z.string().nullable(),
});
export type ShownItem = z.infer<typeof shownItem>;

export const nearItem = shownItem.extend({
  similarity: z.number().describe('Cosine of the text vectors, with the mean of the catalogue taken off: −1 to 1.'),
});
export type NearItem = z.infer<typeof nearItem>;

/** A count of the whole store that is made in slices, so that it does not hold up requests. */
export const progress = z.object({
  state: z.literal('counting'),
  done: z.int(),
  of: z.int(),
});

/** Not a tuple, which `/openapi.json` cannot say in a form that its readers take. */
export const pair = z.array(z.number()).length(2);
