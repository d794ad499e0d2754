/** The stages of each request, for Prometheus and, if it is there, for OpenTelemetry. */
import { observeStages } from '@lorekeep/core';
import type { FastifyInstance } from 'fastify';
import { Histogram, type Registry } from 'prom-client';
import { loadTracing, type RequestTrace } from './tracing.ts';

declare module 'fastify' {
  interface FastifyRequest {
    trace: RequestTrace | undefined;
  }
}

/** @returns adds the observation to an address; call it before routes are added */
export function createStages(registry: Registry): (app: FastifyInstance) => void {
  const tracing = loadTracing();
  const durations = new Histogram({
    name: 'lorekeep_stage_duration_seconds',
    help: 'Time of one stage of a request.',
    labelNames: ['route', 'stage'],
    buckets: [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10],
    registers: [registry],
  });
  return (app) => {
    app.decorateRequest('trace', undefined);
    if (tracing !== undefined)
      app.addHook('onRequest', async (request) => {
        request.trace = tracing(request);
      });
    // Not earlier: what reads a body runs in a context of its own.
    app.addHook('preHandler', (request, _, done) => {
      const route = request.routeOptions.url ?? 'unknown';
      observeStages(async (name, work) => {
        const started = performance.now();
        try {
          return await (request.trace === undefined ? work() : request.trace.stage(name, work));
        } finally {
          durations.observe({ route, stage: name }, (performance.now() - started) / 1000);
        }
      }, done);
    });
    app.addHook('onResponse', async (request, reply) => request.trace?.end(reply));
  };
}
