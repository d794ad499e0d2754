/** Requests of the explorer. */
import { itemSchema } from '@lorekeep/recommender';
import { z } from 'zod';
import { similarQuerySchema } from '../http/schemas.ts';

const { k } = similarQuerySchema.shape;
export const kQuerySchema = z.strictObject({ k });

export const landingBodySchema = z.strictObject({
  item: itemSchema
    .partial({ id: true })
    .describe('As in `POST /v1/items`; the id may be absent, because nothing is stored.')
    .transform((item) => ({ ...item, id: item.id ?? 'new' })),
  k: z.int().min(1).max(100).default(10).describe('Number of nearest items.'),
});
