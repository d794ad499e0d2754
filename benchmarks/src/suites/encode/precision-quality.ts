/**
 * What int8 costs in quality: NDCG@10 on validation with vectors of either precision, all else
 * equal.
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { baselines, leaveOneOut } from '@lorekeep/evaluation';
import { evaluateTrained, trainRecommender } from '@lorekeep/recommender';
import { loadCatalogue } from '../../data/catalogue.ts';

/**
 * Keys `ndcg_at_10_MODEL_PRECISION`, and `ndcg_int8_loss_percent` of the trained model. A negative
 * loss means that int8 is better. `towers` in the keys is the default model with all its parts.
 */
export async function qualityOfPrecisions(data: string, log: (line: string) => void): Promise<Record<string, number>> {
  const work = await mkdtemp(join(tmpdir(), 'lorekeep-bench-'));
  const figures: Record<string, number> = {};
  try {
    for (const precision of ['fp32', 'int8'] as const) {
      const catalogue = await loadCatalogue(data, join(work, precision), precision);
      const untrained = await baselines(leaveOneOut(catalogue.log), 'valid', catalogue.content);
      const trained = await trainRecommender({ ...catalogue, seed: 1 });
      const { metrics } = await evaluateTrained(trained, 'valid');
      figures[`ndcg_at_10_towers_${precision}`] = metrics['ndcg@10'];
      figures[`ndcg_at_10_last_item_knn_${precision}`] = untrained['last-item-knn']?.metrics['ndcg@10'] ?? 0;
      log(`  ${precision}: NDCG@10 ${metrics['ndcg@10'].toFixed(5)}`);
    }
    const { ndcg_at_10_towers_fp32: exact, ndcg_at_10_towers_int8: quantised } = figures;
    figures.ndcg_int8_loss_percent = 100 * (1 - quantised / exact);
    return figures;
  } finally {
    await rm(work, { recursive: true, force: true });
  }
}
