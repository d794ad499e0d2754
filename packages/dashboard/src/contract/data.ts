/** `GET /v1/admin/data` */
import { z } from 'zod';
import { at, progress, shownItem } from './parts.ts';

export const dataSchema = z.object({
  at,
  counts: z.object({ items: z.int(), users: z.int(), events: z.int() }).describe('Now.'),
  imports: z.array(
    z.object({
      at: z.number(),
      files: z.array(z.string()).describe('Names without folders.'),
      items: z.int(),
      events: z.int(),
      skipped: z.int(),
    }),
  ),
  items: z.union([
    progress,
    z.object({
      state: z.literal('counted'),
      at,
      total: z.int(),
      withoutText: z.int(),
      withoutVector: z
        .int()
        .nullable()
        .describe('Items with a text that the encoder of the publication has not read; `null` without a publication.'),
      examplesWithoutText: z.array(z.string()),
    }),
  ]),
  events: z.union([
    progress,
    z.object({
      state: z.literal('counted'),
      at,
      total: z.int(),
      types: z
        .array(z.object({ type: z.string(), role: z.string(), events: z.int(), rated: z.int() }))
        .describe('The most frequent first.'),
      ordinals: z.boolean().describe('The source had no times: there are no days.'),
      last: z.number().nullable().describe('Unix seconds of the newest event.'),
      days: z.object({
        from: z.string().nullable().describe('The first day, UTC.'),
        byType: z.array(z.object({ type: z.string(), counts: z.array(z.int()) })),
        leftOut: z.int().describe('Events before the first day that is shown.'),
      }),
    }),
  ]),
  examples: z
    .object({ users: z.array(z.string()), items: z.array(shownItem) })
    .describe('Users and items of the newest events, to begin with in the explorer.'),
});
export type DataHealth = z.infer<typeof dataSchema>;
