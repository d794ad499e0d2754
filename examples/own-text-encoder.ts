/**
 * Extend: a text encoder of your own (docs/guides/extend.md#a-text-encoder).
 * `text-encoder/hashed-words.ts` is the encoder, `text-encoder/hashed-words.test.ts` its test.
 *
 *     npx -y pnpm@12 exec node examples/own-text-encoder.ts
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { registerEncoder } from '@lorekeep/encoder';
import { openWorkspace } from 'lorekeep';
import { createHashedWords } from './text-encoder/hashed-words.ts';

// The name is stored in the workspace. A program that opens the engine registers the encoder first.
registerEncoder('own:hashed-words', async () => createHashedWords({ dim: 256 }));

const data = join(import.meta.dirname, 'data');
const dir = await mkdtemp(join(tmpdir(), 'lorekeep-encoder-'));
const workspace = await openWorkspace(dir, { create: true });
try {
  await workspace.import({ items: [join(data, 'items.csv')], events: [join(data, 'events.csv')] });
  const { name, encoded, dim } = await workspace.encode({ model: 'own:hashed-words' });
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
  await rm(dir, { recursive: true });
}
