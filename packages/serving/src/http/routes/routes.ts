/**
 * The routes with their schemas. Handlers of recommendations, items and events are one call of the
 * engine; those of operations need none, except for the version of `/readyz`.
 */

import {
  type Engine,
  type EngineStats,
  eventSchema,
  itemSchema,
  type RankingService,
  type RankingStats,
  type Recommendations,
  recommendationsSchema,
  recommendSchema,
  type SimilarRequest,
  searchSchema,
  similarSchema,
  userSchema,
} from '@lorekeep/recommender';
import type { FastifyInstance } from 'fastify';
import type { ZodTypeProvider } from 'fastify-type-provider-zod';
import { z } from 'zod';
import { addExperimentRoutes } from '../../experiments/experiment-routes.ts';
import { errors } from '../errors.ts';
import { bodyFailures, failures, listFailures, notFound } from '../failures.ts';
import type { ServiceMetrics } from '../metrics.ts';
import {
  appendedSchema,
  errorSchema,
  eventsBodySchema,
  idPathSchema,
  itemAnswerSchema,
  itemsBodySchema,
  similarQuerySchema,
  upsertedSchema,
  upsertedUsersSchema,
  userAnswerSchema,
  usersBodySchema,
} from '../schemas.ts';
import { batchValidatorCompiler } from '../validation.ts';
import { addDeletionRoutes } from './deletion-routes.ts';
import { addRankingRoutes } from './ranking-routes.ts';
import { addScenarioRoutes } from './scenario-routes.ts';

const plainText = (description: string) => ({
  description,
  content: { 'text/plain': { schema: z.string() } },
});

interface Served {
  /** Throws while there is no engine. */
  live: () => Engine;
  /** Throws while there is neither ranker nor engine. */
  ranking: () => Pick<RankingService, 'rank' | 'knowledge'> & { stats(): EngineStats | RankingStats };
  metrics: ServiceMetrics;
}

export function addRoutes(plain: FastifyInstance, { live, ranking, metrics }: Served): void {
  const routes = plain.withTypeProvider<ZodTypeProvider>();
  const listed = (answer: Recommendations) => {
    metrics.recommendation(answer.source);
    return answer;
  };
  const similar = async (item: string, request: SimilarRequest, requestId: string) =>
    listed(await live().similar(item, request, { requestId, isShown: true }));

  routes.post(
    '/v1/recommend',
    {
      config: { scope: 'read' },
      schema: {
        operationId: 'recommend',
        summary: 'Recommend items to a user or for a session',
        tags: ['recommend'],
        body: recommendSchema,
        response: { 200: recommendationsSchema, ...failures, ...bodyFailures, ...listFailures },
      },
    },
    async ({ body, id }) => listed(await live().recommend(body, { requestId: id, isShown: true })),
  );

  routes.post(
    '/v1/search',
    {
      config: { scope: 'read' },
      schema: {
        operationId: 'search',
        summary: 'Items for a query in words',
        tags: ['recommend'],
        body: searchSchema,
        response: {
          200: recommendationsSchema,
          ...failures,
          ...bodyFailures,
          ...listFailures,
          409: errorSchema.describe('No item of the shop has a text.'),
        },
      },
    },
    async ({ body, id }) => listed(await live().search(body, { requestId: id, isShown: true })),
  );

  routes.get(
    '/v1/items/:id/similar',
    {
      config: { scope: 'read' },
      schema: {
        operationId: 'similarItems',
        summary: 'Items like this one',
        tags: ['recommend'],
        params: idPathSchema,
        querystring: similarQuerySchema,
        response: { 200: recommendationsSchema, ...failures, ...notFound('item') },
      },
    },
    ({ params, query: { k, withItems }, id }) => similar(params.id, { k, withItems: withItems === 'true' }, id),
  );

  routes.post(
    '/v1/items/:id/similar',
    {
      config: { scope: 'read' },
      schema: {
        operationId: 'similarItemsThatPass',
        summary: 'Items like this one that pass a filter',
        tags: ['recommend'],
        params: idPathSchema,
        body: similarSchema,
        response: { 200: recommendationsSchema, ...failures, ...bodyFailures, ...listFailures },
      },
    },
    ({ params, body, id }) => similar(params.id, body, id),
  );

  routes.get(
    '/v1/items/:id',
    {
      config: { scope: 'read' },
      schema: {
        operationId: 'getItem',
        summary: 'An item as it is stored',
        tags: ['shop'],
        params: idPathSchema,
        response: { 200: itemAnswerSchema, ...failures, ...notFound('item') },
      },
    },
    ({ params }) => live().getItem(params.id),
  );

  routes.post(
    '/v1/items',
    {
      config: { scope: 'write' },
      schema: {
        operationId: 'upsertItems',
        summary: 'Store one item or a batch; retrievable when this answers',
        tags: ['shop'],
        body: itemsBodySchema,
        response: { 200: upsertedSchema, ...failures, ...bodyFailures },
      },
      validatorCompiler: batchValidatorCompiler(itemSchema),
    },
    async ({ body }) => {
      const { encodeSeconds, ...answer } = await live().upsertItems(Array.isArray(body) ? body : [body]);
      metrics.encoded(answer.encoded, encodeSeconds);
      return answer;
    },
  );

  routes.get(
    '/v1/users/:id',
    {
      config: { scope: 'read' },
      schema: {
        operationId: 'getUser',
        summary: 'A user as it is stored',
        tags: ['shop'],
        params: idPathSchema,
        response: { 200: userAnswerSchema, ...failures, ...notFound('user') },
      },
    },
    ({ params }) => live().getUser(params.id),
  );

  routes.post(
    '/v1/users',
    {
      config: { scope: 'write' },
      schema: {
        operationId: 'upsertUsers',
        summary: 'Store the attributes of one user or a batch; on disk when this answers',
        tags: ['shop'],
        body: usersBodySchema,
        response: { 200: upsertedUsersSchema, ...failures, ...bodyFailures },
      },
      validatorCompiler: batchValidatorCompiler(userSchema),
    },
    ({ body }) => live().upsertUsers(Array.isArray(body) ? body : [body]),
  );

  routes.post(
    '/v1/events',
    {
      config: { scope: 'events' },
      schema: {
        operationId: 'appendEvents',
        summary: 'Append one event or a batch; on disk when this answers',
        tags: ['shop'],
        body: eventsBodySchema,
        response: {
          200: appendedSchema,
          ...failures,
          ...bodyFailures,
          422: errorSchema.describe('An event names an item that is not stored. Nothing was written.'),
        },
      },
      validatorCompiler: batchValidatorCompiler(eventSchema),
    },
    ({ body }) => live().appendEvents(Array.isArray(body) ? body : [body]),
  );

  addScenarioRoutes(plain, live);
  addExperimentRoutes(plain, live);
  addDeletionRoutes(plain, live);
  addRankingRoutes(plain, ranking);

  routes.get(
    '/healthz',
    {
      config: { scope: 'public' },
      schema: {
        operationId: 'health',
        summary: 'Does the process run?',
        tags: ['operations'],
        response: { 200: z.object({ status: z.literal('ok') }), ...failures },
      },
    },
    async () => ({ status: 'ok' as const }),
  );

  routes.get(
    '/readyz',
    {
      config: { scope: 'public' },
      schema: {
        operationId: 'ready',
        summary: 'Is the model loaded?',
        tags: ['operations'],
        response: { 200: z.object({ status: z.literal('ready'), version: z.string() }), ...failures },
      },
    },
    async () => ({ status: 'ready' as const, version: servedVersion(ranking().stats()) }),
  );

  routes.get(
    '/metrics',
    {
      config: { scope: 'read', isShed: false },
      schema: {
        operationId: 'metrics',
        summary: 'Metrics for Prometheus',
        tags: ['operations'],
        response: { 200: plainText('Prometheus text format'), ...failures },
      },
    },
    async (_, reply) =>
      reply
        .type(metrics.contentType)
        .serializer(String)
        .send(await metrics.text()),
  );

  plain.get('/openapi.json', { config: { scope: 'public' }, schema: { hide: true } }, async () => plain.swagger());
}

/**
 * The publication; without one, the ranker.
 * @throws LorekeepError `NOTHING_TO_SERVE`
 */
function servedVersion(stats: EngineStats | RankingStats): string {
  if ('version' in stats) return stats.version;
  if (stats.ranker === null && stats.knowledge === null) throw errors.NOTHING_TO_SERVE();
  return stats.ranker?.version ?? 'knowledge';
}
