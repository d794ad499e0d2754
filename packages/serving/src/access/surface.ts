/**
 * Which routes an address answers. With a port of their own, routes with the scope `admin` are only
 * there, so that a firewall can tell the two apart.
 */
import type { FastifyInstance, FastifyRequest } from 'fastify';
import type { RouteScope } from './scopes.ts';

/** `'all'` on one port; else `'admin'` on the one and `'service'` on the other. */
export type Surface = 'all' | 'service' | 'admin';

/** Public routes are on both: each port has its own probe and its own `/openapi.json`. */
export function isServed(surface: Surface, scope: RouteScope = 'public'): boolean {
  if (surface === 'all' || scope === 'public') return true;
  return (surface === 'admin') === (scope === 'admin');
}

/** @param refuse makes the error of a path that does not exist */
export function addSurface(app: FastifyInstance, surface: Surface, refuse: (request: FastifyRequest) => Error): void {
  if (surface === 'all') return;
  app.addHook('onRequest', async (request) => {
    if (!isServed(surface, request.routeOptions.config.scope)) throw refuse(request);
  });
}
