/**
 * The routes with their schemas. Handlers of recommendations, items and events are one call of the
 * engine; those of operations need none, except for the version of `/readyz`.
 */

import {
  type Engine,
  eventSchema,
  itemSchema,
  recommendationsSchema,
  recommendSchema,
  similarSchema,
} from '@lorekeep/recommender';
import type { FastifyInstance } from 'fastify';
import type { ZodTypeProvider } from 'fastify-type-provider-zod';
import { z } from 'zod';
import type { ServiceMetrics } from './metrics.ts';
import {
  appendedSchema,
  errorSchema,
  eventsBodySchema,
  itemAnswerSchema,
  itemPathSchema,
  itemsBodySchema,
  similarQuerySchema,
  upsertedSchema,
} from './schemas.ts';
import { batchValidatorCompiler } from './validation.ts';

/** Answers that every route can give. */
const failures = {
  400: errorSchema.describe('The request is not valid.'),
  403: errorSchema.describe('The Host header names another host.'),
  408: errorSchema.describe('The request took too long to arrive.'),
  417: errorSchema.describe('The Expect header is not supported.'),
  431: errorSchema.describe('The headers are too large.'),
  500: errorSchema.describe('The service failed; its log has the cause.'),
  503: errorSchema.describe(
    'The model is loading, too many writes are waiting, the workspace can only be read, or the service is shutting down.',
  ),
};
const bodyFailures = {
  413: errorSchema.describe('The body is too large.'),
  415: errorSchema.describe('The body is not uncompressed JSON in UTF-8.'),
};
const notFound = { 404: errorSchema.describe('There is no such item.') };
const plainText = (description: string) => ({
  description,
  content: { 'text/plain': { schema: z.string() } },
});

/** @param live throws while there is no engine */
export function addRoutes(plain: FastifyInstance, live: () => Engine, metrics: ServiceMetrics): void {
  const routes = plain.withTypeProvider<ZodTypeProvider>();

  routes.post(
    '/v1/recommend',
    {
      schema: {
        operationId: 'recommend',
        summary: 'Recommend items to a user or for a session',
        tags: ['recommend'],
        body: recommendSchema,
        response: { 200: recommendationsSchema, ...failures, ...bodyFailures },
      },
    },
    async ({ body }) => {
      const answer = await live().recommend(body);
      metrics.recommendation(answer.source);
      return answer;
    },
  );

  routes.get(
    '/v1/items/:id/similar',
    {
      schema: {
        operationId: 'similarItems',
        summary: 'Items like this one',
        tags: ['recommend'],
        params: itemPathSchema,
        querystring: similarQuerySchema,
        response: { 200: recommendationsSchema, ...failures, ...notFound },
      },
    },
    async ({ params, query }) => {
      const answer = await live().similar(params.id, { k: query.k, withItems: query.withItems === 'true' });
      metrics.recommendation(answer.source);
      return answer;
    },
  );

  routes.post(
    '/v1/items/:id/similar',
    {
      schema: {
        operationId: 'similarItemsThatPass',
        summary: 'Items like this one that pass a filter',
        tags: ['recommend'],
        params: itemPathSchema,
        body: similarSchema,
        response: { 200: recommendationsSchema, ...failures, ...bodyFailures, ...notFound },
      },
    },
    async ({ params, body }) => {
      const answer = await live().similar(params.id, body);
      metrics.recommendation(answer.source);
      return answer;
    },
  );

  routes.get(
    '/v1/items/:id',
    {
      schema: {
        operationId: 'getItem',
        summary: 'An item as it is stored',
        tags: ['shop'],
        params: itemPathSchema,
        response: { 200: itemAnswerSchema, ...failures, ...notFound },
      },
    },
    ({ params }) => live().getItem(params.id),
  );

  routes.post(
    '/v1/items',
    {
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

  routes.post(
    '/v1/events',
    {
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

  routes.get(
    '/healthz',
    {
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
      schema: {
        operationId: 'ready',
        summary: 'Is the model loaded?',
        tags: ['operations'],
        response: { 200: z.object({ status: z.literal('ready'), version: z.string() }), ...failures },
      },
    },
    async () => ({ status: 'ready' as const, version: live().stats().version }),
  );

  routes.get(
    '/metrics',
    {
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

  plain.get('/openapi.json', { schema: { hide: true } }, async () => plain.swagger());
}
