/** `/openapi.json` says what the service does. */
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import type { Engine } from '@lorekeep/recommender';
import { Validator } from '@seriousme/openapi-schema-validator';
import { createServer, type Server } from '../../src/index.ts';
import { clientOf, QUIET } from './client.ts';

describe('OpenAPI', () => {
  let server: Server;
  let openapi: any;
  before(async () => {
    server = createServer(new Promise<Engine>(() => {}), QUIET);
    const { status, body } = await clientOf(await server.listen()).get('/openapi.json');
    assert.equal(status, 200);
    openapi = body;
  });
  after(() => server?.close());

  const bodyOf = (path: string) => openapi.paths[path].post.requestBody.content['application/json'].schema;

  test('the document is valid and knows every route', async () => {
    const { valid, errors } = await new Validator().validate(structuredClone(openapi));
    assert.ok(valid, JSON.stringify(errors));
    assert.deepEqual(Object.keys(openapi.paths).sort(), [
      '/healthz',
      '/metrics',
      '/readyz',
      '/v1/admin/data',
      '/v1/admin/exposure',
      '/v1/admin/items/{id}',
      '/v1/admin/knowledge',
      '/v1/admin/landing',
      '/v1/admin/map',
      '/v1/admin/model',
      '/v1/admin/outcomes',
      '/v1/admin/system',
      '/v1/admin/users/{id}',
      '/v1/bulk/events',
      '/v1/bulk/items',
      '/v1/events',
      '/v1/experiments',
      '/v1/experiments/{name}',
      '/v1/experiments/{name}/results',
      '/v1/experiments/{name}/stop',
      '/v1/items',
      '/v1/items/delete',
      '/v1/items/{id}',
      '/v1/items/{id}/similar',
      '/v1/jobs',
      '/v1/jobs/{name}',
      '/v1/jobs/{name}/cancel',
      '/v1/jobs/{name}/run',
      '/v1/jobs/{name}/runs',
      '/v1/jobs/{name}/runs/{id}',
      '/v1/keys',
      '/v1/keys/{id}',
      '/v1/keys/{id}/rotate',
      '/v1/knowledge',
      '/v1/outcomes',
      '/v1/publications',
      '/v1/publications/resume',
      '/v1/publications/rollback',
      '/v1/rank',
      '/v1/recommend',
      '/v1/scenarios',
      '/v1/scenarios/{name}',
      '/v1/scenarios/{name}/versions',
      '/v1/search',
      '/v1/users',
      '/v1/users/{id}',
    ]);
    const methods = (path: string) => Object.keys(openapi.paths[path]).sort();
    assert.deepEqual(methods('/v1/events'), ['delete', 'post']);
    assert.deepEqual(methods('/v1/items/{id}'), ['delete', 'get']);
  });

  test('every route lists the statuses it can answer with', () => {
    const always = ['400', '403', '408', '417', '431', '500', '503'];
    const ofKeys = ['401', '429'];
    const own: Record<string, string[]> = {
      'get /v1/jobs/{name}': ['404'],
      'put /v1/jobs/{name}': ['409', '413', '415'],
      'delete /v1/jobs/{name}': ['404'],
      'post /v1/jobs/{name}/run': ['404', '409'],
      'post /v1/jobs/{name}/cancel': ['404', '409'],
      'get /v1/jobs/{name}/runs/{id}': ['404'],
      'post /v1/publications/rollback': ['409', '413', '415'],
      'post /v1/keys': ['413', '415'],
      'post /v1/keys/{id}/rotate': ['404', '409', '413', '415'],
      'delete /v1/keys/{id}': ['404'],
      'post /v1/recommend': ['404', '410', '413', '415'],
      'get /v1/scenarios/{name}': ['404'],
      'put /v1/scenarios/{name}': ['409', '413', '415'],
      'delete /v1/scenarios/{name}': ['404'],
      'get /v1/scenarios/{name}/versions': ['404'],
      'post /v1/search': ['404', '409', '410', '413', '415'],
      'get /v1/experiments/{name}': ['404'],
      'put /v1/experiments/{name}': ['404', '409', '413', '415'],
      'delete /v1/experiments/{name}': ['404'],
      'post /v1/experiments/{name}/stop': ['404', '413', '415'],
      'get /v1/experiments/{name}/results': ['404'],
      'post /v1/rank': ['413', '415'],
      'post /v1/knowledge': ['404', '409', '413', '415'],
      'post /v1/items': ['413', '415'],
      'post /v1/items/delete': ['413', '415'],
      'post /v1/events': ['413', '415', '422'],
      'post /v1/bulk/events': ['413', '415', '422'],
      'post /v1/bulk/items': ['413', '415', '422'],
      'get /v1/items/{id}': ['404'],
      'get /v1/items/{id}/similar': ['404'],
      'post /v1/users': ['413', '415'],
      'get /v1/users/{id}': ['404'],
      'get /v1/admin/items/{id}': ['404'],
      'get /v1/admin/users/{id}': ['404'],
      'post /v1/admin/landing': ['413', '415'],
      'post /v1/items/{id}/similar': ['404', '410', '413', '415'],
    };
    for (const [path, methods] of Object.entries<any>(openapi.paths)) {
      for (const [method, { responses, security }] of Object.entries<any>(methods)) {
        const route = `${method} ${path}`;
        const failures = [...always, ...(security.length > 0 ? ofKeys : []), ...(own[route] ?? [])];
        assert.deepEqual(Object.keys(responses).sort(), ['200', ...failures].sort(), route);
        for (const status of failures) {
          const { schema } = responses[status].content['application/problem+json'];
          assert.deepEqual(schema, { $ref: '#/components/schemas/Problem' }, `${route} ${status}`);
          assert.notEqual(responses[status].description, 'Default Response', `${route} ${status}`);
        }
      }
    }
  });

  test('errors have the members of RFC 9457 and our own', () => {
    const { properties, required } = openapi.components.schemas.Problem;
    const members = ['type', 'title', 'status', 'detail', 'instance', 'code', 'hint', 'error'];
    assert.deepEqual(Object.keys(properties), members);
    assert.deepEqual(
      required,
      members.filter((name) => !['instance', 'hint'].includes(name)),
    );
  });

  test('the bounds of k are in the document, in bodies and in queries', () => {
    const { k } = bodyOf('/v1/recommend').properties;
    assert.deepEqual([k.type, k.minimum, k.maximum, k.default], ['integer', 1, 1000, 10]);
    const parameter = openapi.paths['/v1/items/{id}/similar'].get.parameters.find(({ name }: any) => name === 'k');
    const { type, minimum, maximum, default: fallback } = parameter.schema;
    assert.deepEqual([type, minimum, maximum, fallback], ['integer', 1, 1000, 10]);
    assert.equal(parameter.required, false);
  });

  test('conditions across keys and limits of counts are in the document', () => {
    const recommend = bodyOf('/v1/recommend');
    assert.deepEqual(recommend.oneOf, [{ required: ['user'] }, { required: ['history'] }]);
    const name = recommend.properties.filter.$ref.split('/').at(-1);
    const { fields, price, not } = openapi.components.schemas[name].properties;
    assert.equal(fields.maxProperties, 20);
    assert.equal(price.anyOf[1].minProperties, 1);
    assert.equal(not.$ref, recommend.properties.filter.$ref, 'a filter contains filters');
    const [item, items] = bodyOf('/v1/items').anyOf;
    assert.equal(item.properties.fields.maxProperties, 100);
    assert.deepEqual([item.properties.id.minLength, item.properties.id.maxLength], [1, 256]);
    assert.deepEqual([items.minItems, items.maxItems], [1, 1000]);
    assert.equal(bodyOf('/v1/events').anyOf[0].properties.type.maxLength, 64);
    assert.equal(bodyOf('/v1/users').anyOf[0].properties.attributes.maxProperties, 100);
  });
});
