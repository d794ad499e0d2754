/**
 * Retrain every night: new events become a new live version, while an engine answers from the old
 * one (docs/guides/retrain.md).
 *
 *     npx -y pnpm@12 exec node examples/retrain.ts
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openWorkspace } from 'lorekeep';

const data = join(import.meta.dirname, 'data');
const dir = await mkdtemp(join(tmpdir(), 'lorekeep-retrain-'));
const workspace = await openWorkspace(dir, { create: true });

/** One night: the steps of the guide. Each does only what is new. */
async function night(events: string): Promise<void> {
  const imported = await workspace.import({ events: [join(data, events)] });
  await workspace.encode({ model: 'lexical' });
  // Settings are selected with the newest events held out. Then it trains once more, on all events.
  // `linear` trains in a second; without `preset`, the default trains.
  const { version, manifest, metrics, unchanged } = await workspace.train({ preset: 'linear', refit: 'all' });
  const published = await workspace.publish({ model: version, skipIfLive: true });
  console.log(`${events}: ${imported.unchanged ? 'imported before' : 'new'}`);
  console.log(`  model  ${version}, ${unchanged ? 'reused' : 'trained'} on ${manifest.data.events} events`);
  console.log(`  test   ndcg@10 ${metrics.test['ndcg@10'].toFixed(3)}, with the newest events held out`);
  console.log(`  live   ${published.version}, ${published.unchanged ? 'as before' : 'new'}`);
}

try {
  await workspace.import({ items: [join(data, 'items.csv')] });
  await night('events.csv');

  // The engine stands for a running service. `lorekeep serve` calls `reload` on its own.
  const engine = await workspace.engine();
  const answering = () => `the engine answers from ${engine.stats().version}`;
  console.log(answering());

  await night('new-events.csv');
  console.log(answering());
  await engine.reload();
  console.log(`after the reload, ${answering()}`);
  const { items } = await engine.recommend({ user: 'new-user-02', k: 3 });
  console.log(`new-user-02: ${items.map(({ id }) => id).join(', ')}`);
  await engine.close();

  // The same file again changes nothing.
  await night('new-events.csv');
} finally {
  await workspace.close();
  await rm(dir, { recursive: true });
}
