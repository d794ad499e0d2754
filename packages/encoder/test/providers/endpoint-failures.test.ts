/** Failures of an endpoint: transient ones are retried, others are reported at once. */
import assert from 'node:assert/strict';
import type { ServerResponse } from 'node:http';
import { describe, test } from 'node:test';
import { inspect } from 'node:util';
import type { LorekeepError } from '@lorekeep/core';
import { answerOf, json, type Misbehaviour, startEndpoint } from '@lorekeep/testing';
import { openEncoder } from '../../src/index.ts';
import { retryAfterMs } from '../../src/retry.ts';
import { assertEncodes, failure, open, server, useEndpoint } from './endpoint-harness.ts';

useEndpoint();

describe('transient failures are retried', () => {
  test('after 429, 503 and a broken connection', async () => {
    for (const how of [
      (response: ServerResponse) => json(response, 429, {}, { 'retry-after': '0.01' }),
      (response: ServerResponse) => json(response, 503, 'starting'),
      (response: ServerResponse) => response.destroy() && true,
      (response: ServerResponse) => {
        response.writeHead(200, { 'content-length': '5000' }).write('{"data":[');
        setImmediate(() => response.destroy());
        return true;
      },
    ]) {
      const encoder = await open();
      let failures = 0;
      server.misbehave((_, response) => (failures++ < 2 ? how(response) : false));
      await assertEncodes(encoder);
      assert.equal(failures, 3);
      server.misbehave(undefined);
    }
  });

  test('with the wait of Retry-After, in seconds or as a date', async () => {
    assert.equal(retryAfterMs('2'), 2000);
    assert.equal(retryAfterMs('0.5'), 500);
    assert.equal(retryAfterMs('Wed, 21 Oct 2026 07:28:10 GMT', Date.parse('2026-10-21T07:28:00Z')), 10_000);
    assert.equal(retryAfterMs('Wed, 21 Oct 2020 07:28:10 GMT'), 0);
    for (const odd of [null, '', '-5', 'soon', 'NaN']) assert.equal(retryAfterMs(odd), undefined);
    const encoder = await open({ retrySeconds: 60 });
    let refused = 0;
    server.misbehave((_, response) => refused++ === 0 && json(response, 429, {}, { 'retry-after': '0' }));
    await assertEncodes(encoder);
    // A wait beyond patienceSeconds ends the call at once.
    for (const later of ['3600', new Date(Date.now() + 3_600_000).toUTCString()]) {
      const error = await failure((_, response) =>
        json(response, 429, { error: 'slow down' }, { 'retry-after': later }),
      );
      assert.equal(error.code, 'ENDPOINT_UNAVAILABLE');
      assert.match(error.message, /HTTP 429: slow down, it asks for a wait of 3\d\d\d s \(1 attempt\)/);
    }
  });

  test('until the retries are used up', async () => {
    const error = await failure((_, response) => json(response, 429, { error: { message: 'quota' } }), { retries: 3 });
    assert.equal(error.code, 'ENDPOINT_UNAVAILABLE');
    assert.match(error.message, /HTTP 429: quota \(4 attempts\)/);
    assert.equal(server.requests.length, 4);
  });

  test('after a timeout before or during the answer', async () => {
    const limits = { timeoutSeconds: 0.05, retries: 1 };
    const beforeAnswer = await failure(() => true, limits);
    assert.equal(beforeAnswer.code, 'ENDPOINT_UNAVAILABLE');
    assert.match(beforeAnswer.message, /no complete answer within 0.1 s \(2 attempts\)/);
    const duringAnswer = await failure((_, response) => response.writeHead(200).write('{"data":') || true, limits);
    assert.equal(duringAnswer.code, 'ENDPOINT_UNAVAILABLE');
    const patience = await failure(() => true, { timeoutSeconds: 60, patienceSeconds: 0.05, retries: 50 });
    assert.equal(patience.code, 'ENDPOINT_UNAVAILABLE');
    assert.equal(server.requests.length, 1);
  });

  test('a server that does not run is reported', async () => {
    const gone = await startEndpoint();
    await gone.close();
    await assert.rejects(open({ url: gone.url, retries: 0 }), {
      code: 'ENDPOINT_UNAVAILABLE',
      message: /\/v1 did not answer: ECONNREFUSED \(1 attempt\)/,
    });
  });
});

describe('permanent failures are reported at once', () => {
  test('with the message of the server, truncated', async () => {
    for (const [status, body, words] of [
      [401, { error: { message: 'wrong key' } }, 'HTTP 401: wrong key'],
      [404, { error: 'no such model' }, 'HTTP 404: no such model'],
      [400, { detail: [{ msg: 'too long' }] }, 'HTTP 400: [{"msg":"too long"}]'],
      [422, { message: 'two\nlines' }, 'HTTP 422: two lines'],
      [413, { error: 'w'.repeat(5000) }, `HTTP 413: ${'w'.repeat(300)} …`],
    ] as const) {
      const error = await failure((_, response) => json(response, status, body));
      assert.equal(error.code, 'ENDPOINT_REFUSED');
      assert.ok(error.message.endsWith(words), error.message);
      assert.equal(server.requests.length, 1, 'one request');
    }
  });

  test('for every invalid answer', async () => {
    const invalid = (change: (data: any[]) => unknown) => (request: any, response: any) =>
      json(response, 200, { data: change(answerOf(request).data) });
    const answers: [code: string, pattern: RegExp, how: Misbehaviour][] = [
      ['ENDPOINT_BAD_ANSWER', /9 vectors for 10 texts/, invalid((data) => data.slice(1))],
      ['ENDPOINT_BAD_ANSWER', /11 vectors/, invalid((data) => [...data, data[0]])],
      [
        'ENDPOINT_BAD_ANSWER',
        /of 15 values where 16/,
        invalid((data) => data.map((one) => ({ ...one, embedding: one.embedding.slice(1) }))),
      ],
      [
        'ENDPOINT_BAD_ANSWER',
        /two vectors with the index 0/,
        invalid((data) => data.map((one) => ({ ...one, index: 0 }))),
      ],
      ['ENDPOINT_BAD_ANSWER', /index 10/, invalid((data) => data.map((one) => ({ ...one, index: 10 - one.index })))],
      [
        'ENDPOINT_BAD_ANSWER',
        /index "0"/,
        invalid((data) => data.map((one) => ({ ...one, index: String(one.index) }))),
      ],
      ['ENDPOINT_BAD_ANSWER', /without "embedding"/, invalid((data) => data.map(({ index }) => ({ index })))],
      ['ENDPOINT_BAD_ANSWER', /without "embedding"/, invalid((data) => data.map(() => null))],
      ['ENDPOINT_BAD_ANSWER', /base64/, invalid((data) => data.map(({ index }) => ({ index, embedding: 'AAAAA' })))],
      [
        'ENDPOINT_BAD_ANSWER',
        /zeros/,
        invalid((data) => data.map(({ index }) => ({ index, embedding: Array(16).fill(0) }))),
      ],
      ['ENDPOINT_BAD_ANSWER', /no list "data"/, invalid(() => 'vectors')],
      ['ENDPOINT_BAD_ANSWER', /no list "data"/, (_, response) => json(response, 200, null)],
      ['ENDPOINT_BAD_ANSWER', /is not JSON/, (_, response) => response.end('<html>') && true],
      ['ENDPOINT_BAD_ANSWER', /is longer than/, (_, response) => response.end(`"${' '.repeat(3 << 20)}"`) && true],
      [
        'ENCODER_NOT_FINITE',
        /not finite/,
        invalid((data) => data.map(({ index }) => ({ index, embedding: Array(16).fill('NaN') }))),
      ],
      [
        'ENCODER_NOT_FINITE',
        /not finite/,
        (request, response) => response.end(JSON.stringify(answerOf(request)).replace(/-?\d\.\d+/, '1e999')) && true,
      ],
      [
        'ENCODER_NOT_FINITE',
        /not finite/,
        invalid((data) =>
          data.map(({ index }) => ({
            index,
            embedding: Buffer.from(new Float32Array(16).fill(Number.NaN).buffer).toString('base64'),
          })),
        ),
      ],
    ];
    for (const [code, pattern, how] of answers) {
      const error = await failure(how);
      assert.equal(error.code, code, `${pattern}: ${error.message}`);
      assert.match(error.message, pattern);
      assert.equal(server.requests.length, 1, 'one request');
    }
  });

  test('a requested dimension must be returned', async () => {
    server.misbehave((request, response) => json(response, 200, answerOf({ ...request, dimensions: 12 })));
    await assert.rejects(open({ dimensions: 8 }), { code: 'ENDPOINT_BAD_ANSWER', message: /12 values where 8/ });
  });

  test('vectors are ordered by the index of the server, not by their order in the answer', async () => {
    const encoder = await open();
    server.misbehave((request, response) => json(response, 200, { data: answerOf(request).data.reverse() }));
    await assertEncodes(encoder);
    server.misbehave((request, response) =>
      json(response, 200, { data: answerOf(request).data.map(({ embedding }) => ({ embedding })) }),
    );
    await assertEncodes(encoder);
  });

  test('options out of range and addresses with secrets are refused, without quoting them', async () => {
    for (const options of [
      { batchTexts: 0 },
      { batchTexts: 1.5 },
      { batchCharacters: 0 },
      { concurrency: 0 },
      { timeoutSeconds: 0 },
      { timeoutSeconds: Number.NaN },
      { patienceSeconds: -1 },
      { retries: -1 },
      { retrySeconds: 1000 },
      { dimensions: 0 },
      { maxCharacters: 0 },
      { maxCharacters: 5, prompt: '12345' },
      { prompt: '\ud800' },
      { encoding: 'int8' as never },
      { keyVariable: 'sk-secret' },
    ])
      await assert.rejects(open(options), (error: LorekeepError) => {
        assert.equal(error.code, 'ENCODER_BAD_OPTION', inspect(options));
        return !inspect(error).includes('secret');
      });
    for (const url of ['', 'gpu:8000', 'file:///etc', 'http://me:secret@gpu/v1', 'http://gpu/v1?key=secret', 'secret'])
      await assert.rejects(open({ url }), (error: LorekeepError) => {
        assert.equal(error.code, 'ENDPOINT_URL', url);
        return !inspect(error).includes('secret');
      });
    await assert.rejects(openEncoder('endpoint:', { endpoint: { url: server.url } }), { code: 'ENCODER_BAD_OPTION' });
  });
});
