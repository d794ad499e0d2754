/**
 * Your own data: from two CSV files to recommendations (docs/guides/your-data.md).
 *
 *     npx -y pnpm@12 exec node examples/own-data.ts
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openWorkspace } from 'lorekeep';

const data = join(import.meta.dirname, 'data');
// A workspace is a folder. A real one stays; this one is deleted at the end.
const dir = await mkdtemp(join(tmpdir(), 'lorekeep-own-data-'));
const workspace = await openWorkspace(dir, { create: true });
try {
  // Every line is checked first. If one is malformed, nothing is imported.
  const files = { items: [join(data, 'items.csv')], events: [join(data, 'events.csv')] };
  const { counts } = await workspace.import(files);
  console.log(`imported     ${counts.items} items and ${counts.events} events of ${counts.users} users`);

  // The lexical encoder needs no download. Without `model`, a language model reads the texts.
  const { texts, dim } = await workspace.encode({ model: 'lexical' });
  console.log(`encoded      ${texts} texts into vectors of ${dim} numbers`);

  const { version, metrics } = await workspace.train();
  const { popularity } = metrics.baselines;
  console.log(`trained      ${version}`);
  console.log(`ndcg@10      ${metrics.test['ndcg@10'].toFixed(3)}, popularity ${popularity['ndcg@10'].toFixed(3)}`);

  // `user-01` buys and views items of the topic coffee.
  await workspace.publish({ model: version });
  const engine = await workspace.engine();
  const { items, source } = await engine.recommend({ user: 'user-01', k: 5, withItems: true });
  console.log(`recommended  to user-01, ordered by: ${source}`);
  for (const { id, score, item } of items) console.log(`  ${id}  ${score.toFixed(3)}  ${item?.title}`);
  await engine.close();
} finally {
  await workspace.close();
  await rm(dir, { recursive: true });
}
