/**
 * Cross-origin requests of browsers, for the origins on a list (https://fetch.spec.whatwg.org,
 * "CORS protocol"). These lines are here instead of `@fastify/cors` because that answers every
 * OPTIONS request by itself: one without an Origin must stay a 405 with the allowed methods, and an
 * error must have the shape of all others.
 */
import type { FastifyInstance } from 'fastify';
import { errors } from './errors.ts';

/** How long a browser may remember the answer to a preflight, in seconds. */
const MAX_AGE = '600';

/**
 * Answers preflights, and lets pages of these origins read answers. Keys travel in a header, never
 * in cookies, so `access-control-allow-credentials` is not needed and not sent.
 * @throws LorekeepError `CORS_ORIGIN`
 */
export function addCors(app: FastifyInstance, origins: readonly string[]): void {
  if (origins.length === 0) return;
  const allowed = new Set(origins.map(checkedOrigin));
  app.addHook('onRequest', async (request, reply) => {
    const { origin, 'access-control-request-method': wanted } = request.headers;
    if (origin === undefined || !allowed.has(origin)) return;
    reply.header('access-control-allow-origin', origin);
    if (request.method !== 'OPTIONS' || wanted === undefined) {
      reply.header('access-control-expose-headers', 'x-request-id, retry-after');
      return;
    }
    const methods = app.methodsAt(request.url);
    if (methods.length === 0) return;
    reply
      .code(204)
      .headers({
        'access-control-allow-methods': methods.join(', '),
        'access-control-allow-headers': 'authorization, content-type, x-request-id',
        'access-control-max-age': MAX_AGE,
      })
      .send();
    return reply;
  });
  // A cache must not give the answer for one origin to a page of another.
  app.addHook('onSend', async (_, reply) => {
    const vary = reply.getHeader('vary');
    reply.header('vary', vary === undefined ? 'origin' : `${vary}, origin`);
  });
}

/** An origin as a browser sends it: without path, and without the usual port. */
function checkedOrigin(origin: string): string {
  const url = URL.parse(origin);
  if (url === null || url.origin !== origin || !/^https?:$/.test(url.protocol)) throw errors.CORS_ORIGIN({ origin });
  return origin;
}
