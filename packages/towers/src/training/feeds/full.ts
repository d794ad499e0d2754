/** Feeds of the loss `full`: the softmax over the whole catalogue. Every step reads all items. */
import { trainCounts } from '@lorekeep/evaluation';
import { type Arrays, namedArray } from '@lorekeep/graph';
import { MASKED } from '../../losses/next-item-loss.ts';
import { planSequenceEpoch, sequenceBatch } from '../sequence-batches.ts';
import type { Batches, BatchSource } from './contract.ts';
import { isExempt } from './negative-bias.ts';

/**
 * Feeds: `history [size, length]`, `targets [size · length]`, `weights [size · length]`, and what
 * is the same for all steps.
 */
export function createFullBatches(source: BatchSource): Batches {
  const { split, config, fixed } = source;
  const catalogue = catalogueFeeds(source);
  return {
    plan: (random) => planSequenceEpoch(split, config, random),
    feeds(plan) {
      const { history, targets, weights } = sequenceBatch(split, plan);
      const { size, length } = plan;
      const own = {
        history: namedArray([size, length], history),
        targets: namedArray([size * length], targets),
        weights: namedArray([size * length], weights),
      };
      return {
        feeds: { ...own, ...catalogue, ...fixed },
        weight: weights.reduce((total, weight) => total + weight, 0),
      };
    },
  };
}

/**
 * `content [items, contentDim]`, and `columnBias [items]` if there are items that are never
 * negatives.
 */
function catalogueFeeds({ split, config, content, contentDim }: BatchSource): Arrays {
  const items = split.log.itemIds.length;
  const counts = trainCounts(split);
  const feeds: Arrays = content === undefined ? {} : { content: namedArray([items, contentDim], content) };
  if (config.items.content && counts.includes(0)) {
    const bias = Float32Array.from(counts.keys(), (item) => (isExempt(item, counts, config) ? MASKED : 0));
    feeds.columnBias = namedArray([items], bias);
  }
  return feeds;
}
