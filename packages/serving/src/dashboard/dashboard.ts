/**
 * The dashboard of a service: what is recorded while it runs, the counts over the store, the routes
 * and the page. Recording costs a few additions a request; the store is only read while somebody
 * looks.
 */
import type { Recommendations } from '@lorekeep/recommender';
import type { FastifyInstance } from 'fastify';
import { addPage } from './page.ts';
import { createExposureCounts } from './recorder/exposure.ts';
import { recordTraffic } from './recorder/traffic.ts';
import { addDashboardRoutes } from './routes.ts';
import type { DashboardSource } from './source.ts';
import { createSurveys } from './surveys.ts';

/** Routes whose answers are lists that a shop shows. */
const LISTS = /^\/v1\/(recommend|search|items\/:id\/similar)$/;
/** Routes that change items; an upload also if it ends early. */
const ITEM_WRITES = /^\/v1\/(bulk\/)?items$/;
/** What the page itself asks for says nothing about the shop. */
const OWN = /^\/(v1\/(admin|jobs|publications)(\/.*)?|dashboard\/.*)?$/;

export interface Dashboard {
  /**
   * Records what this address answers, and adds the page with its routes. Call it before other routes
   * are added. A service with two addresses counts both together.
   */
  addTo(app: FastifyInstance): void;
  /** Waits for the end of a count over the store. */
  close(): Promise<void>;
}

export function createDashboard(source: DashboardSource): Dashboard {
  const traffic = recordTraffic();
  const exposure = createExposureCounts();
  let itemWrites = 0;
  const surveys = createSurveys(source, () => itemWrites);
  return {
    addTo(app) {
      app.addHook('preSerialization', async ({ routeOptions: { url } }, reply, payload) => {
        if (url !== undefined && reply.statusCode === 200 && LISTS.test(url)) exposure.add(payload as Recommendations);
        return payload;
      });
      app.addHook('onResponse', async ({ routeOptions: { url = 'unknown' }, method }, reply) => {
        if (OWN.test(url)) return;
        traffic.request(url, method, reply.statusCode, reply.elapsedTime);
        const isWritten = reply.statusCode === 200 || url.startsWith('/v1/bulk/');
        if (ITEM_WRITES.test(url) && method === 'POST' && isWritten) itemWrites++;
      });
      app.register(async (routes) => {
        addDashboardRoutes(routes, { source, traffic, exposure, surveys });
        addPage(routes);
      });
    },
    async close() {
      traffic.close();
      await surveys.close();
    },
  };
}
