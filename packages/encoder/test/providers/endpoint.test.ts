/** Requests of the endpoint provider, its key, a changed model, and failed calls. */
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { describe, test } from 'node:test';
import { inspect } from 'node:util';
import type { LorekeepError } from '@lorekeep/core';
import { openStore } from '@lorekeep/store';
import { answerOf, json } from '@lorekeep/testing';
import { type EndpointOptions, encodeCatalogue, openEncoder } from '../../src/index.ts';
import { assertEncodes, failure, KEY_VARIABLE, open, server, texts, useEndpoint } from './endpoint-harness.ts';

const KEY = 'sk-very/secret+key=0123456789';

useEndpoint();

describe('requests', () => {
  test('contain model, prompt, dimensions and encoding as configured, and go to the configured address', async () => {
    const encoder = await open({ dimensions: 24, prompt: 'Product: ', encoding: 'base64' });
    assert.equal(encoder.dim, 24);
    await assertEncodes(encoder, 'Product: ');
    const { model, input, dimensions, encoding_format, path, authorization } = server.requests.at(-1)!;
    assert.deepEqual(
      [model, dimensions, encoding_format, path, authorization],
      ['test-model', 24, 'base64', '/v1/embeddings', undefined],
    );
    assert.ok(input.every((text) => text.startsWith('Product: text number')));
    assert.ok(!('dimensions' in (await open().then(() => server.requests.at(-1)!))));
  });

  test('respect the limits of texts, characters and concurrency', async () => {
    const encoder = await open({ batchTexts: 3, concurrency: 2, batchCharacters: 30 });
    server.requests.length = 0;
    server.misbehave(async () => {
      await new Promise((resolve) => setTimeout(resolve, 5));
      return false;
    });
    await Promise.all([assertEncodes(encoder), assertEncodes(encoder)]);
    assert.ok(server.requests.every(({ input }) => input.length <= 3 && input.join('').length <= 30));
    assert.equal(server.requests.length, 2 * 5, 'two texts of 13 characters per request');
    assert.equal(server.most(), 2);
    const long = await open({ batchCharacters: 10 });
    await assertEncodes(long);
    assert.ok(server.requests.slice(-10).every(({ input }) => input.length === 1));
  });

  test('truncate long texts between characters, send a space for the empty text, replace lone surrogates', async () => {
    const encoder = await open({ maxCharacters: 12, prompt: 'P: ' });
    await encoder.encode(['x'.repeat(1 << 20), 'abcdefgh😀', '\ud800', '']);
    assert.deepEqual(server.requests.at(-1)!.input, ['P: xxxxxxxxx', 'P: abcdefgh', 'P: \ufffd', 'P: ']);
    const bare = await open();
    await bare.encode(['']);
    assert.deepEqual(server.requests.at(-1)!.input, [' ']);
  });

  test('the id depends only on options that change vectors', async () => {
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
  test('is read from the configured variable for each request', async () => {
    process.env[KEY_VARIABLE] = KEY;
    const encoder = await open();
    assert.equal(server.requests[0].authorization, `Bearer ${KEY}`);
    process.env[KEY_VARIABLE] = 'another';
    await encoder.encode(['a']);
    assert.equal(server.requests[1].authorization, 'Bearer another');
  });

  test('appears in no error, no setting and no inspected object', async () => {
    process.env[KEY_VARIABLE] = KEY;
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
    process.env[KEY_VARIABLE] = `${KEY}\n${KEY}`;
    await assert.rejects(open(), (error: LorekeepError) => {
      assert.equal(error.code, 'ENDPOINT_KEY');
      return !inspect(error).includes('secret');
    });
  });

  test('and the texts do not follow a redirect', async () => {
    process.env[KEY_VARIABLE] = KEY;
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

describe('a changed model', () => {
  test('is detected when the encoder is reopened, and its vectors are not mixed with the old ones', async () => {
    const first = await open();
    server.requests.length = 0;
    const again = await open(first.settings?.endpoint, { probe: first.settings?.probe });
    assert.equal(server.requests.length, 0, 'opening sends no request, so that a service starts without its endpoint');
    assert.equal(again.id, first.id);
    await assertEncodes(again);
    assert.equal(server.requests.length, 2, 'a comparison, then the texts');
    await assertEncodes(again);
    assert.equal(server.requests.length, 3, 'compared once');

    const changed = await open({}, { probe: first.settings?.probe });
    server.misbehave((request, response) => json(response, 200, answerOf(request, 'another model')));
    await assert.rejects(changed.encode(texts), { code: 'ENDPOINT_CHANGED' });
    await assert.rejects(changed.encode(texts), { code: 'ENDPOINT_CHANGED' });
    // Noise of half precision and batching is not a change.
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

describe('all or nothing', () => {
  test('a call with a failed request returns nothing and aborts the other requests', async () => {
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

  test('a failed catalogue job resumes', async () => {
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

  test('an abort ends a wait at once, with its reason', async () => {
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
