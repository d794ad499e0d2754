/**
 * The engine over HTTP. The zod schemas validate every request and make `/openapi.json`; every
 * answer that is not a success has the shape `{ error: { code, message, hint?, details? } }` with a
 * stable code.
 *
 * `docs/explanation/threat-model.md` says what this service defends against, and what it leaves to others.
 */
import { randomUUID } from 'node:crypto';
import type { AddressInfo } from 'node:net';
import swagger from '@fastify/swagger';
import { errorCode, LorekeepError } from '@lorekeep/core';
import { type Engine, type RankingService, recommenderErrors } from '@lorekeep/recommender';
import Fastify, { type FastifyInstance, type FastifyReply, type FastifyRequest } from 'fastify';
import { createJsonSchemaTransform, createJsonSchemaTransformObject } from 'fastify-type-provider-zod';
import { checkEncoding, parseJson } from './body.ts';
import { pathMalformed, routeUnknown, sendError } from './error-handler.ts';
import { errors } from './errors.ts';
import { recordMethods } from './methods.ts';
import { createMetrics, type ServiceMetrics } from './metrics.ts';
import { answerClientError, answerUnusualRequests, nodeServerOptions } from './node-server.ts';
import { addRoutes } from './routes.ts';
import { createTargetCheck } from './target.ts';
import { validatorCompiler } from './validation.ts';

export interface ServerOptions {
  /** Address to listen on. Default `'127.0.0.1'`: this machine only. There is no authentication. */
  host?: string;
  /** Default 7070; 0 takes any free port. */
  port?: number;
  /** Largest body in bytes. Default 1 MiB. */
  bodyLimit?: number;
  /**
   * Host names that requests may use beside the loopback addresses, against DNS rebinding; `['*']`
   * for any. Default: `host`; any name if `host` is not a loopback address.
   */
  allowedHosts?: readonly string[];
  /** pino's level for the log on stderr: `'trace'` … `'fatal'`, `'silent'`. Default `'info'`. */
  logLevel?: string;
  /**
   * Longest time a client may take to send a request, in ms. Default 30,000. Checked every second.
   */
  requestTimeout?: number;
  /**
   * How often to check for a newly published version, and switch to it, in ms; 0 for never. Default
   * 2,000.
   */
  watchInterval?: number;
  /** Rankers and knowledge, for a service without an engine. Default: those of the engine. */
  ranking?: RankingService;
}

export interface Server {
  /**
   * Starts to listen. Resolves with the base address, `http://127.0.0.1:7070`.
   * @throws LorekeepError `SERVER_CANNOT_LISTEN`
   */
  listen(): Promise<string>;
  /** Stops to listen, finishes requests in progress, then resolves. The engine stays open. */
  close(): Promise<void>;
}

/**
 * The service of one engine. A promise of an engine may be given, so that `/healthz` answers while
 * it is still loading: until then every other route answers 503 `ENGINE_NOT_READY`. Without an engine,
 * the service only ranks and serves knowledge; every route that needs one answers `ENGINE_MISSING`.
 * @example
 * const server = createServer(openEngine({ workspace, store, encoder }));
 * console.log(await server.listen());
 */
export function createServer(engine: Engine | Promise<Engine> | undefined, options: ServerOptions = {}): Server {
  const { host = '127.0.0.1', port = 7070, watchInterval = 2_000 } = options;
  const app = createApp(options);
  let ready: Engine | undefined;
  let failure: unknown;
  let closing = false;
  Promise.resolve(engine).then(
    (loaded) => {
      ready = loaded;
      app.log.info(loaded?.stats() ?? {}, 'ready');
    },
    (error: unknown) => {
      failure = error;
      app.log.error({ err: error }, 'the model could not be loaded');
    },
  );
  const live = (): Engine => {
    if (ready !== undefined) return ready;
    if (engine === undefined) throw errors.ENGINE_MISSING();
    throw failure === undefined
      ? errors.ENGINE_NOT_READY()
      : errors.ENGINE_LOAD_FAILED({ code: errorCode(failure) }, failure);
  };
  const { ranking } = options;
  const metrics = createMetrics(
    () => ready,
    () => ranking?.stats() ?? ready?.stats().ranking,
  );
  addHooks(app, { metrics, isClosing: () => closing, checkTarget: createTargetCheck(host, options.allowedHosts) });
  addOpenApi(app);
  app.register(async (routes) => addRoutes(routes, { live, ranking: () => ranking ?? live(), metrics }));

  let watching: NodeJS.Timeout | undefined;
  let lastFailure: string | undefined;
  /** A version that cannot be loaded is logged once. The live version stays. */
  async function watch(): Promise<void> {
    try {
      if (await (ready ?? ranking)?.reload()) app.log.info((ready ?? ranking)?.stats(), 'switched to another version');
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
        if (error instanceof LorekeepError) throw error;
        throw errors.SERVER_CANNOT_LISTEN({ host, port, code: errorCode(error) }, error);
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

function createApp({ bodyLimit = 2 ** 20, requestTimeout = 30_000, logLevel = 'info' }: ServerOptions) {
  const app = Fastify({
    bodyLimit,
    requestTimeout,
    http: nodeServerOptions(requestTimeout),
    logger: { level: logLevel, stream: process.stderr },
    genReqId: requestId,
    // An id of 256 characters, each percent-encoded as up to four bytes.
    routerOptions: { maxParamLength: 256 * 12 },
    clientErrorHandler: answerClientError,
    frameworkErrors: (error, request, reply) => sendError(pathMalformed(error), request, reply as FastifyReply),
    // Requests that arrive during shutdown are answered by a hook, in the shape of all other
    // errors.
    return503OnClosing: false,
  });
  answerUnusualRequests(app.server, requestId);
  // Only JSON is read. A page in a browser cannot send JSON to another origin without asking first.
  app.removeAllContentTypeParsers();
  app.addContentTypeParser('application/json', { parseAs: 'buffer' }, async (request: FastifyRequest, body: Buffer) => {
    if (request.is404) return undefined;
    checkEncoding(request.headers);
    return parseJson(body);
  });
  recordMethods(app);
  app.setValidatorCompiler(validatorCompiler);
  // Answers are made here, from typed values: the schemas document them and do not check them
  // again.
  app.setSerializerCompiler(() => JSON.stringify);
  app.setErrorHandler(sendError);
  app.setNotFoundHandler((request, reply) => sendError(routeUnknown(request), request, reply));
  return app;
}

interface Hooks {
  metrics: ServiceMetrics;
  isClosing: () => boolean;
  checkTarget: ReturnType<typeof createTargetCheck>;
}

function addHooks(app: FastifyInstance, { metrics, isClosing, checkTarget }: Hooks): void {
  app.addHook('onRequest', async (request, reply) => {
    reply.header('x-request-id', request.id);
    const problem = isClosing() ? recommenderErrors.ENGINE_CLOSED() : checkTarget(request.raw);
    if (problem !== undefined) throw problem;
  });
  // A kept-alive connection whose request was in progress would otherwise delay the shutdown until
  // it times out.
  app.addHook('onSend', async (_, reply) => {
    if (isClosing()) reply.header('connection', 'close');
  });
  app.addHook('onResponse', async (request, reply) => {
    const route = request.routeOptions.url ?? 'unknown';
    metrics.request(route, request.method, reply.statusCode, reply.elapsedTime / 1000);
  });
}

function addOpenApi(app: FastifyInstance): void {
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
        { name: 'recommend', description: 'Recommendations' },
        { name: 'scenarios', description: 'Settings of lists under a name' },
        { name: 'rank', description: 'Rankers of impressions, and knowledge for rankers' },
        { name: 'shop', description: 'Items and events' },
        { name: 'operations', description: 'Operation of the service' },
      ],
    },
    transform: createJsonSchemaTransform({ zodToJsonConfig: { target: 'draft-2020-12' } }),
    // Schemas with an id, such as the filter, which contains itself.
    transformObject: createJsonSchemaTransformObject({ zodToJsonConfig: { target: 'draft-2020-12' } }),
  });
}

/** The client's own id if it is harmless in a log, else a new one. */
function requestId(request: { headers: Record<string, string | string[] | undefined> }): string {
  const given = request.headers['x-request-id'];
  return typeof given === 'string' && /^[\w.-]{1,64}$/.test(given) ? given : randomUUID();
}
