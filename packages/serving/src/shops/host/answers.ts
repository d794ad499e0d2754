/** What a host answers itself, before a shop is asked: in the shape of all other answers. */
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { LorekeepError } from '@lorekeep/core';
import { requestId } from '../../http/app.ts';
import { BARE_HEADERS, PROBLEM_TYPE, problemOf } from '../../http/problem.ts';
import { RETRY_MS } from '../slot.ts';

type Headers = Record<string, string | number>;

function send(request: IncomingMessage, response: ServerResponse, status: number, body: string, headers: Headers) {
  response.writeHead(status, {
    'content-length': Buffer.byteLength(body),
    ...BARE_HEADERS,
    'x-request-id': requestId(request),
    ...headers,
  });
  response.end(request.method === 'HEAD' ? undefined : body);
}

export function sendJson(request: IncomingMessage, response: ServerResponse, value: unknown): void {
  send(request, response, 200, JSON.stringify(value), { 'content-type': 'application/json; charset=utf-8' });
}

/** To the page of a shop: its files are named relative to it. */
export function sendToPage(request: IncomingMessage, response: ServerResponse, name: string): void {
  send(request, response, 308, '', { location: `${name}/` });
}

export function sendProblem(request: IncomingMessage, response: ServerResponse, error: LorekeepError): void {
  const status = error.http ?? 500;
  const wait = error.details.retryAfter ?? (error.code === 'SHOP_NOT_OPENED' ? RETRY_MS / 1000 : 1);
  send(request, response, status, JSON.stringify(problemOf(error, status, requestId(request))), {
    'content-type': PROBLEM_TYPE,
    ...(status === 503 || status === 429 ? { 'retry-after': String(wait) } : {}),
  });
}
