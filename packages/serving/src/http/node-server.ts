/**
 * Everything that Node's HTTP server would answer itself, or not at all: requests that it cannot
 * parse, that take too long, or that expect something unknown. They are answered in the shape of
 * all other errors.
 */
import type { IncomingMessage, Server, ServerOptions, ServerResponse } from 'node:http';
import type { Duplex } from 'node:stream';
import type { LorekeepError } from '@lorekeep/core';
import { errors, quoted } from './errors.ts';
import { BARE_HEADERS, PROBLEM_TYPE, problemOf } from './problem.ts';

/** Connections with a request that may take longer: it watches over itself. */
const longRequests = new WeakSet<Duplex>();

/** Lets the request that a connection is sending take longer than the limit of the server. */
export function allowLongRequest({ socket }: IncomingMessage): void {
  longRequests.add(socket);
}

/** The next requests of the connection have the limit of the server again. */
export function endLongRequest({ socket }: IncomingMessage): void {
  longRequests.delete(socket);
}

/** @param requestTimeout ms until a request must have arrived completely */
export const nodeServerOptions = (requestTimeout: number): ServerOptions => ({
  requestTimeout,
  headersTimeout: requestTimeout,
  // Node looks for slow requests at this interval, every 30 s by default: a limit of 30 s would
  // really be up to 60 s.
  connectionsCheckingInterval: Math.max(1, Math.min(1_000, Math.floor(requestTimeout / 10))),
  // Node answers a request without Host with an empty 400; `checkTarget` answers it with an error.
  requireHostHeader: false,
});

/**
 * Answers requests that Node takes out of the ordinary course.
 * @param requestId the id for the answer to a request
 */
export function answerUnusualRequests(server: Server, requestId: (request: IncomingMessage) => string): void {
  server.on('checkExpectation', (request: IncomingMessage, response: ServerResponse) => {
    const id = requestId(request);
    const error = errors.REQUEST_MALFORMED({ reason: 'its Expect header is not "100-continue"' });
    const { body, headers } = encoded(error, 417, id);
    response.writeHead(417, headers).end(body);
  });
  server.on('connect', (request: IncomingMessage, socket: Duplex) => {
    const { method = '', url = '' } = request;
    const error = errors.ROUTE_UNKNOWN({ method, url: quoted(url) });
    answer(socket, '404 Not Found', error, requestId(request));
  });
}

/** Answers what cannot be parsed or took too long, and closes the connection. */
export function answerClientError(error: Error & { code?: string }, socket: Duplex): void {
  if (error.code === 'ERR_HTTP_REQUEST_TIMEOUT' && longRequests.has(socket)) return;
  if (error.code === 'ECONNRESET' || !socket.writable) {
    socket.destroy();
    return;
  }
  const [status, reason] =
    error.code === 'HPE_HEADER_OVERFLOW'
      ? ['431 Request Header Fields Too Large', 'its headers are too large']
      : error.code === 'ERR_HTTP_REQUEST_TIMEOUT'
        ? ['408 Request Timeout', 'it took too long to arrive']
        : ['400 Bad Request', 'it cannot be parsed'];
  answer(socket, status, errors.REQUEST_MALFORMED({ reason }));
}

function answer(socket: Duplex, status: string, error: LorekeepError, requestId?: string): void {
  const { body, headers } = encoded(error, Number(status.slice(0, 3)), requestId);
  const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`);
  socket.end(`HTTP/1.1 ${status}\r\n${lines.join('')}\r\n${body}`);
}

function encoded(error: LorekeepError, status: number, requestId: string | undefined) {
  const body = JSON.stringify(problemOf(error, status, requestId));
  const headers: Record<string, string | number> = {
    'content-type': PROBLEM_TYPE,
    'content-length': Buffer.byteLength(body),
    ...BARE_HEADERS,
    connection: 'close',
    ...(requestId === undefined ? {} : { 'x-request-id': requestId }),
  };
  return { body, headers };
}
