/**
 * The routes that delete. Batches of ids come by POST: a body of a DELETE request has no meaning in
 * HTTP (RFC 9110, 9.3.5), and proxies may drop it. All are idempotent: what is not there any more
 * is counted.
 */
import { deletedSchema, type Engine } from '@lorekeep/recommender';
import type { FastifyInstance } from 'fastify';
import type { ZodTypeProvider } from 'fastify-type-provider-zod';
import { bodyFailures, failures } from '../failures.ts';
import { deletionBodySchema, eventFilterQuerySchema, idPathSchema } from '../schemas.ts';

/** @param live throws while there is no engine */
export function addDeletionRoutes(plain: FastifyInstance, live: () => Engine): void {
  const routes = plain.withTypeProvider<ZodTypeProvider>();
  const response = { 200: deletedSchema, ...failures };

  routes.delete(
    '/v1/items/:id',
    {
      config: { scope: 'write' },
      schema: {
        operationId: 'deleteItem',
        summary: 'Delete an item with its events; no answer has it any more',
        tags: ['shop'],
        params: idPathSchema,
        response,
      },
    },
    ({ params }) => live().deleteItems([params.id]),
  );

  routes.post(
    '/v1/items/delete',
    {
      config: { scope: 'write' },
      schema: {
        operationId: 'deleteItems',
        summary: 'Delete a batch of items with their events',
        tags: ['shop'],
        body: deletionBodySchema,
        response: { ...response, ...bodyFailures },
      },
    },
    ({ body }) => live().deleteItems(body.ids),
  );

  routes.delete(
    '/v1/users/:id',
    {
      config: { scope: 'admin' },
      schema: {
        operationId: 'deleteUser',
        summary: 'Erase a user with all that is stored of them',
        tags: ['shop'],
        params: idPathSchema,
        response,
      },
    },
    ({ params }) => live().deleteUsers([params.id]),
  );

  routes.delete(
    '/v1/events',
    {
      config: { scope: 'admin' },
      schema: {
        operationId: 'deleteEvents',
        summary: 'Delete the events that fulfil all conditions',
        tags: ['shop'],
        querystring: eventFilterQuerySchema,
        response,
      },
    },
    ({ query: { id: ids, type: types, ...rest } }) => live().deleteEvents({ ids, types, ...rest }),
  );
}
