/** One step of the main job on the shop of `bench catalogue-scale`, in a process of its own. */
import { DEFAULT_TEMPLATE } from '@lorekeep/encoder';
import { openWorkspace } from '@lorekeep/workspace';
import { answer } from '../../measure/child-answer.ts';
import type { Done, Work } from './bench.ts';
import { writeShop } from './data.ts';

await answer<Work, Done>(async ({ step, folder, dir, items, events }) => {
  const figures: Record<string, number> = {};
  const started = performance.now();
  const before = process.cpuUsage();
  if (step === 'write') await writeShop(folder, items, events);
  else {
    await using workspace = await openWorkspace(dir, { create: step === 'import' });
    if (step === 'import') await workspace.importDirectory(folder);
    if (step === 'encode') await workspace.encode({ model: 'lexical', template: DEFAULT_TEMPLATE });
    if (step === 'train') {
      const { manifest } = await workspace.train({ preset: 'learn' });
      const { valid } = manifest.reranker ?? {};
      figures.ndcg_valid_linear = valid?.linear['ndcg@10'] ?? 0;
      figures.ndcg_valid_reranked = valid?.reranker?.['ndcg@10'] ?? 0;
      for (const [stage, seconds] of Object.entries(manifest.seconds ?? {})) figures[`seconds_${stage}`] = seconds;
    }
    if (step === 'publish') figures.index_recall = (await workspace.publish()).manifest.index.recallAt10;
  }
  const { user, system } = process.cpuUsage(before);
  return { seconds: (performance.now() - started) / 1000, cpuSeconds: (user + system) / 1e6, figures };
});
