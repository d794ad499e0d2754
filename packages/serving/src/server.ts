/**
 * The engine over HTTP. The zod schemas in `schemas.ts` validate every request and make `/openapi.json`; every answer
 * that is not a success has the shape `{ error: { code, message, hint?, details? } }` with a stable code.
 *
 * What this service defends against, and what it leaves to others, is written in `docs/threat-model.md`.
 */
import { randomUUID } from 'node:crypto';
import type { AddressInfo } from 'node:net';
import swagger from '@fastify/swagger';
import { errorCode, LorekeepError } from '@lorekeep/core';
import type { Engine } from '@lorekeep/recommender';
import Fastify, { type FastifyReply } from 'fastify';
import { createJsonSchemaTransform } from 'fastify-type-provider-zod';
import * as errors from './errors.ts';
import { clientErrorHandler, sendError, validatorCompiler } from './http-errors.ts';
import { createMetrics } from './metrics.ts';
import { addRoutes } from './routes.ts';

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
