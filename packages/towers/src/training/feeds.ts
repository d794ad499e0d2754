/**
 * Batches as the losses take them. The full softmax needs every item at every step; the other losses only those that occur in
 * the batch: these are numbered anew in the order of their appearance, so that only their rows of the content and of the
 * ID table are read and trained, whatever the size of the catalogue.
 */
import type { Random } from '@lorekeep/core';
import { type Split, trainCounts } from '@lorekeep/evaluation';
import { type Arrays, namedArray } from '@lorekeep/graph';
import { MASKED } from '../losses/loss.ts';
import { createSampler } from '../losses/negatives.ts';
import type { TowerConfig } from '../options.ts';
import { type BatchPlan, planEpoch, sequenceBatch } from './batches.ts';
import { type DensePlan, denseBatch, planDenseEpoch } from './dense-batches.ts';

const START_TABLE = 'start/id/table';

export interface Batches {
  /** One epoch, in an order drawn from `random`. */
  plan(random: Random): BatchPlan[];
  /**
   * A planned batch, filled; what has to be drawn comes from `random`. `items` are the rows that its items have in the
   * catalogue, −1 where there are fewer, or `undefined` if all items are in it. `weight` is the number of positions that count.
   */
  feeds(plan: BatchPlan, random: Random): { feeds: Arrays; items?: Int32Array; weight: number };
}

/** Whether a loss reads only those items that are in the batch. */
export const readsBatchItems = ({ loss: { kind: loss } }: TowerConfig): boolean => loss !== 'full';

/**
 * @param content `[items, contentDim]` centred, `undefined` without content
 * @param fixed the solved start, of which the ID table's part is cut to the batch's items
 */
export function createBatches(
  split: Split,
  config: TowerConfig,
  content: Float32Array | undefined,
  contentDim: number,
  fixed: Arrays,
): Batches {
  const {
    network: { maxHistory },
    training: { batchPositions },
  } = config;
  const items = split.log.itemIds.length;
  const planSequences = (random: Random) =>
    planEpoch(split.trainLengths.length, (user) => split.trainLengths[user] - 1, maxHistory, batchPositions, random);
  const sum = (weights: Float32Array) => weights.reduce((total, weight) => total + weight, 0);

  const { [START_TABLE]: startTable, ...rest } = fixed;

  /** Numbers for those items alone that are in the batch, at most `most` of them, and their rows of what is known of all. */
  function localItems(most: number) {
    const rows = new Int32Array(Math.min(items, most)).fill(-1);
    const places = new Map<number, number>();
    const local = (ids: Int32Array) =>
      Int32Array.from(ids, (item) => {
        let place = places.get(item);
        if (place === undefined) {
          place = places.size;
          places.set(item, place);
          rows[place] = item;
        }
        return place;
      });
    const gathered = (from: Float32Array, width: number) => {
      const result = new Float32Array(rows.length * width);
      for (let place = 0; place < places.size; place++)
        result.set(from.subarray(rows[place] * width, (rows[place] + 1) * width), place * width);
      return namedArray([rows.length, width], result);
    };
    const feeds = (): Arrays => ({
      ...rest,
      ...(content === undefined ? {} : { content: gathered(content, contentDim) }),
      ...(startTable === undefined
        ? {}
        : { [START_TABLE]: gathered(startTable.data as Float32Array, startTable.shape[1]) }),
    });
    return { rows, local, feeds };
  }

  const counts = trainCounts(split);
  /** Nobody has chosen it, and text says what it is: no negative. */
  const unseen = (item: number) => config.items.content && counts[item] === 0;

  if (config.loss.kind === 'full') {
    const catalogue: Arrays = content === undefined ? {} : { content: namedArray([items, contentDim], content) };
    if (config.items.content && counts.includes(0))
      catalogue.columnBias = namedArray(
        [items],
        Float32Array.from(counts.keys(), (item) => (unseen(item) ? MASKED : 0)),
      );
    return {
      plan: planSequences,
      feeds(plan) {
        const { history, targets, weights } = sequenceBatch(split, plan);
        const { size, length } = plan;
        const own = {
          history: namedArray([size, length], history),
          targets: namedArray([size * length], targets),
          weights: namedArray([size * length], weights),
        };
        return { feeds: { ...own, ...catalogue, ...fixed }, weight: sum(weights) };
      },
    };
  }

  // In a batch an item stands as often as it is somebody's target.
  const inBatch = () => Float32Array.from(counts, (count) => Math.log(Math.max(count, 1) / split.trainEvents));
  /** Added to the logits of negatives, of which there are `draws`. */
  const biasOf = (columns: Int32Array, draws: number, logQ: Float32Array) =>
    Float32Array.from(columns, (item) => (config.loss.logQ ? -Math.log(Math.max(1, draws)) - logQ[item] : 0));

  if (config.loss.kind === 'dense') {
    const logQ = inBatch();
    return {
      plan: (random) => planDenseEpoch(split, config, random),
      feeds(plan, random) {
        const batch = denseBatch(split, plan as DensePlan, config, random);
        const { size } = plan;
        const { historyLength, targetLength } = batch;
        const { rows, local, feeds } = localItems(size * (historyLength + targetLength));
        const drawn = batch.itemAt.map((at) => batch.targets[at]);
        const own = {
          history: namedArray([size, historyLength], local(batch.history)),
          targets: namedArray([size * targetLength], local(batch.targets)),
          userAt: namedArray([batch.userAt.length], batch.userAt),
          userWeights: namedArray([batch.userWeights.length], batch.userWeights),
          itemAt: namedArray([batch.itemAt.length], batch.itemAt),
          itemWeights: namedArray([batch.itemWeights.length], batch.itemWeights),
          negatives: namedArray([size, size * config.loss.actions], batch.negatives),
          columnBias: namedArray([drawn.length], biasOf(drawn, sum(batch.itemWeights) - 1, logQ)),
          ...(config.items.alignment > 0 ? { weights: namedArray([batch.weights.length], batch.weights) } : {}),
        };
        return { feeds: { ...own, ...feeds() }, items: rows, weight: plan.users.length };
      },
    };
  }

  const sampler = config.loss.kind === 'sampled' ? createSampler(counts, config.loss.samplingPower) : undefined;
  const logQ = sampler?.logQ ?? inBatch();
  return {
    plan: planSequences,
    feeds(plan, random) {
      const { history, targets, weights } = sequenceBatch(split, plan);
      const { size, length } = plan;
      const drawn = sampler?.draw(config.loss.negatives, random);
      const { rows, local, feeds } = localItems(size * (length + 1) + (drawn?.length ?? 0));
      const own: Arrays = {
        history: namedArray([size, length], local(history)),
        targets: namedArray([size * length], local(targets)),
        weights: namedArray([size * length], weights),
      };
      if (drawn !== undefined) own.negatives = namedArray([drawn.length], local(drawn));
      const weight = sum(weights);
      const columns = drawn ?? targets;
      const bias = biasOf(columns, drawn?.length ?? weight - 1, logQ);
      drawn?.forEach((item, column) => {
        if (unseen(item)) bias[column] = MASKED;
      });
      // In a batch the columns are the rows' targets, and the padding is no target.
      if (drawn === undefined) for (let i = 0; i < bias.length; i++) if (weights[i] === 0) bias[i] = MASKED;
      own.columnBias = namedArray([columns.length], bias);
      return { feeds: { ...own, ...feeds() }, items: rows, weight };
    },
  };
}
