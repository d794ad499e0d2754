/**
 * Batches for the dense all-action loss. Each user's events are cut at a moment drawn evenly, the earlier stretch being the
 * history and the later one the targets, then drawn from in LEARN's two steps:
 *
 * 1. evenly: a stretch longer than may be read keeps an even draw of its events, in order;
 * 2. recent ones first: of these, `actions` positions without replacement, event i of N (from 0, the oldest) with weight
 *    `log(α + i·(β − α)/(N − 1))`, α = 10, β = 10000, divided by the largest. The newest is four times as likely as the oldest,
 *    and no event is out of reach.
 *
 * A user acts once an epoch, cut at another moment each time.
 */
import type { Random } from '@lorekeep/core';
import { type Split, trainItems } from '@lorekeep/evaluation';
import type { TowerConfig } from '../options.ts';
import { type BatchPlan, planEpoch } from './batches.ts';

const ALPHA = 10;
const BETA = 10_000;

/** The weight of each of N events, oldest first, in (0, 1]. */
export function recencyWeights(count: number): Float64Array {
  if (count === 1) return Float64Array.of(1);
  const weight = (i: number) => Math.log(ALPHA + (i * (BETA - ALPHA)) / (count - 1));
  const largest = weight(count - 1);
  return Float64Array.from({ length: count }, (_, i) => weight(i) / largest);
}

export interface DensePlan extends BatchPlan {
  /** Of each user, how many training events are history. */
  cuts: number[];
}

export function planDenseEpoch(
  split: Split,
  { network: { maxHistory }, loss: { targetLength }, training: { batchPositions } }: TowerConfig,
  random: Random,
): DensePlan[] {
  const users = split.trainLengths.length;
  const cuts = new Uint32Array(users);
  const needed = (user: number) => {
    const events = split.trainLengths[user];
    if (events < 2) return 0;
    cuts[user] = 1 + random.int(events - 1);
    return Math.max(Math.min(cuts[user], maxHistory), Math.min(events - cuts[user], targetLength));
  };
  const plans = planEpoch(users, needed, Math.max(maxHistory, targetLength), batchPositions, random);
  return plans.map((plan) => ({ ...plan, cuts: plan.users.map((user) => cuts[user]) }));
}

export interface DenseBatch {
  /** `[size, historyLength]` item rows, 0 in the padding. */
  history: Int32Array;
  historyLength: number;
  /** `[size, targetLength]`, and 1 where there is one. */
  targets: Int32Array;
  weights: Float32Array;
  targetLength: number;
  /** `[size · actions]`, flat into `history`, and 1 where one was drawn. */
  userAt: Int32Array;
  userWeights: Float32Array;
  /** `[size · actions]`, flat into `targets`, and 1 where one was drawn. */
  itemAt: Int32Array;
  itemWeights: Float32Array;
  /** `[size, size · actions]` 1 where that drawn target may count against that user. */
  negatives: Float32Array;
}

export function denseBatch(
  split: Split,
  { users, size, length, cuts }: DensePlan,
  { network: { maxHistory }, loss: { targetLength: most, actions } }: TowerConfig,
  random: Random,
): DenseBatch {
  const historyLength = Math.min(length, maxHistory);
  const targetLength = Math.min(length, most);
  const batch: DenseBatch = {
    history: new Int32Array(size * historyLength),
    historyLength,
    targets: new Int32Array(size * targetLength),
    weights: new Float32Array(size * targetLength),
    targetLength,
    userAt: new Int32Array(size * actions),
    userWeights: new Float32Array(size * actions),
    itemAt: new Int32Array(size * actions),
    itemWeights: new Float32Array(size * actions),
    negatives: new Float32Array(size * size * actions),
  };
  const acted: Set<number>[] = [];
  users.forEach((user, row) => {
    const items = trainItems(split, user);
    const history = evenDraw(items.subarray(0, cuts[row]), historyLength, random);
    const targets = evenDraw(items.subarray(cuts[row]), targetLength, random);
    batch.history.set(history, row * historyLength);
    batch.targets.set(targets, row * targetLength);
    batch.weights.fill(1, row * targetLength, row * targetLength + targets.length);
    recentDraw(history.length, actions, random).forEach((position, k) => {
      batch.userAt[row * actions + k] = row * historyLength + position;
      batch.userWeights[row * actions + k] = 1;
    });
    recentDraw(targets.length, actions, random).forEach((position, k) => {
      batch.itemAt[row * actions + k] = row * targetLength + position;
      batch.itemWeights[row * actions + k] = 1;
    });
    acted.push(new Set(targets));
  });
  const columns = size * actions;
  for (let row = 0; row < users.length; row++)
    for (let column = 0; column < columns; column++) {
      if (batch.itemWeights[column] === 0 || Math.floor(column / actions) === row) continue;
      if (!acted[row].has(batch.targets[batch.itemAt[column]])) batch.negatives[row * columns + column] = 1;
    }
  return batch;
}

/** All of `items`, or `count` of them drawn evenly, in order. */
function evenDraw(items: Int32Array, count: number, random: Random): Int32Array {
  if (items.length <= count) return items;
  const drawn = new Int32Array(count);
  let taken = 0;
  for (let i = 0; taken < count; i++) if (random.next() * (items.length - i) < count - taken) drawn[taken++] = items[i];
  return drawn;
}

/** `count` of the positions 0 … length − 1 (all, where there are no more) by recency weight, in order (Efraimidis & Spirakis 2006). */
function recentDraw(length: number, count: number, random: Random): number[] {
  const positions = Array.from({ length }, (_, i) => i);
  if (length <= count) return positions;
  const weights = recencyWeights(length);
  const keys = positions.map((i) => -Math.log(1 - random.next()) / weights[i]);
  return positions
    .sort((i, j) => keys[i] - keys[j])
    .slice(0, count)
    .sort((i, j) => i - j);
}
