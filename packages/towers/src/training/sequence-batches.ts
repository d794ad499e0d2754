/** Batches for the losses that predict the next item after every position of a sequence. */
import type { Random } from '@lorekeep/core';
import { type Split, trainItems, trainTargets, trainWeights } from '@lorekeep/evaluation';
import type { TowerConfig } from '../options.ts';
import { type BatchPlan, planEpoch } from './epoch-plan.ts';

/**
 * After each position of `history`, the item at the same position of `targets` is to be predicted.
 */
export interface SequenceBatch {
  /** `[size, length]` item rows, 0 in the padding. */
  history: Int32Array;
  /** `[size, length]` item rows, 0 in the padding. */
  targets: Int32Array;
  /** `[size, length]` weight of the target, 0 in the padding and for events that are no targets. */
  weights: Float32Array;
}

/** All users with a target among their newest training events. */
export function planSequenceEpoch(
  split: Split,
  { network: { maxHistory }, training: { batchPositions } }: TowerConfig,
  random: Random,
): BatchPlan[] {
  const { trainLengths } = split;
  const lengthOf = (user: number) => {
    const isTarget = trainTargets(split, user);
    const hasTarget = isTarget === undefined || isTarget.subarray(1).subarray(-maxHistory).includes(1);
    return hasTarget ? trainLengths[user] - 1 : 0;
  };
  return planEpoch(trainLengths.length, lengthOf, maxHistory, batchPositions, random);
}

/** Of sequences longer than `length`, the newest part is used. */
export function sequenceBatch(split: Split, { users, size, length }: BatchPlan): SequenceBatch {
  const history = new Int32Array(size * length);
  const targets = new Int32Array(size * length);
  const weights = new Float32Array(size * length);
  users.forEach((user, row) => {
    const items = trainItems(split, user);
    const isTarget = trainTargets(split, user);
    const eventWeights = trainWeights(split, user);
    const start = Math.max(0, items.length - 1 - length);
    for (let position = 0; start + position + 1 < items.length; position++) {
      const next = start + position + 1;
      history[row * length + position] = items[next - 1];
      targets[row * length + position] = items[next];
      weights[row * length + position] = isTarget?.[next] === 0 ? 0 : (eventWeights?.[next] ?? 1);
    }
  });
  return { history, targets, weights };
}
