/** Feeds of the loss `dense`, which reads only the items of the batch. */
import { trainTargetCounts } from '@lorekeep/evaluation';
import { namedArray } from '@lorekeep/graph';
import { type DensePlan, denseBatch, planDenseEpoch } from '../dense-batches.ts';
import { createBatchItems } from './batch-items.ts';
import type { Batches, BatchSource } from './contract.ts';
import { inBatchLogQ, logQCorrection } from './negative-bias.ts';

/**
 * Feeds: the arrays that `denseAllAction` names, the parts of the items, and `weights` if there is
 * an alignment loss.
 */
export function createDenseBatches(source: BatchSource): Batches {
  const { split, config } = source;
  const logQ = inBatchLogQ(trainTargetCounts(split));
  return {
    plan: (random) => planDenseEpoch(split, config, random),
    feeds(plan, random) {
      const batch = denseBatch(split, plan as DensePlan, config, random);
      const { size } = plan;
      const { historyLength, targetLength } = batch;
      const items = createBatchItems(source, size * (historyLength + targetLength));
      const drawn = batch.itemAt.map((at) => batch.targets[at]);
      const draws = batch.itemWeights.filter((weight) => weight > 0).length - 1;
      const own = {
        history: namedArray([size, historyLength], items.numbers(batch.history)),
        targets: namedArray([size * targetLength], items.numbers(batch.targets)),
        userAt: namedArray([batch.userAt.length], batch.userAt),
        userWeights: namedArray([batch.userWeights.length], batch.userWeights),
        itemAt: namedArray([batch.itemAt.length], batch.itemAt),
        itemWeights: namedArray([batch.itemWeights.length], batch.itemWeights),
        negatives: namedArray([size, size * config.loss.actions], batch.negatives),
        columnBias: namedArray([drawn.length], logQCorrection(drawn, draws, logQ, config)),
        ...(config.items.alignment > 0 ? { weights: namedArray([batch.weights.length], batch.weights) } : {}),
      };
      return { feeds: { ...own, ...items.feeds() }, items: items.rows, weight: plan.users.length };
    },
  };
}
