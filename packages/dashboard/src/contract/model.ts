/** `GET /v1/admin/model` */
import { z } from 'zod';
import { pair } from './parts.ts';

const metric = z.object({
  value: z.number(),
  interval: pair
    .nullable()
    .describe('95 %, by Wilson for a share of users; `null` where the manifest does not determine one.'),
});
const quality = z.object({
  users: z.int().describe('Test cases: one of each user.'),
  recallAt10: metric,
  ndcgAt10: metric,
  recallAt50: metric,
  mrr: metric,
});
export type Quality = z.infer<typeof quality>;

export const modelSchema = z.object({
  publication: z
    .object({
      version: z.string(),
      createdAt: z.number(),
      items: z.int(),
      events: z.int(),
      encoder: z.string(),
      isLanguageModel: z.boolean(),
      template: z.string(),
    })
    .nullable(),
  model: z
    .object({
      version: z.string(),
      preset: z.string(),
      trainedAt: z.number(),
      protocol: z.string(),
      refit: z.string().nullable().describe('On which held-out events it was trained once more.'),
      seed: z.number(),
      data: z.object({ users: z.int(), items: z.int(), events: z.int() }),
      seconds: z.record(z.string(), z.number()).nullable(),
      curves: z.array(
        z.object({
          name: z.string(),
          unit: z.string(),
          points: z.array(z.object({ epoch: z.int(), value: z.number() })),
          kept: z.int().describe('The epoch that was kept.'),
        }),
      ),
      valid: quality,
      test: quality,
      baselines: z.record(z.string(), quality),
      newItems: z
        .object({
          examples: z.int(),
          covered: z.number(),
          offset: z.number(),
          rareUsers: z.int(),
          bestEpoch: z.int(),
        })
        .nullable(),
      reranker: z.object({ used: z.boolean(), towerWeight: z.number() }).nullable(),
    })
    .nullable()
    .describe('The model in the publication; `null` if it was published without one.'),
  versions: z
    .array(
      z.object({
        version: z.string(),
        state: z.enum(['served', 'kept', 'unreadable']),
        preset: z.string().nullable(),
        trainedAt: z.number().nullable(),
        events: z.int().nullable(),
        testNdcgAt10: z.number().nullable(),
        testUsers: z.int().nullable(),
      }),
    )
    .describe('Newest first.'),
});
export type Model = z.infer<typeof modelSchema>;
