/** `GET /v1/admin/knowledge` */
import { z } from 'zod';
import { at } from './parts.ts';

export const knowledgeSchema = z.object({
  at,
  spaces: z.array(
    z.object({
      space: z.string(),
      versions: z
        .array(
          z.object({
            version: z.string(),
            createdAt: z.number(),
            users: z.int(),
            items: z.int(),
            precision: z.string(),
            alignedTo: z.string().nullable(),
          }),
        )
        .describe('Newest first.'),
    }),
  ),
  pretrained: z.array(z.object({ version: z.string(), createdAt: z.string(), impressions: z.int() })),
  served: z
    .object({
      ageSeconds: z.number(),
      residual: z.number(),
      userHitRate: z.number(),
      itemHitRate: z.number(),
      withoutKnowledge: z.int(),
    })
    .nullable()
    .describe('Of the answers since the start; `null` if no answer has used knowledge.'),
  problem: z.string().nullable().describe('Why it cannot be read.'),
});
export type KnowledgeHealth = z.infer<typeof knowledgeSchema>;
