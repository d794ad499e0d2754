/** Stages of requests: as metrics, and as spans of the real OpenTelemetry SDK. */
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { type Engine, openEngine } from '@lorekeep/recommender';
import { openShop, type Shop } from '@lorekeep/testing';
import { trace } from '@opentelemetry/api';
import { BasicTracerProvider, InMemorySpanExporter, SimpleSpanProcessor } from '@opentelemetry/sdk-trace-base';
import { createServer, type Server } from '../../src/index.ts';
import { type Client, clientOf, QUIET } from '../http/client.ts';

describe('stages', () => {
  const exporter = new InMemorySpanExporter();
  let shop: Shop;
  let engine: Engine;
  let server: Server;
  let client: Client;
  before(async () => {
    trace.setGlobalTracerProvider(new BasicTracerProvider({ spanProcessors: [new SimpleSpanProcessor(exporter)] }));
    shop = await openShop('linear');
    engine = await openEngine(shop);
    server = createServer(engine, QUIET);
    client = clientOf(await server.listen());
  });
  after(async () => {
    await server?.close();
    await engine?.close();
    await shop?.close();
    trace.disable();
  });

  const request = { user: 'user-1', k: 5, withItems: true };

  test('a request is a span of its route, with its stages below it, and without ids', async () => {
    assert.equal((await client.post('/v1/recommend', request)).status, 200);
    assert.equal((await client.post('/v1/items', { id: 'traced-1', title: 'garden rake' })).status, 200);
    assert.equal((await client.get('/v1/items/nothing')).status, 404);
    const spans = exporter.getFinishedSpans();
    const stagesOf = (name: string) => {
      const root = spans.find((span) => span.name === name)!;
      const below = spans.filter(({ parentSpanContext }) => parentSpanContext?.spanId === root.spanContext().spanId);
      assert.ok(below.every((span) => span.spanContext().traceId === root.spanContext().traceId));
      return { attributes: root.attributes, stages: [...new Set(below.map((span) => span.name))].sort() };
    };
    assert.deepEqual(stagesOf('POST /v1/recommend'), {
      attributes: {
        'http.request.method': 'POST',
        'http.route': '/v1/recommend',
        'http.response.status_code': 200,
      },
      stages: ['candidates', 'page', 'store'],
    });
    assert.deepEqual(stagesOf('POST /v1/items').stages, ['encode', 'store']);
    assert.equal(stagesOf('GET /v1/items/:id').attributes['http.response.status_code'], 404);
    const said = JSON.stringify(spans.map(({ name, attributes, events }) => ({ name, attributes, events })));
    assert.doesNotMatch(said, /user-1|traced-1|nothing/);
  });

  test('the trace of the caller goes on', async () => {
    exporter.reset();
    const { propagation } = await import('@opentelemetry/api');
    const traceparent = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01';
    propagation.setGlobalPropagator({
      fields: () => ['traceparent'],
      inject() {},
      extract(context, carrier: any) {
        const [, traceId, spanId] = /^00-(\w{32})-(\w{16})-01$/.exec(carrier.traceparent ?? '') ?? [];
        return traceId === undefined
          ? context
          : trace.setSpanContext(context, { traceId, spanId, traceFlags: 1, isRemote: true });
      },
    });
    try {
      assert.equal((await client.get('/healthz', { headers: { traceparent } })).status, 200);
    } finally {
      propagation.disable();
    }
    const [span] = exporter.getFinishedSpans();
    assert.equal(span.spanContext().traceId, '0af7651916cd43dd8448eb211c80319c');
    assert.equal(span.parentSpanContext?.spanId, 'b7ad6b7169203331');
  });

  test('Prometheus has the time of each stage by route', async () => {
    assert.equal((await client.post('/v1/recommend', request)).status, 200);
    const { body } = await client.get('/metrics');
    for (const stage of ['store', 'candidates', 'page'])
      assert.match(
        body,
        new RegExp(`lorekeep_stage_duration_seconds_count\\{route="/v1/recommend",stage="${stage}"\\} [1-9]`),
      );
  });
});
