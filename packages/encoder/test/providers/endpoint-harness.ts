/** A local endpoint for one test file, with the functions that its tests share. */
import assert from 'node:assert/strict';
import { after, afterEach, before, beforeEach } from 'node:test';
import { inspect } from 'node:util';
import { LorekeepError } from '@lorekeep/core';
import { type EndpointServer, type Misbehaviour, startEndpoint, vectorOf } from '@lorekeep/testing';
import { type EndpointOptions, openEncoder, type TextEncoder } from '../../src/index.ts';
import { cosine, rowOf } from '../support/vectors.ts';

/** Environment variable with the key in these tests. */
export const KEY_VARIABLE = 'LOREKEEP_TEST_KEY';
export const texts = Array.from({ length: 10 }, (_, at) => `text number ${at}`);

export let server: EndpointServer;

/** Starts the server before the tests of the calling file and stops it after them. */
export function useEndpoint(): void {
  before(async () => {
    server = await startEndpoint();
  });
  after(() => server.close());
  beforeEach(() => {
    server.requests.length = 0;
  });
  afterEach(() => {
    server.misbehave(undefined);
    delete process.env[KEY_VARIABLE];
  });
}

export const open = (options: EndpointOptions = {}, rest: object = {}) =>
  openEncoder('endpoint:test-model', {
    endpoint: { url: server.url, keyVariable: KEY_VARIABLE, retrySeconds: 0.002, ...options },
    ...rest,
  });

/** Opens an encoder, then lets the server misbehave. Returns the error of the next call. */
export async function failure(how: Misbehaviour, options: EndpointOptions = {}): Promise<LorekeepError> {
  server.misbehave(undefined);
  const encoder = await open(options);
  server.requests.length = 0;
  server.misbehave(how);
  const error = await encoder.encode(texts).then(
    () => assert.fail('vectors were returned'),
    (reason) => reason,
  );
  assert.ok(error instanceof LorekeepError, inspect(error));
  return error;
}

/** Encodes all texts and compares the vectors with those of the server. */
export async function assertEncodes(encoder: TextEncoder, prompt = '') {
  const vectors = await encoder.encode(texts);
  texts.forEach((text, row) => {
    const expected = Float32Array.from(vectorOf(prompt + text, encoder.dim));
    assert.ok(cosine(rowOf(vectors, row, encoder.dim), expected) > 0.999999, text);
  });
}
