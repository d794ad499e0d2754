/**
 * The routes of rankers and of knowledge. Knowledge can also be answered as 32-bit floats, which a
 * program reads without parsing.
 */
import {
  type KnowledgeAnswer,
  knowledgeAnswerSchema,
  knowledgeRequestSchema,
  type RankingService,
  rankAnswerSchema,
  rankSchema,
} from '@lorekeep/recommender';
import type { FastifyInstance } from 'fastify';
import type { ZodTypeProvider } from 'fastify-type-provider-zod';
import { z } from 'zod';
import { bodyFailures, failures } from '../failures.ts';
import { errorSchema } from '../schemas.ts';

const BINARY = 'application/octet-stream';

/** @param live throws while there is none */
export function addRankingRoutes(plain: FastifyInstance, live: () => Pick<RankingService, 'rank' | 'knowledge'>): void {
  const routes = plain.withTypeProvider<ZodTypeProvider>();

  routes.post(
    '/v1/rank',
    {
      config: { scope: 'read' },
      schema: {
        operationId: 'rank',
        summary: 'Order items for a user by the probability of an outcome',
        tags: ['rank'],
        body: rankSchema,
        response: { 200: rankAnswerSchema, ...failures, ...bodyFailures },
      },
    },
    ({ body }) => live().rank(body),
  );

  routes.post(
    '/v1/knowledge',
    {
      config: { scope: 'read' },
      schema: {
        operationId: 'knowledge',
        summary: 'Knowledge of pairs of user and item, for a ranker of your own',
        tags: ['rank'],
        body: knowledgeRequestSchema,
        response: {
          200: {
            description: 'As JSON, or with `Accept: application/octet-stream` as numbers.',
            content: {
              'application/json': { schema: knowledgeAnswerSchema },
              [BINARY]: {
                schema: z
                  .string()
                  .describe('The values of all pairs as little-endian 32-bit floats; the rest is in headers.'),
              },
            },
          },
          ...failures,
          ...bodyFailures,
          404: errorSchema.describe('The space has no such version.'),
          409: errorSchema.describe('No version can stand for the one that is wanted.'),
        },
      },
    },
    async ({ body, headers }, reply) => {
      const answer = await live().knowledge(body);
      // Which form an answer has depends on this header: caches must keep both.
      reply.header('vary', 'accept');
      if (!headers.accept?.includes(BINARY)) return reply.send(asLists(answer) as never);
      const { values, width, version, ageSeconds, residual, space, present, columns } = answer;
      const missing = present.filter((is, at) => at % 3 < 2 && is === 0).length;
      return reply
        .headers({
          'x-lorekeep-space': space,
          'x-lorekeep-version': version,
          'x-lorekeep-age-seconds': String(ageSeconds),
          'x-lorekeep-residual': String(residual),
          'x-lorekeep-width': String(width),
          'x-lorekeep-missing': String(missing),
          'x-lorekeep-columns': encodeURIComponent(columns.join('\n')),
        })
        .type(BINARY)
        .serializer((payload: unknown) => payload as string)
        .send(Buffer.from(values.buffer, values.byteOffset, values.byteLength) as never);
    },
  );
}

function asLists({ values, present, width, ...rest }: KnowledgeAnswer) {
  const rows = present.length / 3;
  const lists = <T extends Float32Array | Uint8Array>(from: T, size: number) =>
    Array.from({ length: rows }, (_, at) => Array.from(from.subarray(at * size, (at + 1) * size)));
  return { ...rest, width, values: lists(values, width), present: lists(present, 3) };
}
