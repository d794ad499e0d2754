/** The endpoint provider against a real local server that misbehaves in every way we know of. */
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { after, afterEach, before, beforeEach, describe, test } from 'node:test';
import { inspect } from 'node:util';
import { LorekeepError } from '@lorekeep/core';
import { openStore } from '@lorekeep/store';
import { type EndpointOptions, encodeCatalogue, openEncoder, type TextEncoder } from '../../src/index.ts';
import { retryAfterMs } from '../../src/retry.ts';
import { answerOf, type EndpointServer, json, type Misbehaviour, startEndpoint, vectorOf } from '../endpoint-server.ts';
import { cosine, rowOf } from '../support/support.ts';

const KEY = 'sk-very/secret+key=0123456789';
const VARIABLE = 'LOREKEEP_TEST_KEY';
const texts = Array.from({ length: 10 }, (_, at) => `text number ${at}`);

let server: EndpointServer;
before(async () => {
  server = await startEndpoint();
});
after(() => server.close());
beforeEach(() => {
  server.requests.length = 0;
});
afterEach(() => {
  server.misbehave(undefined);
  delete process.env[VARIABLE];
});

const open = (options: EndpointOptions = {}, rest: object = {}) =>
  openEncoder('endpoint:test-model', {
    endpoint: { url: server.url, keyVariable: VARIABLE, retrySeconds: 0.002, ...options },
    ...rest,
  });

/** Opens while all is well, then lets the server misbehave and gives the error of the next call. */
async function failure(how: Misbehaviour, options: EndpointOptions = {}): Promise<LorekeepError> {
  server.misbehave(undefined);
  const encoder = await open(options);
  server.requests.length = 0;
  server.misbehave(how);
  const error = await encoder.encode(texts).then(
    () => assert.fail('vectors were handed out'),
    (reason) => reason,
  );
  assert.ok(error instanceof LorekeepError, inspect(error));
  return error;
}

async function isRight(encoder: TextEncoder, prompt = '') {
  const vectors = await encoder.encode(texts);
  texts.forEach((text, row) => {
    const wanted = Float32Array.from(vectorOf(prompt + text, encoder.dim));
    assert.ok(cosine(rowOf(vectors, row, encoder.dim), wanted) > 0.999999, text);
  });
}

describe('what is asked', () => {
  test('model, prompt, dimensions and encoding as set, at the address given', async () => {
    const encoder = await open({ dimensions: 24, prompt: 'Product: ', encoding: 'base64' });
    assert.equal(encoder.dim, 24);
    await isRight(encoder, 'Product: ');
    const { model, input, dimensions, encoding_format, path, authorization } = server.requests.at(-1)!;
    assert.deepEqual(
      [model, dimensions, encoding_format, path, authorization],
      ['test-model', 24, 'base64', '/v1/embeddings', undefined],
    );
    assert.ok(input.every((text) => text.startsWith('Product: text number')));
    assert.ok(!('dimensions' in (await open().then(() => server.requests.at(-1)!))));
  });

  test('batches keep to the limits of texts and characters, requests to that of concurrency', async () => {
    const encoder = await open({ batchTexts: 3, concurrency: 2, batchCharacters: 30 });
    server.requests.length = 0;
    server.misbehave(async () => {
      await new Promise((resolve) => setTimeout(resolve, 5));
      return false;
    });
    await Promise.all([isRight(encoder), isRight(encoder)]);
    assert.ok(server.requests.every(({ input }) => input.length <= 3 && input.join('').length <= 30));
    assert.equal(server.requests.length, 2 * 5, 'two texts of 13 characters a request');
    assert.equal(server.most(), 2);
    const long = await open({ batchCharacters: 10 });
    await isRight(long);
    assert.ok(server.requests.slice(-10).every(({ input }) => input.length === 1));
  });

  test('long texts are cut between characters, the empty one is a blank, halves of pairs are replaced', async () => {
    const encoder = await open({ maxCharacters: 12, prompt: 'P: ' });
    await encoder.encode(['x'.repeat(1 << 20), 'abcdefgh😀', '\ud800', '']);
    assert.deepEqual(server.requests.at(-1)!.input, ['P: xxxxxxxxx', 'P: abcdefgh', 'P: \ufffd', 'P: ']);
    const bare = await open();
    await bare.encode(['']);
    assert.deepEqual(server.requests.at(-1)!.input, [' ']);
  });

  test('ids follow what changes vectors, and nothing else', async () => {
    const id = async (options: EndpointOptions, model = 'm') =>
      (await openEncoder(`endpoint:${model}`, { endpoint: { url: server.url, ...options } })).id;
    const plain = await id({});
    for (const same of [
      { batchTexts: 1 },
      { encoding: 'base64' as const },
      { url: `${server.url}/` },
      { dimensions: 16 },
    ])
      assert.equal(await id(same), plain, inspect(same));
    const others = [{ prompt: 'P' }, { dimensions: 8 }, { maxCharacters: 100 }, { version: '2' }];
    const ids = await Promise.all([...others.map((options) => id(options)), id({}, 'n')]);
    assert.equal(new Set([plain, ...ids]).size, 6);
  });
});

describe('the key', () => {
  test('is read from the variable named, for each request', async () => {
    process.env[VARIABLE] = KEY;
    const encoder = await open();
    assert.equal(server.requests[0].authorization, `Bearer ${KEY}`);
    process.env[VARIABLE] = 'another';
    await encoder.encode(['a']);
    assert.equal(server.requests[1].authorization, 'Bearer another');
  });

  test('is in no error, no setting and nothing that can be inspected', async () => {
    process.env[VARIABLE] = KEY;
    const encoder = await open();
    const said: unknown[] = [encoder];
    for (const status of [400, 401, 404, 429, 500])
      said.push(
        await failure(
          ({ authorization }, response) =>
            json(response, status, {
              error: { message: `bad ${authorization}, ${encodeURIComponent(KEY)}, sk-very***789` },
            }),
          { retries: 1 },
        ),
      );
    for (const one of said) {
      const all = inspect(one, { depth: 9 }) + JSON.stringify(one) + (one instanceof Error ? one.stack : '');
      assert.ok(!/very|secret|789/.test(all), all);
    }
    process.env[VARIABLE] = `${KEY}\n${KEY}`;
    await assert.rejects(open(), (error: LorekeepError) => {
      assert.equal(error.code, 'ENDPOINT_KEY');
      return !inspect(error).includes('secret');
    });
  });

  test('and texts do not follow a redirect', async () => {
    process.env[VARIABLE] = KEY;
    const asked: string[] = [];
    const elsewhere = createServer((request, response) => {
      asked.push(request.url ?? '');
      response.end('{}');
    }).listen(0, '127.0.0.1');
    await once(elsewhere, 'listening');
    const location = `http://127.0.0.1:${(elsewhere.address() as AddressInfo).port}/v1/embeddings`;
    const error = await failure((_, response) => json(response, 307, {}, { location }));
    elsewhere.close();
    assert.equal(error.code, 'ENDPOINT_REFUSED');
    assert.match(error.message, /307/);
    assert.deepEqual(asked, []);
  });
});

describe('what may pass is tried again', () => {
  test('429 and 503 are waited out, a cut connection is made again', async () => {
    for (const how of [
      (response: import('node:http').ServerResponse) => json(response, 429, {}, { 'retry-after': '0.01' }),
      (response: import('node:http').ServerResponse) => json(response, 503, 'starting'),
      (response: import('node:http').ServerResponse) => response.destroy() && true,
      (response: import('node:http').ServerResponse) => {
        response.writeHead(200, { 'content-length': '5000' }).write('{"data":[');
        setImmediate(() => response.destroy());
        return true;
      },
    ]) {
      const encoder = await open();
      let failures = 0;
      server.misbehave((_, response) => (failures++ < 2 ? how(response) : false));
      await isRight(encoder);
      assert.equal(failures, 3);
      server.misbehave(undefined);
    }
  });

  test('Retry-After is honoured, in seconds and as a date', async () => {
    assert.equal(retryAfterMs('2'), 2000);
    assert.equal(retryAfterMs('0.5'), 500);
    assert.equal(retryAfterMs('Wed, 21 Oct 2026 07:28:10 GMT', Date.parse('2026-10-21T07:28:00Z')), 10_000);
    assert.equal(retryAfterMs('Wed, 21 Oct 2020 07:28:10 GMT'), 0);
    for (const odd of [null, '', '-5', 'soon', 'NaN']) assert.equal(retryAfterMs(odd), undefined);
    const encoder = await open({ retrySeconds: 60 });
    let refused = 0;
    server.misbehave((_, response) => refused++ === 0 && json(response, 429, {}, { 'retry-after': '0' }));
    await isRight(encoder);
    // A wait that patience does not allow is not begun.
    for (const later of ['3600', new Date(Date.now() + 3_600_000).toUTCString()]) {
      const error = await failure((_, response) =>
        json(response, 429, { error: 'slow down' }, { 'retry-after': later }),
      );
      assert.equal(error.code, 'ENDPOINT_UNAVAILABLE');
      assert.match(error.message, /HTTP 429: slow down, it asks for a wait of 3\d\d\d s \(1 attempt\)/);
    }
  });

  test('429 for ever ends after the retries, 5xx too', async () => {
    const error = await failure((_, response) => json(response, 429, { error: { message: 'quota' } }), { retries: 3 });
    assert.equal(error.code, 'ENDPOINT_UNAVAILABLE');
    assert.match(error.message, /HTTP 429: quota \(4 attempts\)/);
    assert.equal(server.requests.length, 4);
  });

  test('a server that hangs is left: before the answer, and in the midst of it', async () => {
    const limits = { timeoutSeconds: 0.05, retries: 1 };
    const silent = await failure(() => true, limits);
    assert.equal(silent.code, 'ENDPOINT_UNAVAILABLE');
    assert.match(silent.message, /no complete answer within 0.1 s \(2 attempts\)/);
    const midst = await failure((_, response) => response.writeHead(200).write('{"data":') || true, limits);
    assert.equal(midst.code, 'ENDPOINT_UNAVAILABLE');
    const patience = await failure(() => true, { timeoutSeconds: 60, patienceSeconds: 0.05, retries: 50 });
    assert.equal(patience.code, 'ENDPOINT_UNAVAILABLE');
    assert.equal(server.requests.length, 1);
  });

  test('no server at all is told as such', async () => {
    const gone = await startEndpoint();
    await gone.close();
    await assert.rejects(open({ url: gone.url, retries: 0 }), {
      code: 'ENDPOINT_UNAVAILABLE',
      message: /\/v1 did not answer: ECONNREFUSED \(1 attempt\)/,
    });
  });
});

describe('what will not pass is told at once', () => {
  test('with the words of the server, cut', async () => {
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
      assert.equal(server.requests.length, 1, 'asked once');
    }
  });

  test('a lie is not believed', async () => {
    const lie = (change: (data: any[]) => unknown) => (request: any, response: any) =>
      json(response, 200, { data: change(answerOf(request).data) });
    const lies: [code: string, pattern: RegExp, how: Misbehaviour][] = [
      ['ENDPOINT_BAD_ANSWER', /9 vectors for 10 texts/, lie((data) => data.slice(1))],
      ['ENDPOINT_BAD_ANSWER', /11 vectors/, lie((data) => [...data, data[0]])],
      [
        'ENDPOINT_BAD_ANSWER',
        /of 15 values where 16/,
        lie((data) => data.map((one) => ({ ...one, embedding: one.embedding.slice(1) }))),
      ],
      ['ENDPOINT_BAD_ANSWER', /two vectors with the index 0/, lie((data) => data.map((one) => ({ ...one, index: 0 })))],
      ['ENDPOINT_BAD_ANSWER', /index 10/, lie((data) => data.map((one) => ({ ...one, index: 10 - one.index })))],
      ['ENDPOINT_BAD_ANSWER', /index "0"/, lie((data) => data.map((one) => ({ ...one, index: String(one.index) })))],
      ['ENDPOINT_BAD_ANSWER', /without "embedding"/, lie((data) => data.map(({ index }) => ({ index })))],
      ['ENDPOINT_BAD_ANSWER', /without "embedding"/, lie((data) => data.map(() => null))],
      ['ENDPOINT_BAD_ANSWER', /base64/, lie((data) => data.map(({ index }) => ({ index, embedding: 'AAAAA' })))],
      [
        'ENDPOINT_BAD_ANSWER',
        /zeros/,
        lie((data) => data.map(({ index }) => ({ index, embedding: Array(16).fill(0) }))),
      ],
      ['ENDPOINT_BAD_ANSWER', /no list "data"/, lie(() => 'vectors')],
      ['ENDPOINT_BAD_ANSWER', /no list "data"/, (_, response) => json(response, 200, null)],
      ['ENDPOINT_BAD_ANSWER', /is not JSON/, (_, response) => response.end('<html>') && true],
      ['ENDPOINT_BAD_ANSWER', /is longer than/, (_, response) => response.end(`"${' '.repeat(3 << 20)}"`) && true],
      [
        'ENCODER_NOT_FINITE',
        /not finite/,
        lie((data) => data.map(({ index }) => ({ index, embedding: Array(16).fill('NaN') }))),
      ],
      [
        'ENCODER_NOT_FINITE',
        /not finite/,
        (request, response) => response.end(JSON.stringify(answerOf(request)).replace(/-?\d\.\d+/, '1e999')) && true,
      ],
      [
        'ENCODER_NOT_FINITE',
        /not finite/,
        lie((data) =>
          data.map(({ index }) => ({
            index,
            embedding: Buffer.from(new Float32Array(16).fill(Number.NaN).buffer).toString('base64'),
          })),
        ),
      ],
    ];
    for (const [code, pattern, how] of lies) {
      const error = await failure(how);
      assert.equal(error.code, code, `${pattern}: ${error.message}`);
      assert.match(error.message, pattern);
      assert.equal(server.requests.length, 1, 'asked once');
    }
  });

  test('a width that was asked for must come', async () => {
    server.misbehave((request, response) => json(response, 200, answerOf({ ...request, dimensions: 12 })));
    await assert.rejects(open({ dimensions: 8 }), { code: 'ENDPOINT_BAD_ANSWER', message: /12 values where 8/ });
  });

  test('the order that the server says counts, whatever the order it sends', async () => {
    const encoder = await open();
    server.misbehave((request, response) => json(response, 200, { data: answerOf(request).data.reverse() }));
    await isRight(encoder);
    server.misbehave((request, response) =>
      json(response, 200, { data: answerOf(request).data.map(({ embedding }) => ({ embedding })) }),
    );
    await isRight(encoder);
  });

  test('options out of range, and addresses that hold secrets, unquoted', async () => {
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

describe('a model that changed', () => {
  test('is found when the encoder is opened again, and its vectors are not mixed with the former', async () => {
    const first = await open();
    server.requests.length = 0;
    const again = await open(first.settings?.endpoint, { probe: first.settings?.probe });
    assert.equal(server.requests.length, 0, 'opening asks nothing, so that a service starts without its endpoint');
    assert.equal(again.id, first.id);
    await isRight(again);
    assert.equal(server.requests.length, 2, 'a comparison, then the texts');
    await isRight(again);
    assert.equal(server.requests.length, 3, 'compared once');

    const changed = await open({}, { probe: first.settings?.probe });
    server.misbehave((request, response) => json(response, 200, answerOf(request, 'another model')));
    await assert.rejects(changed.encode(texts), { code: 'ENDPOINT_CHANGED' });
    await assert.rejects(changed.encode(texts), { code: 'ENDPOINT_CHANGED' });
    // Noise of half precision and batching is no change.
    server.misbehave((request, response) => {
      const { data } = answerOf(request);
      const noisy = data.map(({ index, embedding }) => ({
        index,
        embedding: (embedding as number[]).map((value, i) => value * (1 + ((i % 5) - 2) / 200)),
      }));
      return json(response, 200, { data: noisy });
    });
    assert.equal((await changed.encode(texts)).length, 160);
  });
});

describe('nothing half-stored', () => {
  test('a call that fails in one of its requests gives nothing, and ends the others', async () => {
    const encoder = await open({ batchTexts: 1, concurrency: 10 });
    let hanging = 0;
    server.misbehave(({ input }, response) => {
      if (input[0] === texts[5]) return json(response, 400, { error: 'no' });
      hanging++;
      response.on('close', () => hanging--);
      return true;
    });
    await assert.rejects(encoder.encode(texts), { code: 'ENDPOINT_REFUSED' });
    await new Promise((resolve) => setTimeout(resolve, 50));
    assert.equal(hanging, 0);
  });

  test('a catalogue job that fails goes on where it was', async () => {
    const store = await openStore(':memory:');
    await store.upsertItems(Array.from({ length: 300 }, (_, at) => ({ id: `i${at}`, title: `thing ${at}` })));
    const encoder = await open({ batchTexts: 16, retries: 0 });
    let sent = 0;
    server.misbehave((_, response) => ++sent > 8 && json(response, 500, 'down'));
    await assert.rejects(encodeCatalogue({ store, encoder }), { code: 'ENDPOINT_UNAVAILABLE' });
    server.misbehave(undefined);
    const { texts: all, encoded, reused } = await encodeCatalogue({ store, encoder });
    assert.equal(all, 300);
    assert.equal(encoded + reused, 300);
    await store.close();
  });

  test('an abort ends the wait at once, with its reason', async () => {
    const stop = new AbortController();
    const encoder = await open({ retrySeconds: 60 }, { signal: stop.signal });
    server.misbehave((_, response) => {
      setTimeout(() => stop.abort(new Error('enough')), 20);
      return json(response, 503, '');
    });
    await assert.rejects(encoder.encode(texts), /enough/);
    await assert.rejects(encoder.encode(texts), /enough/);
    await assert.rejects(open({}, { signal: stop.signal }), /enough/);
  });
});
