/**
 * Extend: a text encoder of your own, as an embeddings endpoint (docs/guides/extend.md#a-text-encoder).
 * Lorekeep checks its answers, stores each vector once, and encodes new items with it.
 *
 *     npx -y pnpm@12 exec node examples/own-text-encoder.ts
 */
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { json } from 'node:stream/consumers';
import { openWorkspace } from 'lorekeep';

/** The encoder: every word adds 1 at a position that depends on its letters (feature hashing). */
function embed(text: string): number[] {
  const vector = new Array<number>(256).fill(0);
  // An endpoint may not answer with a vector of zeros, so a text without words counts as one word.
  for (const word of text.toLowerCase().match(/\p{L}+/gu) ?? ['']) {
    const hash = [...word].reduce((sum, letter) => (sum * 31 + letter.codePointAt(0)!) % 65_521, 7);
    vector[hash % vector.length] += 1;
  }
  return vector;
}

// The answer has the form of OpenAI's embeddings: one vector for each text, in the same order.
const server = createServer(async (request, response) => {
  const { input } = (await json(request)) as { input: string[] };
  const vectors = input.map((text, index) => ({ object: 'embedding', index, embedding: embed(text) }));
  response.setHeader('content-type', 'application/json').end(JSON.stringify({ object: 'list', data: vectors }));
});
await once(server.listen(0, '127.0.0.1'), 'listening');
const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1`;

const data = join(import.meta.dirname, 'data');
const dir = await mkdtemp(join(tmpdir(), 'lorekeep-encoder-'));
const workspace = await openWorkspace(dir, { create: true });
try {
  await workspace.import({ items: [join(data, 'items.csv')], events: [join(data, 'events.csv')] });
  const { name, encoded, dim } = await workspace.encode({ model: 'endpoint:hashed-words', endpoint: { url } });
  console.log(`${name}: ${encoded} texts, ${dim} numbers each`);
  await workspace.train({ preset: 'linear' });
  await workspace.publish();

  // The encoder reads the text of a new item, so the item has neighbours before its first event.
  const engine = await workspace.engine();
  await engine.upsertItems([{ id: 'new', title: 'Folding garden rake', brand: 'Leafline', categories: ['garden'] }]);
  const { items } = await engine.similar('new', { k: 3, withItems: true });
  for (const { id, item } of items) console.log(`similar to the new item: ${id}  ${item?.title}`);
  await engine.close();
} finally {
  await workspace.close();
  server.close();
  await rm(dir, { recursive: true });
}
