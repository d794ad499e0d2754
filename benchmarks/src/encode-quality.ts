/** What int8 costs where it matters: NDCG@10 on validation with vectors of either precision, all else equal. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { baselines, leaveOneOut } from '@lorekeep/evaluation';
import { evaluateTrained } from '@lorekeep/recommender';
import { trainTowers } from '@lorekeep/towers';
import { loadCatalogue } from './catalogue.ts';

/** Keys `ndcg_at_10_MODEL_PRECISION`, and `ndcg_int8_loss_percent`: of the trained towers, negative where int8 is better. */
export async function qualityOfPrecisions(data: string, log: (line: string) => void): Promise<Record<string, number>> {
  const work = await mkdtemp(join(tmpdir(), 'lorekeep-bench-'));
  const figures: Record<string, number> = {};
  try {
    for (const precision of ['fp32', 'int8'] as const) {
      const { corpus, content, contentInfo } = await loadCatalogue(data, join(work, precision), precision);
      const neighbours = await baselines(leaveOneOut(corpus), 'valid', content);
      const trained = await trainTowers({ corpus, content, contentInfo, seed: 1 });
      const { metrics } = await evaluateTowers(trained, 'valid');
      figures[`ndcg_at_10_towers_${precision}`] = metrics['ndcg@10'];
      figures[`ndcg_at_10_last_item_knn_${precision}`] = neighbours['last-item-knn']?.metrics['ndcg@10'] ?? 0;
      log(`  ${precision}: NDCG@10 of the towers ${metrics['ndcg@10'].toFixed(5)}`);
    }
    const { ndcg_at_10_towers_fp32: exact, ndcg_at_10_towers_int8: quantised } = figures;
    figures.ndcg_int8_loss_percent = 100 * (1 - quantised / exact);
    return figures;
  } finally {
    await rm(work, { recursive: true, force: true });
  }
}
