/**
 * `/openapi.json`: OpenAPI 3.1 from the zod schemas of the routes. What all routes of one kind share
 * is added here, so that a route need not repeat it: the scope as `security`, the answers to a
 * request without the right key, and the media type of errors.
 */
import swagger from '@fastify/swagger';
import type { FastifyInstance, FastifySchema, RouteOptions } from 'fastify';
import { createJsonSchemaTransform, createJsonSchemaTransformObject } from 'fastify-type-provider-zod';
import { z } from 'zod';
import { type RouteScope, securityOf, securitySchemes } from '../access/scopes.ts';
import { keyFailures } from '../http/failures.ts';
import { errorSchema } from '../http/schemas.ts';

const OPTIONS = { zodToJsonConfig: { target: 'draft-2020-12' } } as const;
const toJsonSchema = createJsonSchemaTransform(OPTIONS);

const PROBLEM = 'application/problem+json';
const { $schema: _, ...problemSchema } = z.toJSONSchema(errorSchema, { target: 'draft-2020-12' }) as Record<
  string,
  unknown
>;

/** @param isListed whether a route of this scope is in the document */
export function addOpenApi(app: FastifyInstance, isListed: (scope: RouteScope | undefined) => boolean): void {
  app.register(swagger, {
    openapi: {
      openapi: '3.1.0',
      info: {
        title: 'Lorekeep',
        description: 'Recommendations from item texts and user events.',
        version: '1',
        license: { name: 'Apache-2.0', identifier: 'Apache-2.0' },
      },
      servers: [{ url: '/' }],
      components: { securitySchemes, schemas: { Problem: problemSchema } },
      tags: [
        { name: 'recommend', description: 'Recommendations' },
        { name: 'scenarios', description: 'Settings of lists under a name' },
        { name: 'experiments', description: 'Versions of scenarios side by side, and outcomes of lists' },
        { name: 'rank', description: 'Rankers of impressions, and knowledge for rankers' },
        { name: 'shop', description: 'Items and events' },
        { name: 'operations', description: 'Operation of the service' },
        { name: 'dashboard', description: 'What the page of the service reads' },
      ],
    },
    // Schemas with an id, such as the filter, which contains itself.
    transformObject: createJsonSchemaTransformObject(OPTIONS),
    transform: (of) => {
      const { schema, url } = toJsonSchema({ ...of, schema: withFailures(of.schema, of.route) });
      const hide = schema.hide === true || !isListed(of.route.config?.scope);
      return { schema: { ...withProblem(schema), ...streamOf(of.route), hide, security: securityOf(of.route) }, url };
    },
  });
}

declare module 'fastify' {
  interface FastifyContextConfig {
    /** Of a route whose body is read as it arrives, and not validated as a whole: what the body is. */
    stream?: { type: string; description: string; example: string };
  }
}

function streamOf({ config }: RouteOptions): FastifySchema {
  if (config?.stream === undefined) return {};
  const { type, description, example } = config.stream;
  return { body: { content: { [type]: { schema: { type: 'string', description, examples: [example] } } } } };
}

function withFailures(schema: FastifySchema, { config }: RouteOptions): FastifySchema {
  const own = (schema?.response ?? {}) as Record<string, unknown>;
  const all = config?.scope === undefined || config.scope === 'public' ? own : { ...own, ...keyFailures };
  return { ...schema, response: all };
}

/** All errors have one schema, so the document has it once. */
function withProblem(schema: FastifySchema): FastifySchema {
  const answers = Object.entries(schema.response ?? {}).map(([status, answer]) => {
    if (Number(status) < 400) return [status, answer];
    const content = { [PROBLEM]: { schema: { $ref: '#/components/schemas/Problem' } } };
    return [status, { description: (answer as { description?: string }).description ?? '', content }];
  });
  return { ...schema, response: Object.fromEntries(answers) };
}
