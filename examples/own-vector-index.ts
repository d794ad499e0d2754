/**
 * Extend: publish a model with a vector index of your own (docs/guides/extend.md#a-vector-index).
 * `vector-index/map-index.ts` is the index, `vector-index/map-index.test.ts` its test.
 *
 *     npx -y pnpm@12 exec node examples/own-vector-index.ts
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { registerIndexAdapter } from '@lorekeep/vector-index';
import { openWorkspace } from 'lorekeep';

// The name of the kind is stored in the publication. A program that opens the engine registers the
// kind first. The adapter is imported when it is needed.
registerIndexAdapter('map', async () => (await import('./vector-index/map-index.ts')).mapIndexAdapter);

const data = join(import.meta.dirname, 'data');
const dir = await mkdtemp(join(tmpdir(), 'lorekeep-index-'));
const workspace = await openWorkspace(dir, { create: true });
try {
  await workspace.import({ items: [join(data, 'items.csv')], events: [join(data, 'events.csv')] });
  await workspace.encode({ model: 'lexical' });
  // `id-only` trains towers alone: the index answers every request.
  await workspace.train({ preset: 'id-only', config: { training: { epochs: 3 } } });
  const { manifest } = await workspace.publish({ index: 'map' });
  console.log(`index  ${manifest.index.kind}, recall@10 ${manifest.index.recallAt10} against an exact scan`);

  const engine = await workspace.engine();
  const { items, source } = await engine.recommend({ user: 'user-02', k: 5 });
  console.log(`list   ${items.map(({ id }) => id).join(', ')}, ordered by: ${source}`);
  await engine.close();
} finally {
  await workspace.close();
  await rm(dir, { recursive: true });
}
