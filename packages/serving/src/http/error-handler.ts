/**
 * Turns any failure of a request into a problem (RFC 9457) with its status. A client is told what it did wrong. Internal failures stay in the log, under the id of
 * the request.
 */
import { LorekeepError } from '@lorekeep/core';
import type { FastifyError, FastifyReply, FastifyRequest } from 'fastify';
import { errors, quoted } from './errors.ts';
import { PROBLEM_TYPE, problemOf } from './problem.ts';

/** Hints for clients of the service, by code, in place of those for programs. */
const CLIENT_HINTS: Record<string, string> = {
  REQUEST_INVALID: 'See /openapi.json for the schema of each request.',
};

/** 503s that do not end within a second: a store that can only be read, a service without keys. */
const LASTING = new Set(['STORE_READ_ONLY', 'KEYS_MISSING']);

export function sendError(error: unknown, request: FastifyRequest, reply: FastifyReply): void {
  const known = publicError(error, request);
  const answer = known ?? errors.INTERNAL({ requestId: request.id });
  const status = answer.http ?? 500;
  if (known === undefined) request.log.error({ err: error }, answer.message);
  else request.log.info({ code: answer.code }, answer.message);
  if (status === 503 && !LASTING.has(answer.code)) reply.header('retry-after', '1');
  const { allowed } = answer.details;
  if (answer.code === 'METHOD_NOT_ALLOWED') reply.header('allow', (allowed as string[]).join(', '));
  addKeyHeaders(answer, reply);
  request.errorCode = answer.code;
  reply
    .header('x-request-id', request.id)
    .code(status)
    .header('content-type', PROBLEM_TYPE)
    .serializer(JSON.stringify)
    .send(problemOf(answer, status, request.id, CLIENT_HINTS[answer.code]));
}

/** What HTTP asks of a refusal because of a key (RFC 6750, section 3; RFC 9110, 10.2.3). */
function addKeyHeaders({ code, details }: LorekeepError, reply: FastifyReply): void {
  if (code === 'KEY_MISSING') reply.header('www-authenticate', 'Bearer');
  if (code === 'KEY_INVALID' || code === 'KEY_EXPIRED')
    reply.header('www-authenticate', 'Bearer error="invalid_token"');
  if (code === 'KEY_SCOPE')
    reply.header('www-authenticate', `Bearer error="insufficient_scope", scope="${details.needed}"`);
  if (code === 'KEY_RATE' || code === 'SHOP_RATE') reply.header('retry-after', String(details.retryAfter));
}

/** `undefined` for an internal failure: its message may contain paths, SQL or stacks. */
function publicError(error: unknown, request: FastifyRequest): LorekeepError | undefined {
  if (error instanceof LorekeepError && error.code === 'ENDPOINT_UNAVAILABLE') {
    // The address of the endpoint and its answer are only for the log.
    request.log.error({ err: error }, error.message);
    return errors.ENCODER_UNREACHABLE();
  }
  if (error instanceof LorekeepError && error.code === 'KNOWLEDGE_STORE_UNAVAILABLE') {
    request.log.error({ err: error }, error.message);
    return errors.KNOWLEDGE_UNREACHABLE();
  }
  if (error instanceof LorekeepError) return error.http === undefined ? undefined : error;
  return isRefusal(error) ? refusal(error, request) : undefined;
}

/** Fastify's own refusals, and bodies that end before they are complete. */
function isRefusal(error: unknown): error is FastifyError {
  const { code, statusCode = 500 } = error as Partial<FastifyError>;
  return typeof code === 'string' && (code.startsWith('FST_') || code === 'ECONNRESET') && statusCode < 500;
}

function refusal(error: FastifyError, request: FastifyRequest): LorekeepError {
  // Fastify parses the body, and may refuse it, before it answers that there is no such route.
  if (request.is404) return routeUnknown(request);
  switch (error.code) {
    case 'FST_ERR_CTP_BODY_TOO_LARGE':
      return errors.BODY_TOO_LARGE({ limit: request.routeOptions.bodyLimit });
    case 'FST_ERR_CTP_INVALID_MEDIA_TYPE':
    case 'FST_ERR_CTP_INVALID_CONTENT_TYPE':
      return errors.MEDIA_TYPE_UNSUPPORTED({ given: quoted(request.headers['content-type'] ?? 'unknown') });
    case 'ECONNRESET':
      return errors.REQUEST_MALFORMED({ reason: 'the connection was closed before the body was complete' });
  }
  return errors.REQUEST_MALFORMED({ reason: quoted(error.message) });
}

/**
 * What Fastify's router refuses: a path that cannot be decoded, or with a parameter that is too
 * long.
 */
export const pathMalformed = ({ code }: FastifyError): LorekeepError =>
  errors.REQUEST_MALFORMED({
    reason:
      code === 'FST_ERR_MAX_PARAM_LENGTH' ? 'an id in its path is too long' : 'its path is not percent-encoded UTF-8',
  });

/** A path without a route, or a route without this method. */
export function routeUnknown({ method, url, server }: FastifyRequest): LorekeepError {
  const allowed = server.methodsAt(url);
  return allowed.length === 0
    ? errors.ROUTE_UNKNOWN({ method, url: quoted(url) })
    : errors.METHOD_NOT_ALLOWED({ method, url: quoted(url), allowed });
}
