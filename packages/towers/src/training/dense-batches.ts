/**
 * Batches for the dense all-action loss (dense-loss.ts). The events of each user are cut at an
 * evenly drawn moment: the earlier stretch is the history, the later one has the targets. Both are
 * then sampled in the two steps of LEARN:
 *
 * 1. Evenly: a stretch that is longer than allowed keeps an even draw of its events, in order.
 * 2. With a preference for recent events: `actions` positions are drawn without replacement. Event
 *    i of N (0 is the oldest) has the weight `log(α + i·(β − α)/(N − 1))`, α = 10, β = 10000,
 *    divided by the largest weight. The newest event is four times as likely as the oldest.
 *
 * Every user is in one batch per epoch, with a new cut each time.
 */
import type { Random } from '@lorekeep/core';
import { type Split, trainItems, trainTargets, trainWeights } from '@lorekeep/evaluation';
import type { TowerConfig } from '../options.ts';
import { type BatchPlan, planEpoch } from './epoch-plan.ts';

const ALPHA = 10;
const BETA = 10_000;

/** `[count]` weights of events, oldest first, in (0, 1]. */
export function recencyWeights(count: number): Float64Array {
  if (count === 1) return Float64Array.of(1);
  const weight = (i: number) => Math.log(ALPHA + (i * (BETA - ALPHA)) / (count - 1));
  const largest = weight(count - 1);
  return Float64Array.from({ length: count }, (_, i) => weight(i) / largest);
}

export interface DensePlan extends BatchPlan {
  /** For each user, the number of training events that are history. */
  cuts: number[];
}

/** All users with a target after their first training event. It is never part of the history. */
export function planDenseEpoch(
  split: Split,
  { network: { maxHistory }, loss: { targetLength }, training: { batchPositions } }: TowerConfig,
  random: Random,
): DensePlan[] {
  const users = split.trainLengths.length;
  const cuts = new Uint32Array(users);
  const cutUser = (user: number) => {
    const events = split.trainLengths[user];
    const isTarget = trainTargets(split, user);
    const last = isTarget === undefined ? events - 1 : isTarget.lastIndexOf(1);
    if (last < 1) return 0;
    cuts[user] = 1 + random.int(last);
    return Math.max(Math.min(cuts[user], maxHistory), Math.min(events - cuts[user], targetLength));
  };
  const plans = planEpoch(users, cutUser, Math.max(maxHistory, targetLength), batchPositions, random);
  return plans.map((plan) => ({ ...plan, cuts: plan.users.map((user) => cuts[user]) }));
}

export interface DenseBatch {
  /** `[size, historyLength]` item rows, 0 in the padding. */
  history: Int32Array;
  historyLength: number;
  /** `[size, targetLength]` item rows, 0 in the padding. */
  targets: Int32Array;
  /** `[size, targetLength]` 1 if there is a target, 0 in the padding. */
  weights: Float32Array;
  targetLength: number;
  /** `[size · actions]` drawn positions, as indexes into the flat `history`. */
  userAt: Int32Array;
  /** `[size · actions]` 1 if a position was drawn, 0 if the user had fewer. */
  userWeights: Float32Array;
  /** `[size · actions]` drawn targets, as indexes into the flat `targets`. */
  itemAt: Int32Array;
  /** `[size · actions]` weight of the drawn target, 0 if the user had fewer. */
  itemWeights: Float32Array;
  /** `[size, size · actions]` 1 if that drawn target is a negative of that user. */
  negatives: Float32Array;
}

export function denseBatch(
  split: Split,
  { users, size, length, cuts }: DensePlan,
  { network, loss }: TowerConfig,
  random: Random,
): DenseBatch {
  const { actions } = loss;
  const historyLength = Math.min(length, network.maxHistory);
  const targetLength = Math.min(length, loss.targetLength);
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
  const targetsOfRow = users.map((user, row) => {
    const items = trainItems(split, user);
    const history = evenDraw(items.subarray(0, cuts[row]), historyLength, random);
    const later = laterTargets(split, user, cuts[row]);
    const drawn = evenDraw(later, targetLength, random);
    const targets = Int32Array.from(drawn, (at) => items[at]);
    const eventWeights = trainWeights(split, user);
    batch.history.set(history, row * historyLength);
    batch.targets.set(targets, row * targetLength);
    batch.weights.fill(1, row * targetLength, row * targetLength + targets.length);
    recentDraw(history.length, actions, random).forEach((position, k) => {
      batch.userAt[row * actions + k] = row * historyLength + position;
      batch.userWeights[row * actions + k] = 1;
    });
    recentDraw(targets.length, actions, random).forEach((position, k) => {
      batch.itemAt[row * actions + k] = row * targetLength + position;
      batch.itemWeights[row * actions + k] = eventWeights?.[drawn[position]] ?? 1;
    });
    return new Set(targets);
  });
  markNegatives(batch, targetsOfRow, size, actions);
  return batch;
}

/**
 * The drawn targets of other users are negatives, unless the item is a target of the user as well.
 */
function markNegatives(
  { negatives, itemAt, itemWeights, targets }: DenseBatch,
  targetsOfRow: readonly ReadonlySet<number>[],
  size: number,
  actions: number,
): void {
  const columns = size * actions;
  for (let row = 0; row < targetsOfRow.length; row++)
    for (let column = 0; column < columns; column++) {
      if (itemWeights[column] === 0 || Math.floor(column / actions) === row) continue;
      if (!targetsOfRow[row].has(targets[itemAt[column]])) negatives[row * columns + column] = 1;
    }
}

/** Positions of a user's training events from `cut` on that may be targets. */
function laterTargets(split: Split, user: number, cut: number): Int32Array {
  const isTarget = trainTargets(split, user);
  const positions = Int32Array.from({ length: split.trainLengths[user] - cut }, (_, at) => cut + at);
  return isTarget === undefined ? positions : positions.filter((at) => isTarget[at] === 1);
}

/** All of `items`, or `count` of them drawn evenly, in order. */
function evenDraw(items: Int32Array, count: number, random: Random): Int32Array {
  if (items.length <= count) return items;
  const drawn = new Int32Array(count);
  let found = 0;
  for (let i = 0; found < count; i++) if (random.next() * (items.length - i) < count - found) drawn[found++] = items[i];
  return drawn;
}

/**
 * `count` of the positions 0 … length − 1, or all if there are no more, drawn by recency weight
 * without replacement (Efraimidis & Spirakis 2006), in ascending order.
 */
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
