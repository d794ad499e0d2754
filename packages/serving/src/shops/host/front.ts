/**
 * What receives every request of a host, and passes it on: to the server of a shop, under the path
 * `/shops/NAME/`, or to the routes of the host. The request itself goes on, without being read.
 */
import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http';
import { LorekeepError } from '@lorekeep/core';
import { NO_VERSION, readCurrent } from '@lorekeep/recommender';
import type { createTargetCheck } from '../../access/target.ts';
import { requestId } from '../../http/app.ts';
import { errors as servingErrors } from '../../http/errors.ts';
import type { AttachedServer } from '../../http/server.ts';
import { errors } from '../errors.ts';
import type { Shops } from '../shops.ts';
import { sendJson, sendProblem, sendToPage } from './answers.ts';
import type { Doorkeeper } from './doorkeeper.ts';
import { pathOf, shopTargetOf } from './target.ts';

export interface FrontOptions {
  shops: Shops;
  /** The routes of the host. */
  host: RequestListener;
  /** Answers for a shop that is not loaded what needs none: refusals, the page. */
  stranger: RequestListener;
  doorkeeper: Doorkeeper;
  checkTarget: ReturnType<typeof createTargetCheck>;
  of(server: AttachedServer): RequestListener;
  isClosing(): boolean;
  onFailure: (shop: string, error: unknown) => void;
}

export function createFront(options: FrontOptions): RequestListener {
  const { shops, host, stranger, doorkeeper, checkTarget, of, isClosing, onFailure } = options;

  async function pass(name: string, request: IncomingMessage, response: ServerResponse): Promise<void> {
    if (shops.loaded(name) === undefined) {
      const problem = checkTarget(request);
      if (problem !== undefined) throw problem;
      if (!(await shops.has(name))) throw errors.SHOP_UNKNOWN({ shop: name });
      const path = pathOf(request.url ?? '');
      // A probe must not keep a shop in memory.
      if (path === '/healthz') return stranger(request, response);
      if (path === '/readyz' && request.method === 'GET') return sendReady(name, request, response);
      if ((await doorkeeper.admit(name, request)) === 'closed') return stranger(request, response);
    }
    const { shop, release } = await shops.use(name);
    // The client can have gone while the shop was opened.
    if (response.destroyed) return release();
    response.once('close', release);
    of(shop.server)(request, response);
  }

  async function sendReady(name: string, request: IncomingMessage, response: ServerResponse): Promise<void> {
    const published = await readCurrent(shops.pathOf(name)).catch(() => undefined);
    sendJson(request, response, { status: 'ready', version: published?.manifest.version ?? NO_VERSION });
  }

  function refuse(error: unknown, name: string, request: IncomingMessage, response: ServerResponse): void {
    if (response.headersSent || response.destroyed) return;
    if (!(error instanceof LorekeepError) || error.http === undefined) {
      onFailure(name, error);
      sendProblem(request, response, servingErrors.INTERNAL({ requestId: requestId(request) }));
      return;
    }
    if (error.code === 'SHOP_NOT_OPENED') onFailure(name, error.cause);
    sendProblem(request, response, error);
  }

  return (request, response) => {
    const target = isClosing() ? undefined : shopTargetOf(request.url ?? '');
    if (target === undefined) return host(request, response);
    const { name, url } = target;
    if (url === undefined && request.method === 'GET') return sendToPage(request, response, name);
    if (url === undefined) return host(request, response);
    request.url = url;
    // One id, for whoever answers and for the logs.
    request.headers['x-request-id'] = requestId(request);
    pass(name, request, response).catch((error) => refuse(error, name, request, response));
  };
}
