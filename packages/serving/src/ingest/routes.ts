/**
 * Bulk uploads: one JSON value on each line, committed a slice at a time. The answer says up to which
 * line everything is done, also if the upload ends early.
 */
import { createMapping, type Mapping, type MappingDescription, mappingOf } from '@lorekeep/datasets/mappings';
import type { Engine } from '@lorekeep/recommender';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { ZodTypeProvider } from 'fastify-type-provider-zod';
import { z } from 'zod';
import { checkEncoding } from '../http/body.ts';
import { errors as httpErrors } from '../http/errors.ts';
import { failures } from '../http/failures.ts';
import type { ServiceMetrics } from '../http/metrics.ts';
import { allowLongRequest, endLongRequest } from '../http/node-server.ts';
import { errorSchema } from '../http/schemas.ts';
import { drain } from './body-stream.ts';
import { errors } from './errors.ts';
import { createEventSink } from './event-sink.ts';
import { createItemSink } from './item-sink.ts';
import { type BulkLimits, DEFAULT_LIMITS } from './limits.ts';
import { eventProgressSchema, itemProgressSchema, type Progress } from './progress.ts';
import { type OnError, type Sink, upload } from './upload.ts';

const NDJSON = 'application/x-ndjson';

export interface BulkOptions {
  /** Throws while there is no engine. */
  live: () => Engine;
  metrics: ServiceMetrics;
  limits: Partial<BulkLimits> | undefined;
  mappings: Readonly<Record<string, MappingDescription>> | undefined;
  /** How long to wait for the next bytes, in ms. */
  stallMs: number;
  isClosing: () => boolean;
}

const onError = z
  .enum(['stop', 'skip'])
  .default('stop')
  .describe('At a line that is not valid: end the upload, or go on with the next line.');

const bulkFailures = {
  ...failures,
  408: errorSchema.describe('The request took too long to arrive, or stopped in the middle of the upload.'),
  413: errorSchema.describe('The upload exceeds a limit. What came before is stored.'),
  415: errorSchema.describe('The body is not NDJSON in UTF-8, plain or with gzip.'),
  422: errorSchema.describe('A line is not valid. What came before is stored.'),
};

/** Limits count all addresses of a service together. */
export function createBulkRoutes(options: BulkOptions): (app: FastifyInstance) => Promise<void> {
  const { live, metrics, stallMs, isClosing } = options;
  const limits = { ...DEFAULT_LIMITS, ...options.limits };
  const own = new Map(Object.entries(options.mappings ?? {}).map(([name, one]) => [name, createMapping(one)]));
  let uploads = 0;

  function mapping(format: string | undefined): Mapping | undefined {
    if (format === undefined) return undefined;
    return own.get(format) ?? mappingOf(format);
  }

  async function receive<R, P extends Progress>(
    { raw: request, body, headers }: FastifyRequest,
    reply: FastifyReply,
    sink: Sink<R, P>,
    onError: OnError,
  ): Promise<P> {
    if (body === undefined) throw httpErrors.MEDIA_TYPE_UNSUPPORTED({ given: `no type; expected ${NDJSON}` });
    const { 'content-encoding': _, ...rest } = headers;
    checkEncoding(rest);
    if (uploads >= limits.uploads) throw errors.BULK_BUSY({ uploads });
    uploads++;
    allowLongRequest(request);
    try {
      return await upload(sink, { request, onError, limits, stallMs, isClosing });
    } catch (error) {
      reply.header('connection', 'close');
      await drain(request);
      throw error;
    } finally {
      uploads--;
      endLongRequest(request);
    }
  }

  return async (app) => {
    // The body is not read before the handler runs, so it may be of any size.
    app.removeAllContentTypeParsers();
    app.addContentTypeParser(NDJSON, (_request, payload, done) => done(null, payload));
    const routes = app.withTypeProvider<ZodTypeProvider>();

    routes.post(
      '/v1/bulk/events',
      {
        config: {
          scope: 'events',
          stream: {
            type: NDJSON,
            description:
              'On each line one event as of `POST /v1/events`, or with `format` a line of another program. A line has ' +
              'at most 1 MiB. `content-encoding: gzip` is taken.',
            example: '{"id":"e1","user":"ann","item":"B1","type":"click","request":"r1","position":0}\n',
          },
        },
        schema: {
          operationId: 'bulkEvents',
          summary: 'Upload events and impressions, one on each line',
          tags: ['shop'],
          querystring: z.strictObject({
            onError,
            format: z
              .string()
              .min(1)
              .max(64)
              .optional()
              .describe("The program that wrote the lines: 'ga4', 'segment', 'snowplow', 'ubi'. Default: Lorekeep."),
          }),
          response: { 200: eventProgressSchema, ...bulkFailures },
        },
      },
      async (request, reply) => {
        const { onError, format } = request.query;
        const sink = createEventSink(live, mapping(format));
        try {
          live();
          return await receive(request, reply, sink, onError);
        } finally {
          const { accepted, duplicates, refused, ignored } = sink.progress;
          metrics.uploaded('events', { accepted, duplicates, refused, ignored });
        }
      },
    );

    routes.post(
      '/v1/bulk/items',
      {
        config: {
          scope: 'write',
          stream: {
            type: NDJSON,
            description:
              'On each line one item as of `POST /v1/items`. A line has at most 1 MiB. `content-encoding: gzip` is taken.',
            example: '{"id":"B1","title":"A lamp","price":19.5}\n',
          },
        },
        schema: {
          operationId: 'bulkItems',
          summary: 'Upload items, one on each line',
          tags: ['shop'],
          querystring: z.strictObject({ onError }),
          response: { 200: itemProgressSchema, ...bulkFailures },
        },
      },
      async (request, reply) => {
        const sink = createItemSink(live, (texts, seconds) => metrics.encoded(texts, seconds));
        try {
          live();
          return await receive(request, reply, sink, request.query.onError);
        } finally {
          const { accepted, refused } = sink.progress;
          metrics.uploaded('items', { accepted, refused });
        }
      },
    );
  };
}
