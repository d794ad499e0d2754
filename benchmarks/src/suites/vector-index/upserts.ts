/**
 * The time from sending a new item over HTTP until a request has found it by its text, on a small
 * trained shop with the towers alone.
 */
import { createServer } from '@lorekeep/serving';
import type { Item } from '@lorekeep/store';
import { openWorkspace } from '@lorekeep/workspace';
import { median } from '../../measure/interleave.ts';

const TIMEOUT_MS = 30_000;
/** Towers alone: the index is what finds a new item. */
const CONFIG = { training: { epochs: 1 }, linear: { neighboursPerItem: 0 }, reranker: { enabled: false } };

/** @param dir a folder for the workspace of the shop */
export async function measureUpserts(
  dir: string,
  upserts: number,
  log: (line: string) => void,
): Promise<Record<string, number>> {
  log('training a small shop for the upserts');
  const run = { warn: ({ message }: { message: string }) => log(message) };
  await using workspace = await openWorkspace(dir, { create: true });
  await workspace.importSimulatedShop({ events: 20_000 });
  // Without a language model the lexical encoder replaces it, and `upsert_language_model` is 0.
  const { isLanguageModel } = await workspace.encode({}, run);
  await workspace.train({ config: CONFIG });
  await workspace.publish();
  const engine = await workspace.engine();
  const server = createServer(engine, { port: 0, logLevel: 'warn' });
  try {
    const address = await server.listen();
    const times: number[] = [];
    for (const [n, near] of (await firstItems(workspace.store.items({ batchSize: upserts + 1 }))).entries()) {
      // The text is close to that of an existing item, but new, so it must be encoded.
      const item = { ...near, id: `bench-${n}`, title: `${near.title ?? ''} second edition ${n}` };
      const milliseconds = await untilRetrieved(address, item, near.id);
      // The first upsert is the warm-up.
      if (n > 0) times.push(milliseconds);
    }
    return {
      upsert_to_retrievable_ms: median(times),
      upsert_to_retrievable_worst_ms: Math.max(...times),
      upsert_language_model: isLanguageModel ? 1 : 0,
    };
  } finally {
    await server.close();
    await engine.close();
  }
}

async function firstItems(batches: AsyncIterable<Item[]>): Promise<Item[]> {
  for await (const batch of batches) return batch;
  return [];
}

/** Sends an item, then asks for recommendations until the item is among them. */
async function untilRetrieved(address: string, item: Item, history: string): Promise<number> {
  const post = async (path: string, value: unknown) => {
    const headers = { 'content-type': 'application/json' };
    const response = await fetch(address + path, { method: 'POST', body: JSON.stringify(value), headers });
    return (await response.json()) as { items: { id: string }[] };
  };
  const start = performance.now();
  await post('/v1/items', item);
  for (;;) {
    const { items } = await post('/v1/recommend', { history: [history], k: 100 });
    const elapsed = performance.now() - start;
    if (items.some(({ id }) => id === item.id)) return elapsed;
    if (elapsed > TIMEOUT_MS) throw new Error(`${item.id} was not retrieved within ${TIMEOUT_MS} ms`);
  }
}
