/** Fastify as this service uses it: what it reads, what it checks first, and how it answers errors. */
import { randomUUID } from 'node:crypto';
import helmet from '@fastify/helmet';
import Fastify, { type FastifyInstance, type FastifyReply, type FastifyRequest } from 'fastify';
import { addCors } from '../access/cors.ts';
import { addGuard, type Guard } from '../access/guard.ts';
import { requireScopes } from '../access/scopes.ts';
import { addSurface, isServed, type Surface } from '../access/surface.ts';
import type { createTargetCheck } from '../access/target.ts';
import { addOpenApi } from '../openapi/document.ts';
import type { Drain } from '../operation/drain.ts';
import type { LoadShedding } from '../operation/load-shedding.ts';
import { checkEncoding, parseJson } from './body.ts';
import { pathMalformed, routeUnknown, sendError } from './error-handler.ts';
import { recordMethods } from './methods.ts';
import type { ServiceMetrics } from './metrics.ts';
import { answerClientError, answerUnusualRequests, nodeServerOptions } from './node-server.ts';
import { BARE_HEADERS } from './problem.ts';
import { validatorCompiler } from './validation.ts';

export interface AppOptions {
  bodyLimit: number;
  requestTimeout: number;
  logLevel: string;
  cors: readonly string[];
  guard: Guard;
  surface: Surface;
  metrics: ServiceMetrics;
  drain: Drain;
  load: LoadShedding;
  checkTarget: ReturnType<typeof createTargetCheck>;
}

export function createApp(options: AppOptions): FastifyInstance {
  const { bodyLimit, requestTimeout, logLevel, surface } = options;
  const app = Fastify({
    bodyLimit,
    requestTimeout,
    http: nodeServerOptions(requestTimeout),
    logger: { level: logLevel, stream: process.stderr },
    genReqId: requestId,
    // An id of 256 characters, each percent-encoded as up to four bytes.
    routerOptions: { maxParamLength: 256 * 12 },
    clientErrorHandler: answerClientError,
    frameworkErrors: (error, request, reply) =>
      sendError(pathMalformed(error), request, (reply as FastifyReply).headers(BARE_HEADERS)),
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
  const isHere = (scope: Parameters<typeof isServed>[1]) => isServed(surface, scope);
  recordMethods(app, isHere);
  requireScopes(app);
  app.setValidatorCompiler(validatorCompiler);
  // Answers are made here, from typed values: the schemas document them and do not check them
  // again.
  app.setSerializerCompiler(() => JSON.stringify);
  app.setErrorHandler(sendError);
  app.setNotFoundHandler((request, reply) => sendError(routeUnknown(request), request, reply));
  addHooks(app, options);
  addOpenApi(app, isHere);
  return app;
}

/** In this order: what costs least to refuse comes first, and nothing reads a body before it. */
function addHooks(app: FastifyInstance, options: AppOptions): void {
  const { metrics, drain, load, checkTarget, cors, guard, surface } = options;
  addSecureHeaders(app);
  drain.addTo(app);
  app.addHook('onRequest', async (request, reply) => {
    reply.header('x-request-id', request.id);
    const problem = checkTarget(request.raw);
    if (problem !== undefined) throw problem;
  });
  addCors(app, cors);
  addSurface(app, surface, routeUnknown);
  addGuard(app, guard);
  load.addTo(app);
  app.addHook('onResponse', async (request, reply) => {
    const route = request.routeOptions.url ?? 'unknown';
    metrics.request(route, request.method, reply.statusCode, reply.elapsedTime / 1000);
  });
}

/**
 * For browsers: an answer is never a page, a script or a frame of another page, and no cache keeps
 * it. A route that answers with a page sets a policy of its own (`helmet` in its options).
 * `Strict-Transport-Security` is left to the proxy, which has the certificate.
 */
function addSecureHeaders(app: FastifyInstance): void {
  app.register(helmet, {
    contentSecurityPolicy: { useDefaults: false, directives: { defaultSrc: ["'none'"], frameAncestors: ["'none'"] } },
    strictTransportSecurity: false,
    xXssProtection: false,
    xDownloadOptions: false,
    xDnsPrefetchControl: false,
    xPermittedCrossDomainPolicies: false,
  });
  app.addHook('onSend', async (_, reply) => {
    if (!reply.hasHeader('cache-control')) reply.header('cache-control', 'no-store');
  });
}

/** The client's own id if it is harmless in a log, else a new one. */
function requestId(request: { headers: Record<string, string | string[] | undefined> }): string {
  const given = request.headers['x-request-id'];
  return typeof given === 'string' && /^[\w.-]{1,64}$/.test(given) ? given : randomUUID();
}
