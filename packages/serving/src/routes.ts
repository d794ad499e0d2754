/** What can be asked for, and the schemas that say so. Every handler is one call of the engine. */

import type { Engine } from '@lorekeep/recommender';
import {
  appendedSchema,
  errorSchema,
  eventsBodySchema,
  itemAnswerSchema,
  itemsBodySchema,
  recommendationsSchema,
  recommendSchema,
  similarQuerySchema,
  upsertedSchema,
} from '@lorekeep/recommender';
import type { FastifyInstance } from 'fastify';
import type { ZodTypeProvider } from 'fastify-type-provider-zod';
import { z } from 'zod';
import type { ServiceMetrics } from './metrics.ts';

const failures = {
  400: errorSchema.describe('The request is not valid.'),
  503: errorSchema.describe('The model is being loaded, or too many writes are waiting.'),
};
const notFound = { 404: errorSchema.describe('There is no such item.') };
const itemPath = z.object({ id: z.string().min(1).max(256).describe("The shop's own id.") });
const plainText = (description: string) => ({
  description,
  content: { 'text/plain': { schema: z.string() } },
});

/** `live` throws while there is no engine. */
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
        response: { 200: recommendationsSchema, ...failures },
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
        params: itemPath,
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

  routes.get(
    '/v1/items/:id',
    {
      schema: {
        operationId: 'getItem',
        summary: 'An item as it is stored',
        tags: ['shop'],
        params: itemPath,
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
        response: { 200: upsertedSchema, ...failures },
      },
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
          422: errorSchema.describe('An event names an item that is not stored. Nothing was written.'),
        },
      },
    },
    ({ body }) => live().appendEvents(Array.isArray(body) ? body : [body]),
  );

  routes.get(
    '/healthz',
    {
      schema: {
        operationId: 'health',
        summary: 'Does the process live?',
        tags: ['operations'],
        response: { 200: z.object({ status: z.literal('ok') }) },
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
        response: { 200: z.object({ status: z.literal('ready'), version: z.string() }), 503: failures[503] },
      },
    },
    async () => ({ status: 'ready' as const, version: live().stats().version }),
  );

  routes.get(
    '/metrics',
    {
      schema: {
        operationId: 'metrics',
        summary: 'Figures for Prometheus',
        tags: ['operations'],
        response: { 200: plainText('Prometheus text format') },
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
