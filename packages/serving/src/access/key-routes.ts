/** Keys over HTTP, for administrators. A secret is in one answer only: that which made it. */
import type { FastifyInstance } from 'fastify';
import type { ZodTypeProvider } from 'fastify-type-provider-zod';
import { z } from 'zod';
import { bodyFailures, failures, notFound } from '../http/failures.ts';
import { errorSchema } from '../http/schemas.ts';
import { errors } from './errors.ts';
import { rateSchema } from './journal.ts';
import type { IssuedKey, Key, Keys } from './keys.ts';
import { SCOPES } from './scopes.ts';

const MAX_SECONDS = 100 * 366 * 86_400;
const MAX_NAME = 100;

const seconds = z.number();
const keyAnswerSchema = z.object({
  id: z.string().describe('The part of the key between the first two underscores; no secret.'),
  name: z.string(),
  scopes: z.array(z.enum(SCOPES)),
  namespace: z.string(),
  state: z.enum(['active', 'expired', 'revoked']),
  createdAt: seconds.describe('Unix seconds, like all times.'),
  rotatedAt: seconds.optional(),
  expiresAt: seconds.optional(),
  revokedAt: seconds.optional(),
  rate: z.object({ perSecond: z.number(), burst: z.int() }).optional(),
});
const issuedSchema = z.object({
  key: keyAnswerSchema,
  secret: z.string().describe('The whole key. It is in no later answer.'),
});
const newKeySchema = z.strictObject({
  scopes: z.array(z.enum(SCOPES)).min(1).max(SCOPES.length).describe('What the key may do; none includes another.'),
  name: z.string().max(MAX_NAME).optional().describe('For people.'),
  expiresIn: z.number().min(1).max(MAX_SECONDS).optional().describe('Seconds until the key expires. Default: never.'),
  rate: rateSchema.optional().describe('Default: no limit.'),
});
const rotateSchema = z.strictObject({
  overlap: z
    .number()
    .min(0)
    .max(MAX_SECONDS)
    .prefault(0)
    .describe('Seconds during which the former secret is accepted too.'),
});
const keyPathSchema = z.object({ id: z.string().min(1).max(256).describe('The id of a key.') });

interface Served {
  keys: Keys | undefined;
  namespace: string;
}

export function addKeyRoutes(plain: FastifyInstance, { keys, namespace }: Served): void {
  const routes = plain.withTypeProvider<ZodTypeProvider>();
  const kept = (): Keys => {
    if (keys === undefined) throw errors.KEYS_MISSING();
    return keys;
  };
  const mine = async (id: string): Promise<Keys> => {
    const found = (await kept().list()).some((key) => key.id === id && key.namespace === namespace);
    if (!found) throw errors.KEY_UNKNOWN({ key: id });
    return kept();
  };
  const admin = { config: { scope: 'admin' } } as const;

  routes.get(
    '/v1/keys',
    {
      ...admin,
      schema: {
        operationId: 'listKeys',
        summary: 'The keys of this namespace, without their secrets',
        tags: ['operations'],
        response: { 200: z.object({ keys: z.array(keyAnswerSchema) }), ...failures },
      },
    },
    async () => ({ keys: (await kept().list()).filter((key) => key.namespace === namespace).map(answerOf) }),
  );

  routes.post(
    '/v1/keys',
    {
      ...admin,
      schema: {
        operationId: 'createKey',
        summary: 'Create a key of this namespace; its secret is shown once',
        tags: ['operations'],
        body: newKeySchema,
        response: { 200: issuedSchema, ...failures, ...bodyFailures },
      },
    },
    async (request) => issued(await kept().create({ ...request.body, namespace }), request),
  );

  routes.post(
    '/v1/keys/:id/rotate',
    {
      ...admin,
      schema: {
        operationId: 'rotateKey',
        summary: 'Give a key another secret',
        tags: ['operations'],
        params: keyPathSchema,
        body: rotateSchema,
        response: {
          200: issuedSchema,
          ...failures,
          ...bodyFailures,
          ...notFound('key'),
          409: errorSchema.describe('The key is revoked.'),
        },
      },
    },
    async (request) => {
      const { id } = request.params;
      request.auditTarget = id;
      return issued(await (await mine(id)).rotate(id, request.body.overlap), request);
    },
  );

  routes.delete(
    '/v1/keys/:id',
    {
      ...admin,
      schema: {
        operationId: 'revokeKey',
        summary: 'Revoke a key; it is refused within a second',
        tags: ['operations'],
        params: keyPathSchema,
        response: { 200: keyAnswerSchema, ...failures, ...notFound('key') },
      },
    },
    async (request) => {
      const { id } = request.params;
      request.auditTarget = id;
      return answerOf(await (await mine(id)).revoke(id));
    },
  );
}

function issued({ key, secret }: IssuedKey, request: { auditTarget: string | undefined }) {
  request.auditTarget = key.id;
  return { key: answerOf(key), secret };
}

const answerOf = ({ scopes, ...key }: Key) => ({ ...key, scopes: [...scopes] });
