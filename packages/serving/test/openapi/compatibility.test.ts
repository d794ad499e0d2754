/**
 * The published OpenAPI document is a promise: what the service serves now breaks no client of it.
 * Additions are accepted with `pnpm contract`, breaks only with `pnpm contract --accept-breaks`.
 */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { before, describe, test } from 'node:test';
import type { Engine } from '@lorekeep/recommender';
import { createServer } from '../../src/index.ts';
import { clientOf, QUIET } from '../http/client.ts';
import { breaksOf } from './compatibility.ts';

const published = JSON.parse(readFileSync(new URL('../../../../docs/reference/openapi.json', import.meta.url), 'utf8'));

describe('the published contract', () => {
  let served: any;
  before(async () => {
    const server = createServer(new Promise<Engine>(() => {}), QUIET);
    served = (await clientOf(await server.listen()).get('/openapi.json')).body;
    await server.close();
  });

  test('is kept', () => {
    assert.deepEqual(breaksOf(published, served), [], 'if this is intended: pnpm contract --accept-breaks');
  });

  /** The breaks of a document that `change` has changed. */
  function after(change: (document: any) => void): string[] {
    const changed = structuredClone(published);
    change(changed);
    return breaksOf(published, changed);
  }
  const bodyOf = (document: any, path: string) =>
    document.paths[path].post.requestBody.content['application/json'].schema;
  const answerOf = (document: any, path: string, method = 'post') =>
    document.paths[path][method].responses[200].content['application/json'].schema;

  const BREAKS: [name: string, change: (document: any) => void, at: RegExp][] = [
    ['a path is gone', ({ paths }) => delete paths['/v1/users'], /^post \/v1\/users is gone$/],
    ['a method is gone', ({ paths }) => delete paths['/v1/items/{id}'].get, /^get \/v1\/items\/\{id\} is gone$/],
    [
      'an operation has another name',
      ({ paths }) => (paths['/v1/recommend'].post.operationId = 'suggest'),
      /is called suggest, not recommend/,
    ],
    [
      'an operation asks for another scope',
      ({ paths }) => (paths['/v1/events'].post.security = [{ key: ['write'] }]),
      /asks for the scope write/,
    ],
    [
      'a parameter is gone',
      ({ paths }) => paths['/v1/items/{id}/similar'].get.parameters.shift(),
      /^get \/v1\/items\/\{id\}\/similar, \w+ \w+ is gone$/,
    ],
    [
      'a parameter is required',
      ({ paths }) =>
        paths['/v1/items/{id}/similar'].get.parameters.push({ in: 'query', name: 'new', required: true, schema: {} }),
      /query new is required now/,
    ],
    [
      'a field of a request is gone',
      (d) => delete bodyOf(d, '/v1/recommend').properties.exclude,
      /body\.exclude is gone/,
    ],
    [
      'a field of a request is required',
      (d) => (bodyOf(d, '/v1/recommend').required = ['surface']),
      /body\.surface is required now/,
    ],
    [
      'a field of a request has another type',
      (d) => (bodyOf(d, '/v1/recommend').properties.withItems = { type: 'string' }),
      /body\.withItems does not take boolean any more/,
    ],
    [
      'a limit is tighter',
      (d) => (bodyOf(d, '/v1/recommend').properties.k.maximum = 100),
      /body\.k has the limit maximum 100/,
    ],
    [
      'a variant of a request takes less',
      (d) => (bodyOf(d, '/v1/events').anyOf[0].required = ['user', 'item', 'timestamp']),
      /post \/v1\/events, body takes less than/,
    ],
    [
      'fewer values of an enumeration are taken',
      (d) => bodyOf(d, '/v1/keys').properties.scopes.items.enum.pop(),
      /body\.scopes\[\] takes only/,
    ],
    [
      'a field of an answer is gone',
      (d) => delete answerOf(d, '/v1/recommend').properties.version,
      /post \/v1\/recommend, 200\.version is gone/,
    ],
    [
      'a field inside an answer is gone',
      (d) => delete answerOf(d, '/v1/recommend').properties.items.items.properties.score,
      /200\.items\[\]\.score is gone/,
    ],
    [
      'a field of an answer may be absent',
      (d) => (answerOf(d, '/v1/items').required = ['upserted']),
      /200\.encoded can be absent now/,
    ],
    [
      'a field of an answer has another type',
      (d) => (answerOf(d, '/v1/items').properties.encoded = { type: 'string' }),
      /200\.encoded can be string now/,
    ],
    [
      'a field of an answer may be null',
      (d) => (answerOf(d, '/v1/items').properties.version = { type: ['string', 'null'] }),
      /200\.version can be null now/,
    ],
    ['the answer has another status', ({ paths }) => delete paths['/v1/items'].post.responses[200], /200 is gone/],
    [
      'a member of every error is gone',
      ({ components }) => delete components.schemas.Problem.properties.error,
      /, 400\.error is gone/,
    ],
  ];
  for (const [name, change, at] of BREAKS)
    test(`it breaks if ${name}`, () => {
      const breaks = after(change);
      assert.ok(
        breaks.some((line) => at.test(line)),
        JSON.stringify(breaks),
      );
    });

  test('additions break nothing', () => {
    const found = after((document) => {
      const { paths } = document;
      paths['/v1/new'] = { get: { operationId: 'new', security: [{ key: ['read'] }], responses: { 200: {} } } };
      paths['/v1/items/{id}/similar'].get.parameters.push({ in: 'query', name: 'new', schema: { type: 'string' } });
      paths['/v1/items'].post.responses[418] = { description: 'New.' };
      paths['/v1/users'].post.security = [];
      bodyOf(document, '/v1/recommend').properties.scenario = { type: 'string' };
      bodyOf(document, '/v1/recommend').properties.k.maximum = 10_000;
      bodyOf(document, '/v1/keys').properties.scopes.items.enum.push('new');
      bodyOf(document, '/v1/events').anyOf.push({ type: 'string' });
      const answer = answerOf(document, '/v1/recommend');
      answer.properties.request = { type: 'string' };
      answer.required.push('request');
      answer.properties.items.items.properties.score = { type: 'integer' };
      answer.properties.source.enum?.push('new');
    });
    assert.deepEqual(found, []);
  });
});
