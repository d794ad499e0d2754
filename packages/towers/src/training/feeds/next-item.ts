/** Feeds of the losses `sampled` and `in-batch`, which read only the items of the batch. */
import { trainCounts, trainTargetCounts } from '@lorekeep/evaluation';
import { type Arrays, namedArray } from '@lorekeep/graph';
import { MASKED } from '../../losses/next-item-loss.ts';
import { createSampler } from '../../losses/sampler.ts';
import { planSequenceEpoch, sequenceBatch } from '../sequence-batches.ts';
import { createBatchItems } from './batch-items.ts';
import type { Batches, BatchSource } from './contract.ts';
import { inBatchLogQ, isExempt, logQCorrection } from './negative-bias.ts';

/**
 * Feeds: `history [size, length]`, `targets [size · length]`, `weights [size · length]`,
 * `columnBias` (one per negative), the parts of the items, and, for `sampled`,
 * `negatives [loss.negatives]`.
 */
export function createNextItemBatches(source: BatchSource): Batches {
  const { split, config } = source;
  const counts = trainCounts(split);
  const sampler = config.loss.kind === 'sampled' ? createSampler(counts, config.loss.samplingPower) : undefined;
  const logQ = sampler?.logQ ?? inBatchLogQ(trainTargetCounts(split));
  return {
    plan: (random) => planSequenceEpoch(split, config, random),
    feeds(plan, random) {
      const { history, targets, weights } = sequenceBatch(split, plan);
      const { size, length } = plan;
      const drawn = sampler?.draw(config.loss.negatives, random);
      const items = createBatchItems(source, size * (length + 1) + (drawn?.length ?? 0));
      const own: Arrays = {
        history: namedArray([size, length], items.numbers(history)),
        targets: namedArray([size * length], items.numbers(targets)),
        weights: namedArray([size * length], weights),
      };
      if (drawn !== undefined) own.negatives = namedArray([drawn.length], items.numbers(drawn));
      const weight = weights.reduce((total, one) => total + one, 0);
      const negatives = drawn ?? targets;
      const draws = drawn?.length ?? weights.filter((one) => one > 0).length - 1;
      const bias = logQCorrection(negatives, draws, logQ, config);
      const isMasked = (column: number) =>
        drawn === undefined ? weights[column] === 0 : isExempt(drawn[column], counts, config);
      for (let column = 0; column < bias.length; column++) if (isMasked(column)) bias[column] = MASKED;
      own.columnBias = namedArray([negatives.length], bias);
      return { feeds: { ...own, ...items.feeds() }, items: items.rows, weight };
    },
  };
}
