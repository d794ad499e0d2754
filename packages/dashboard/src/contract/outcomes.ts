/** `GET /v1/admin/outcomes` */
import { z } from 'zod';
import { at, pair, progress } from './parts.ts';

const rate = z.object({
  value: z.number().nullable().describe('`null` without impressions.'),
  interval: pair.nullable().describe('95 %, over users; `null` if they are too few.'),
});

const cell = z.object({
  impressions: z.int(),
  clicks: z.int().describe('Impressions with a click.'),
  purchases: z.int().describe('Impressions with a purchase.'),
  value: z.number().describe('Sum of the prices of the purchased items, as they are now.'),
  ctr: rate.describe('Clicks per impression.'),
  cvr: rate.describe('Purchases per impression.'),
  valueRate: rate.describe('Value per impression.'),
});

export const outcomesSchema = z.union([
  progress,
  z.object({
    state: z.literal('counted'),
    at,
    from: z.number().nullable().describe('Unix seconds of the first impression that was counted.'),
    to: z.number().nullable().describe('Unix seconds of the last one.'),
    types: z
      .object({
        impressions: z.array(z.string()),
        clicks: z.array(z.string()),
        purchases: z.array(z.string()),
      })
      .describe('Types of events that were counted.'),
    total: cell,
    surfaces: z
      .array(
        z.object({
          surface: z.string().nullable().describe('`null`: the impressions name none.'),
          total: cell,
          positions: z.array(
            cell.extend({
              position: z.int().nullable().describe('From 0; `null`: the impressions name none.'),
              isLast: z.boolean().describe('This position and all behind it.'),
            }),
          ),
        }),
      )
      .describe('The most impressions first.'),
    days: z
      .array(z.object({ impressions: z.int(), clicks: z.int(), purchases: z.int() }))
      .describe('28 days in UTC. The last is that of the newest event.'),
  }),
]);
export type Outcomes = z.infer<typeof outcomesSchema>;
