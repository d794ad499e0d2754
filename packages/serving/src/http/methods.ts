/**
 * Which methods a path takes. Fastify answers a known path with another method as if the path were
 * unknown; HTTP wants 405 with the methods that are allowed (RFC 9110, section 15.5.6).
 */
import type { FastifyInstance } from 'fastify';
import type { RouteScope } from '../access/scopes.ts';

declare module 'fastify' {
  interface FastifyInstance {
    /** @param url as the request gave it, with its query */
    methodsAt(url: string): string[];
  }
}

/**
 * Call it before routes are added.
 * @param isCounted whether a route of this scope is answered here
 */
export function recordMethods(app: FastifyInstance, isCounted: (scope: RouteScope | undefined) => boolean): void {
  const routes: { pattern: RegExp; methods: readonly string[] }[] = [];
  app.addHook('onRoute', ({ url, method, config }) => {
    if (isCounted(config?.scope)) routes.push({ pattern: patternOf(url), methods: [method].flat() });
  });
  app.decorate('methodsAt', (url: string) => {
    const path = pathOf(url);
    const found = routes.filter(({ pattern }) => pattern.test(path)).flatMap(({ methods }) => methods);
    return [...new Set(found)].sort();
  });
}

/** `/v1/items/:id` as a pattern of paths. */
const patternOf = (url: string) => new RegExp(`^${url.replaceAll('.', '\\.').replaceAll(/:[^/]+/g, '[^/]+')}$`);

/** Without the query, and without the host of an absolute target. */
const pathOf = (url: string) => url.replace(/^[a-z][a-z\d+.-]*:\/\/[^/?#]*/i, '').replace(/[?#].*$/s, '');
