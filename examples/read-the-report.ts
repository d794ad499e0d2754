/**
 * Read the report: the figures of an evaluation as tables, in the order of docs/guides/read-the-report.md.
 *
 *     npx -y pnpm@12 exec node examples/read-the-report.ts
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Metrics, openWorkspace } from 'lorekeep';

/** A row of a table. */
function row({ users, 'recall@10': recall, 'ndcg@10': ndcg }: Metrics) {
  return { users, 'recall@10': Number(recall.toFixed(3)), 'ndcg@10': Number(ndcg.toFixed(3)) };
}

const dir = await mkdtemp(join(tmpdir(), 'lorekeep-report-'));
const workspace = await openWorkspace(dir, { create: true });
try {
  // Simulated figures say nothing about real shops. Here they only show where each figure is.
  await workspace.importSimulatedShop({ events: 15_000, users: 200, items: 300 });
  await workspace.encode({ model: 'lexical' });
  await workspace.train();
  const { preset, test, baselines, differences } = await workspace.evaluate();

  // 1. The model and the baselines, on the same cases.
  const models = Object.entries({ [preset]: test, ...baselines });
  console.table(Object.fromEntries(models.map(([name, { metrics }]) => [name, row(metrics)])));

  // Is the model better than each baseline? It is, where the whole interval is above zero.
  for (const [name, { 'ndcg@10': ndcg }] of Object.entries(differences)) {
    const [low, high] = ndcg.interval.map((value) => value.toFixed(3));
    const verdict = ndcg.interval[0] > 0 ? 'better' : ndcg.interval[1] < 0 ? 'worse' : 'cannot tell';
    console.log(`${preset} against ${name}: ndcg@10 ${low} to ${high}, ${verdict}`);
  }

  // 2. The interval of the model itself.
  const [low, high] = test.intervals['recall@10'];
  console.log(`recall@10 lies between ${low.toFixed(3)} and ${high.toFixed(3)}, from ${test.metrics.users} users`);

  // 3. What is left when a list must not repeat items of the history.
  console.log(`recall@10 without items of the history: ${test.seenExcluded.metrics['recall@10'].toFixed(3)}`);

  // 4. The groups. A group with few users says nothing.
  const { breakdown } = test;
  console.table(Object.fromEntries(breakdown.map(({ name, metrics }) => [name, row(metrics)])));

  // 5. The coverage.
  console.log(`in the top ten of at least one user: ${(100 * test.coverage).toFixed(1)} % of the catalogue`);
} finally {
  await workspace.close();
  await rm(dir, { recursive: true });
}
