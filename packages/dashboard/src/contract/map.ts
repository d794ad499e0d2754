/** `GET /v1/admin/map` */
import { z } from 'zod';

export const mapSchema = z.union([
  z.object({
    state: z.literal('ready'),
    encoder: z.string(),
    at: z.number().describe('Unix seconds: when it was computed.'),
    catalogue: z.int().describe('Items with a text vector.'),
    explained: z.number().describe('Share of the variance that the two axes have.'),
    categories: z.array(z.string()).describe('Largest first; the last may stand for all others.'),
    ids: z.array(z.string()),
    titles: z.array(z.string().nullable()),
    x: z.array(z.number()),
    y: z.array(z.number()),
    category: z.array(z.int()).describe('Index in `categories`.'),
  }),
  z.object({ state: z.literal('waiting'), done: z.int(), of: z.int() }),
  z.object({ state: z.literal('none'), reason: z.string() }),
]);
export type ItemSpaceMap = z.infer<typeof mapSchema>;
