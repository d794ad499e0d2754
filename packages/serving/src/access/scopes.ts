/**
 * What a route asks of its caller. Every route says it in one word, `config: { scope: 'read' }`, and
 * a route that says nothing does not start. The word also becomes the `security` of the route in
 * `/openapi.json`.
 */
import type { FastifyInstance, RouteOptions } from 'fastify';

/**
 * What a key may do. No scope includes another: a key with `admin` alone reads nothing.
 *
 * - `read`: recommendations, items, users, knowledge, metrics
 * - `events`: append events; the only scope for a key that a browser sees
 * - `write`: store and delete items, store users
 * - `admin`: erase users, delete events, keys; recorded in the audit log
 */
export const SCOPES = ['read', 'events', 'write', 'admin'] as const;
export type Scope = (typeof SCOPES)[number];

/** `'public'`: no key is needed, as for a probe of health. */
export type RouteScope = Scope | 'public';

declare module 'fastify' {
  interface FastifyContextConfig {
    /** What the route asks of its caller. */
    scope?: RouteScope;
    /** Of a route with the scope `admin`: whether its calls are in the audit log. Default `true`. */
    isAudited?: boolean;
  }
}

/** Call it before routes are added: a route without a scope throws. */
export function requireScopes(app: FastifyInstance): void {
  app.addHook('onRoute', ({ method, url, config }) => {
    if (config?.scope !== undefined) return;
    throw new Error(
      `${[method].flat().join(' and ')} ${url} declares no scope. Add config: { scope: … } to the route.`,
    );
  });
}

/** The name of the scheme in `/openapi.json`. */
const SCHEME = 'key';

export const securitySchemes = {
  [SCHEME]: {
    type: 'http' as const,
    scheme: 'bearer',
    description: 'A key of this service with the scope that the operation names: `Authorization: Bearer lk_…`.',
  },
};

/** `security` of a route's operation. */
export function securityOf({ config }: Pick<RouteOptions, 'config'>): Record<string, string[]>[] {
  const scope = config?.scope ?? 'public';
  return scope === 'public' ? [] : [{ [SCHEME]: [scope] }];
}
