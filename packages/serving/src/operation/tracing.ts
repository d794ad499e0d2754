/**
 * Spans for OpenTelemetry: one for a request, named by its route, and one below it for each stage.
 * `@opentelemetry/api` is used if it can be resolved; which SDK exports the spans, and where to, is
 * decided by the program that registers it (`node --import FILE`). Spans have route templates and
 * statuses, never ids or other values that clients send.
 */
import { type StageObserver, withOptionalPackage } from '@lorekeep/core';
import type * as Api from '@opentelemetry/api';
import type { FastifyReply, FastifyRequest } from 'fastify';

export interface RequestTrace {
  stage: StageObserver;
  end(reply: FastifyReply): void;
}

/** Begins the trace of a request. */
export type Tracing = (request: FastifyRequest) => RequestTrace;

/** `undefined` if the package is not there: then nothing is traced, and nothing costs time. */
export function loadTracing(): Tracing | undefined {
  try {
    return withOptionalPackage<typeof Api, Tracing>('@opentelemetry/api', import.meta.url, tracingWith);
  } catch {
    return undefined;
  }
}

function tracingWith({ context, propagation, SpanKind, SpanStatusCode, trace }: typeof Api): Tracing {
  const tracer = trace.getTracer('lorekeep');
  return ({ method, headers, routeOptions: { url: route = 'unknown' } }) => {
    const parent = propagation.extract(context.active(), headers);
    const attributes = { 'http.request.method': method, 'http.route': route };
    const span = tracer.startSpan(`${method} ${route}`, { kind: SpanKind.SERVER, attributes }, parent);
    const inside = trace.setSpan(parent, span);
    return {
      async stage(name, work) {
        const own = tracer.startSpan(name, {}, inside);
        try {
          return await context.with(trace.setSpan(inside, own), work);
        } catch (error) {
          own.setStatus({ code: SpanStatusCode.ERROR });
          throw error;
        } finally {
          own.end();
        }
      },
      end({ statusCode }) {
        span.setAttribute('http.response.status_code', statusCode);
        if (statusCode >= 500) span.setStatus({ code: SpanStatusCode.ERROR });
        span.end();
      },
    };
  };
}
