/** The routes of experiments and outcomes. */
import {
  type Engine,
  experimentResultsSchema,
  experimentSchema,
  experimentSettingsSchema,
  outcomesSchema,
  scenarioNameSchema,
} from '@lorekeep/recommender';
import type { FastifyInstance } from 'fastify';
import type { ZodTypeProvider } from 'fastify-type-provider-zod';
import { z } from 'zod';
import { bodyFailures, failures, notFound } from '../http/failures.ts';
import { errorSchema } from '../http/schemas.ts';

const path = z.object({ name: scenarioNameSchema.describe('The name of the experiment.') });
const tags = ['experiments'];

/** @param live throws while there is no engine */
export function addExperimentRoutes(plain: FastifyInstance, live: () => Engine): void {
  const routes = plain.withTypeProvider<ZodTypeProvider>();

  routes.get(
    '/v1/experiments',
    {
      config: { scope: 'read' },
      schema: {
        operationId: 'listExperiments',
        summary: 'Every experiment, by name',
        tags,
        response: { 200: z.object({ experiments: z.array(experimentSchema) }), ...failures },
      },
    },
    async () => ({ experiments: await live().listExperiments() }),
  );

  routes.get(
    '/v1/experiments/:name',
    {
      config: { scope: 'read' },
      schema: {
        operationId: 'getExperiment',
        summary: 'An experiment',
        tags,
        params: path,
        response: { 200: experimentSchema, ...failures, ...notFound('experiment') },
      },
    },
    ({ params }) => live().getExperiment(params.name),
  );

  routes.put(
    '/v1/experiments/:name',
    {
      config: { scope: 'write' },
      schema: {
        operationId: 'putExperiment',
        summary: 'Start an experiment; on disk when this answers',
        tags,
        params: path,
        body: experimentSettingsSchema,
        response: {
          200: experimentSchema,
          ...failures,
          ...bodyFailures,
          404: errorSchema.describe('There is no such scenario, or no such version of it.'),
          409: errorSchema.describe('An experiment runs already, or there are as many as a shop can have.'),
        },
      },
    },
    ({ params, body }) => live().putExperiment(params.name, body),
  );

  routes.post(
    '/v1/experiments/:name/stop',
    {
      config: { scope: 'write' },
      schema: {
        operationId: 'stopExperiment',
        summary: 'Stop an experiment; its results stay',
        tags,
        params: path,
        response: { 200: experimentSchema, ...failures, ...bodyFailures, ...notFound('experiment') },
      },
    },
    ({ params }) => live().stopExperiment(params.name),
  );

  routes.delete(
    '/v1/experiments/:name',
    {
      config: { scope: 'write' },
      schema: {
        operationId: 'deleteExperiment',
        summary: 'Delete an experiment; if it runs, it ends',
        tags,
        params: path,
        response: { 200: z.object({ deleted: z.string() }), ...failures, ...notFound('experiment') },
      },
    },
    async ({ params }) => {
      await live().deleteExperiment(params.name);
      return { deleted: params.name };
    },
  );

  routes.get(
    '/v1/experiments/:name/results',
    {
      config: { scope: 'read' },
      schema: {
        operationId: 'experimentResults',
        summary: 'Outcomes by arm up to now, and what to do',
        tags,
        params: path,
        response: { 200: experimentResultsSchema, ...failures, ...notFound('experiment') },
      },
    },
    ({ params }) => live().experimentResults(params.name),
  );

  routes.get(
    '/v1/outcomes',
    {
      config: { scope: 'read' },
      schema: {
        operationId: 'outcomes',
        summary: 'Outcomes of the newest lists by scenario, publication, surface and position',
        tags,
        response: { 200: outcomesSchema, ...failures },
      },
    },
    () => live().outcomes(),
  );
}
