/**
 * From anything that goes wrong in a request to `{ error: { code, message, hint?, details? } }` with the right status.
 * What a client got wrong is told; what went wrong inside stays in the log, under the request's id.
 */
import type { Socket } from 'node:net';
import { LorekeepError } from '@lorekeep/core';
import { flattenIssues } from '@lorekeep/recommender';
import type { FastifyError, FastifyReply, FastifyRequest } from 'fastify';
import type { z } from 'zod';
import * as errors from './errors.ts';

/** As the provider's own, but a failed check is the house's error from the start. */
export function validatorCompiler({ schema, httpPart }: { schema: unknown; httpPart?: string }) {
  const prefix = httpPart === undefined || httpPart === 'body' ? [] : [httpPart === 'querystring' ? 'query' : httpPart];
  return (data: unknown) => {
    const result = (schema as z.ZodType).safeParse(data);
    if (result.success) return { value: result.data };
    return { error: errors.requestInvalid(flattenIssues(result.error.issues, prefix)) };
  };
}

/** What a client may be told, with its status. Everything else is a fault of ours: 500 `INTERNAL`, and a line in the log. */
const STATUS: Record<string, number> = {
  BODY_NOT_JSON: 400,
  EVENT_INVALID: 400,
  ITEM_INVALID: 400,
  REQUEST_INVALID: 400,
  REQUEST_MALFORMED: 400,
  ITEM_NOT_FOUND: 404,
  ROUTE_UNKNOWN: 404,
  HOST_NOT_ALLOWED: 403,
  BODY_TOO_LARGE: 413,
  MEDIA_TYPE_UNSUPPORTED: 415,
  EVENT_UNKNOWN_ITEM: 422,
  ENCODER_UNREACHABLE: 503,
  ENGINE_BUSY: 503,
  ENGINE_CLOSED: 503,
  ENGINE_NOT_READY: 503,
  ENGINE_LOAD_FAILED: 503,
  STORE_BUSY: 503,
};

export function sendError(error: unknown, request: FastifyRequest, reply: FastifyReply): void {
  const known = codedError(error, request);
  const coded = known ?? errors.internal(request.id);
  const status = STATUS[coded.code] ?? 500;
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
export function clientErrorHandler(error: Error & { code?: string }, socket: Socket): void {
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
  if (error instanceof LorekeepError && error.code === 'ENDPOINT_UNAVAILABLE') {
    // Where the endpoint is and what it said is for the log.
    request.log.error({ err: error }, error.message);
    return errors.encoderUnreachable();
  }
  if (error instanceof LorekeepError) return Object.hasOwn(STATUS, error.code) ? error : undefined;
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
