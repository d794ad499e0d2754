/** The routes of scenarios: settings of lists under a name. */
import { type Engine, MAX_SCENARIO_VERSIONS, scenarioNameSchema, settingsSchema } from '@lorekeep/recommender';
import type { FastifyInstance } from 'fastify';
import type { ZodTypeProvider } from 'fastify-type-provider-zod';
import { z } from 'zod';
import { bodyFailures, failures, notFound } from '../failures.ts';
import { errorSchema } from '../schemas.ts';

const path = z.object({ name: scenarioNameSchema.describe('The name of the scenario.') });

/** A whole number from 1; numbers in a query arrive as text. */
const version = z
  .preprocess(
    (input) => (typeof input === 'string' && /^\d{1,9}$/.test(input) ? Number(input) : input),
    z.int({ error: 'Expected a whole number of at least 1 in decimal digits.' }).min(1).max(999_999_999),
  )
  .optional()
  .describe(`Default: the newest. The newest ${MAX_SCENARIO_VERSIONS} versions are kept.`);

const scenarioSchema = z.object({
  name: z.string(),
  version: z.int().describe('Counts from 1.'),
  at: z.number().describe('When this version was stored, in Unix seconds.'),
  settings: settingsSchema,
});

/** @param live throws while there is no engine */
export function addScenarioRoutes(plain: FastifyInstance, live: () => Engine): void {
  const routes = plain.withTypeProvider<ZodTypeProvider>();

  routes.get(
    '/v1/scenarios',
    {
      config: { scope: 'read' },
      schema: {
        operationId: 'listScenarios',
        summary: 'The newest version of every scenario, by name',
        tags: ['scenarios'],
        response: { 200: z.object({ scenarios: z.array(scenarioSchema) }), ...failures },
      },
    },
    async () => ({ scenarios: await live().listScenarios() }),
  );

  routes.get(
    '/v1/scenarios/:name',
    {
      config: { scope: 'read' },
      schema: {
        operationId: 'getScenario',
        summary: 'A scenario',
        tags: ['scenarios'],
        params: path,
        querystring: z.strictObject({ version }),
        response: { 200: scenarioSchema, ...failures, ...notFound('scenario') },
      },
    },
    ({ params, query }) => live().getScenario(params.name, query.version),
  );

  routes.get(
    '/v1/scenarios/:name/versions',
    {
      config: { scope: 'read' },
      schema: {
        operationId: 'listScenarioVersions',
        summary: 'All versions of a scenario that are kept, the newest first',
        tags: ['scenarios'],
        params: path,
        response: { 200: z.object({ versions: z.array(scenarioSchema) }), ...failures, ...notFound('scenario') },
      },
    },
    async ({ params }) => ({ versions: await live().scenarioVersions(params.name) }),
  );

  routes.put(
    '/v1/scenarios/:name',
    {
      config: { scope: 'write' },
      schema: {
        operationId: 'putScenario',
        summary: 'Store a new version of a scenario; on disk when this answers',
        tags: ['scenarios'],
        params: path,
        body: settingsSchema,
        response: {
          200: scenarioSchema,
          ...failures,
          ...bodyFailures,
          409: errorSchema.describe('There are as many scenarios as a shop can have.'),
        },
      },
    },
    ({ params, body }) => live().putScenario(params.name, body),
  );

  routes.delete(
    '/v1/scenarios/:name',
    {
      config: { scope: 'write' },
      schema: {
        operationId: 'deleteScenario',
        summary: 'Delete a scenario with all its versions',
        tags: ['scenarios'],
        params: path,
        response: { 200: z.object({ deleted: z.string() }), ...failures, ...notFound('scenario') },
      },
    },
    async ({ params }) => {
      await live().deleteScenario(params.name);
      return { deleted: params.name };
    },
  );
}
