/**
 * The engine over HTTP. The zod schemas in `schemas.ts` validate every request and make `/openapi.json`; every answer
 * that is not a success has the shape `{ error: { code, message, hint?, details? } }` with a stable code.
 *
 * What this service defends against, and what it leaves to others, is written in `docs/threat-model.md`.
 */
import { randomUUID } from 'node:crypto';
import type { AddressInfo, Socket } from 'node:net';
import swagger from '@fastify/swagger';
import { errorCode, LorekeepError } from '@lorekeep/core';
import Fastify, { type FastifyError, type FastifyInstance, type FastifyReply, type FastifyRequest } from 'fastify';
import { createJsonSchemaTransform, type ZodTypeProvider } from 'fastify-type-provider-zod';
import { z } from 'zod';
import { type Engine, flattenIssues } from './engine.ts';
import * as errors from './errors.ts';
import { createMetrics } from './metrics.ts';
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
} from './schemas.ts';

export interface ServerOptions {
  /** Address to listen on. Default `'127.0.0.1'`: this machine only. There is no authentication. */
  host?: string;
  /** Default 7070; 0 takes any free port. */
  port?: number;
  /** Largest body in bytes. Default 1 MiB. */
  bodyLimit?: number;
  /**
   * Host names that requests may name beside the addresses of this machine, against DNS rebinding; `['*']` for any.
   * Default: the `host` listened on; any where that is not an address of this machine.
   */
  allowedHosts?: readonly string[];
  /** pino's level for the log on stderr: `'trace'` … `'fatal'`, `'silent'`. Default `'info'`. */
  logLevel?: string;
  /** Longest time a client may take to send a request, in ms. Default 30,000. */
  requestTimeout?: number;
  /** How often to look whether another version was published, and switch to it, in ms; 0 for never. Default 2,000. */
  watchInterval?: number;
}

export interface Server {
  /**
   * Starts to answer. Resolves with the base address, `http://127.0.0.1:7070`.
   * @throws LorekeepError `SERVER_CANNOT_LISTEN`
   */
  listen(): Promise<string>;
  /** Takes no new connections, finishes requests in progress, then resolves. The engine stays open. */
  close(): Promise<void>;
}

/**
 * The service of one engine. A promise of an engine may be given to answer `/healthz` while it is still loading:
 * until then everything else says 503 `ENGINE_NOT_READY`.
 * @example
 * const server = createServer(openEngine({ workspace, store, encoder }));
 * console.log(await server.listen());
 */
export function createServer(engine: Engine | Promise<Engine>, options: ServerOptions = {}): Server {
  const { host = '127.0.0.1', port = 7070, bodyLimit = 2 ** 20, logLevel = 'info' } = options;
  const { requestTimeout = 30_000, watchInterval = 2_000 } = options;
  let ready: Engine | undefined;
  let closing = false;
  let failure: unknown;
  const app = Fastify({
    bodyLimit,
    requestTimeout,
    logger: { level: logLevel, stream: process.stderr },
    genReqId: requestId,
    // An id of 256 characters, each percent-encoded as up to four bytes.
    routerOptions: { maxParamLength: 256 * 12 },
    onProtoPoisoning: 'error',
    onConstructorPoisoning: 'error',
    clientErrorHandler,
    frameworkErrors: (error, request, reply) => sendError(error, request, reply as FastifyReply),
    return503OnClosing: true,
  });
  Promise.resolve(engine).then(
    (loaded) => {
      ready = loaded;
      app.log.info(loaded.stats(), 'ready');
    },
    (error: unknown) => {
      failure = error;
      app.log.error({ err: error }, 'the model could not be loaded');
    },
  );
  const live = (): Engine => {
    if (ready !== undefined) return ready;
    throw failure === undefined ? errors.notReady() : errors.loadFailed(errorCode(failure));
  };
  const metrics = createMetrics(() => ready);
  const mayName = allowedHosts(host, options.allowedHosts);

  app.setValidatorCompiler(validatorCompiler);
  // Answers are made here, from typed values: they are documented by the schemas, not checked against them again.
  app.setSerializerCompiler(() => JSON.stringify);
  // Only JSON is read. A page in a browser cannot send that across origins without asking first.
  app.removeContentTypeParser('text/plain');
  app.setErrorHandler(sendError);
  app.setNotFoundHandler((request, reply) =>
    sendError(errors.routeUnknown(request.method, request.url), request, reply),
  );
  app.addHook('onRequest', async (request, reply) => {
    reply.header('x-request-id', request.id);
    if (!mayName(request.headers.host)) throw errors.hostNotAllowed(request.headers.host ?? '');
  });
  // A kept-alive connection whose request was in progress would otherwise hold up the end until it times out.
  app.addHook('onSend', async (_, reply) => {
    if (closing) reply.header('connection', 'close');
  });
  app.addHook('onResponse', async (request, reply) => {
    const route = request.routeOptions.url ?? 'unknown';
    metrics.request(route, request.method, reply.statusCode, reply.elapsedTime / 1000);
  });

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
      tags: [
        { name: 'recommend', description: 'Asking' },
        { name: 'shop', description: 'Telling' },
        { name: 'operations', description: 'Running the service' },
      ],
    },
    transform: createJsonSchemaTransform({ zodToJsonConfig: { target: 'draft-2020-12' } }),
  });
  app.register(async (routes) => addRoutes(routes, live, metrics));

  let watching: NodeJS.Timeout | undefined;
  let lastFailure: string | undefined;
  /** What cannot be loaded is said once; the version that is live goes on. */
  async function watch(): Promise<void> {
    try {
      if (await ready?.reload()) app.log.info(ready?.stats(), 'switched to another version');
      lastFailure = undefined;
    } catch (error) {
      if (errorCode(error) !== lastFailure)
        app.log.error({ err: error }, 'the newly published version cannot be served');
      lastFailure = errorCode(error);
    }
    if (watching !== undefined) watching = setTimeout(watch, watchInterval).unref();
  }

  return {
    async listen() {
      try {
        await app.listen({ host, port });
      } catch (error) {
        throw error instanceof LorekeepError ? error : errors.cannotListen(host, port, errorCode(error), error);
      }
      if (watchInterval > 0) watching = setTimeout(watch, watchInterval).unref();
      const { address, port: actual, family } = app.server.address() as AddressInfo;
      return `http://${family === 'IPv6' ? `[${address}]` : address}:${actual}`;
    },
    async close() {
      closing = true;
      clearTimeout(watching);
      watching = undefined;
      await app.close();
    },
  };
}

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

function addRoutes(plain: FastifyInstance, live: () => Engine, metrics: ReturnType<typeof createMetrics>): void {
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

/** A client's own id where it is harmless in a log, else a new one. */
function requestId(request: { headers: Record<string, string | string[] | undefined> }): string {
  const given = request.headers['x-request-id'];
  return typeof given === 'string' && /^[\w.-]{1,64}$/.test(given) ? given : randomUUID();
}

const LOOPBACK = ['localhost', '127.0.0.1', '[::1]'];

function allowedHosts(host: string, names: readonly string[] | undefined): (header: string | undefined) => boolean {
  const local = host === 'localhost' || host === '::1' || /^127\./.test(host);
  if (names?.includes('*') || (names === undefined && !local)) return () => true;
  const allowed = new Set([...LOOPBACK, host, ...(names ?? [])].map((name) => name.toLowerCase()));
  return (header) => allowed.has((header ?? '').toLowerCase().replace(/:\d+$/, ''));
}

/** As the provider's own, but a failed check is the house's error from the start. */
function validatorCompiler({ schema, httpPart }: { schema: unknown; httpPart?: string }) {
  const prefix = httpPart === undefined || httpPart === 'body' ? [] : [httpPart === 'querystring' ? 'query' : httpPart];
  return (data: unknown) => {
    const result = (schema as z.ZodType).safeParse(data);
    if (result.success) return { value: result.data };
    return { error: errors.requestInvalid(flattenIssues(result.error.issues, prefix)) };
  };
}

/** Statuses of coded errors that are not simply 400 (usage) or 500 (failure). */
const STATUS: Record<string, number> = {
  ITEM_NOT_FOUND: 404,
  ROUTE_UNKNOWN: 404,
  HOST_NOT_ALLOWED: 403,
  BODY_TOO_LARGE: 413,
  MEDIA_TYPE_UNSUPPORTED: 415,
  EVENT_UNKNOWN_ITEM: 422,
  ENGINE_BUSY: 503,
  ENGINE_CLOSED: 503,
  ENGINE_NOT_READY: 503,
  ENGINE_LOAD_FAILED: 503,
  STORE_BUSY: 503,
};

function sendError(error: unknown, request: FastifyRequest, reply: FastifyReply): void {
  const known = codedError(error, request);
  const coded = known ?? errors.internal(request.id);
  const status = STATUS[coded.code] ?? (coded.kind === 'usage' ? 400 : 500);
  if (known === undefined) request.log.error({ err: error }, coded.message);
  else request.log.info({ code: coded.code }, coded.message);
  if (status === 503) reply.header('retry-after', '1');
  reply
    .header('x-request-id', request.id)
    .code(status)
    .header('content-type', 'application/json; charset=utf-8')
    .serializer(JSON.stringify)
    .send({ error: coded.toJSON() });
}

/** What never becomes a request: broken HTTP, endless headers, a client that takes for ever. */
function clientErrorHandler(error: Error & { code?: string }, socket: Socket): void {
  if (error.code === 'ECONNRESET' || !socket.writable) {
    socket.destroy();
    return;
  }
  const [status, reason] =
    error.code === 'HPE_HEADER_OVERFLOW'
      ? ['431 Request Header Fields Too Large', 'its headers are too large']
      : error.code === 'ERR_HTTP_REQUEST_TIMEOUT'
        ? ['408 Request Timeout', 'it took too long to arrive']
        : ['400 Bad Request', 'it cannot be read'];
  const body = JSON.stringify({ error: errors.requestMalformed(reason) });
  const headers = `content-type: application/json; charset=utf-8\r\ncontent-length: ${Buffer.byteLength(body)}`;
  socket.end(`HTTP/1.1 ${status}\r\n${headers}\r\nconnection: close\r\n\r\n${body}`);
}

/** What may be told to a client. A failure's own words (paths, SQL, stacks) stay in the log. */
function codedError(error: unknown, request: FastifyRequest): LorekeepError | undefined {
  if (error instanceof LorekeepError) return error.kind === 'usage' || error.code in STATUS ? error : undefined;
  const { code, message, statusCode } = error as FastifyError;
  switch (code) {
    case 'FST_ERR_CTP_BODY_TOO_LARGE':
      return errors.bodyTooLarge(request.routeOptions.bodyLimit);
    case 'FST_ERR_CTP_INVALID_MEDIA_TYPE':
    case 'FST_ERR_CTP_INVALID_CONTENT_TYPE':
      return errors.mediaTypeUnsupported(request.headers['content-type']);
    case 'FST_ERR_CTP_EMPTY_JSON_BODY':
    case 'FST_ERR_CTP_INVALID_JSON_BODY':
      return errors.bodyNotJson(message);
    case 'FST_ERR_CTP_INVALID_CONTENT_LENGTH':
    case 'FST_ERR_BAD_URL':
    case 'FST_ERR_MAX_PARAM_LENGTH':
      return errors.requestMalformed(message);
  }
  if (error instanceof SyntaxError && statusCode === 400) return errors.bodyNotJson(message);
  return undefined;
}
