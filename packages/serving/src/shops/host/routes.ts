/** The routes of a host: its shops, for administrators, and its operation. */
import type { FastifyInstance } from 'fastify';
import type { ZodTypeProvider } from 'fastify-type-provider-zod';
import { z } from 'zod';
import { rateSchema } from '../../access/journal.ts';
import type { Keys } from '../../access/keys.ts';
import { SCOPES } from '../../access/scopes.ts';
import { bodyFailures, failures, notFound } from '../../http/failures.ts';
import { errorSchema } from '../../http/schemas.ts';
import { SHOP_NAME_PATTERN } from '../names.ts';
import { limitsSchema } from '../settings.ts';
import type { Shops } from '../shops.ts';

const shopSchema = z.object({
  name: z.string(),
  createdAt: z.number().nullable().describe('Unix seconds; null for a workspace that was put into the folder.'),
  limits: limitsSchema,
  state: z.enum(['loaded', 'idle']).describe('An idle shop is opened by its next request.'),
  items: z.int().nullable().describe('Null until the shop was loaded once.'),
  events: z.int().nullable(),
  bytes: z.int().describe('Of all its files.'),
  opens: z.int().describe('How often it was opened since the start of the process.'),
  openSeconds: z.number().nullable().describe('Of the last opening.'),
});

const namePathSchema = z.object({ name: z.string().min(1).max(256).describe('The name of a shop.') });

const newShopSchema = z.strictObject({
  name: z
    .string()
    .regex(SHOP_NAME_PATTERN, 'Expected 1 to 63 lower-case letters, digits and hyphens.')
    .describe('Lower-case letters, digits and hyphens. It is the namespace of the keys of the shop.'),
  limits: limitsSchema.optional().describe('Default: none, and bodies up to 1 MiB.'),
  key: z
    .strictObject({
      scopes: z.array(z.enum(SCOPES)).min(1).max(SCOPES.length),
      name: z.string().max(100).optional(),
      rate: rateSchema.optional(),
    })
    .optional()
    .describe('Also creates a key of the shop; its secret is in the answer, and in no later one.'),
});

const createdSchema = z.object({
  shop: shopSchema,
  secret: z.string().optional().describe('The whole key, if one was asked for.'),
});

interface Served {
  shops: Shops;
  keys: Keys;
  metrics: { contentType: string; text(): Promise<string> };
}

export function addHostRoutes(plain: FastifyInstance, { shops, keys, metrics }: Served): void {
  const routes = plain.withTypeProvider<ZodTypeProvider>();
  const admin = { config: { scope: 'admin' } } as const;
  const tags = ['operations'];

  routes.get(
    '/v1/shops',
    {
      config: { scope: 'admin', isAudited: false },
      schema: {
        operationId: 'listShops',
        summary: 'All shops, by name',
        tags,
        response: { 200: z.object({ shops: z.array(shopSchema) }), ...failures },
      },
    },
    async () => ({ shops: await shops.list() }),
  );

  routes.post(
    '/v1/shops',
    {
      ...admin,
      schema: {
        operationId: 'createShop',
        summary: 'Create an empty shop, which takes items at once',
        tags,
        body: newShopSchema,
        response: {
          200: createdSchema,
          ...failures,
          ...bodyFailures,
          409: errorSchema.describe('There is a shop of this name, or there are as many shops as may be.'),
        },
      },
    },
    async (request) => {
      const { name, limits, key } = request.body;
      request.auditTarget = name;
      const shop = await shops.create(name, limits);
      if (key === undefined) return { shop };
      const { secret } = await keys.create({ ...key, namespace: name });
      return { shop, secret };
    },
  );

  routes.get(
    '/v1/shops/:name',
    {
      config: { scope: 'admin', isAudited: false },
      schema: {
        operationId: 'getShop',
        summary: 'One shop',
        tags,
        params: namePathSchema,
        response: { 200: shopSchema, ...failures, ...notFound('shop') },
      },
    },
    ({ params }) => shops.get(params.name),
  );

  routes.put(
    '/v1/shops/:name/limits',
    {
      ...admin,
      schema: {
        operationId: 'changeShopLimits',
        summary: 'Set the limits of a shop; those left out do not apply any more',
        tags,
        params: namePathSchema,
        body: limitsSchema,
        response: { 200: shopSchema, ...failures, ...bodyFailures, ...notFound('shop') },
      },
    },
    (request) => {
      request.auditTarget = request.params.name;
      return shops.changeLimits(request.params.name, request.body);
    },
  );

  routes.delete(
    '/v1/shops/:name',
    {
      ...admin,
      schema: {
        operationId: 'deleteShop',
        summary: 'Remove a shop with all its data, and revoke its keys',
        tags,
        params: namePathSchema,
        response: { 200: z.object({ deleted: z.string() }), ...failures, ...notFound('shop') },
      },
    },
    async (request) => {
      const { name } = request.params;
      request.auditTarget = name;
      await shops.delete(name);
      return { deleted: name };
    },
  );

  routes.get(
    '/healthz',
    {
      config: { scope: 'public' },
      schema: {
        operationId: 'health',
        summary: 'Does the process run?',
        tags,
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
        summary: 'Are requests for shops taken?',
        tags,
        response: { 200: z.object({ status: z.literal('ready') }), ...failures },
      },
    },
    async () => ({ status: 'ready' as const }),
  );

  routes.get(
    '/metrics',
    {
      config: { scope: 'read' },
      schema: {
        operationId: 'metrics',
        summary: 'Metrics for Prometheus, of the process and of every loaded shop',
        tags,
        response: {
          200: { description: 'Prometheus text format', content: { 'text/plain': { schema: z.string() } } },
          ...failures,
        },
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
