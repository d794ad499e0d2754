/** Batches for the losses that predict the next item after every position of a sequence. */
import type { Random } from '@lorekeep/core';
import { type Split, trainItems } from '@lorekeep/evaluation';
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
  /** `[size, length]` 1 if there is a target, 0 in the padding. */
  weights: Float32Array;
}

/** All users with two training events or more. */
export function planSequenceEpoch(
  { trainLengths }: Split,
  { network: { maxHistory }, training: { batchPositions } }: TowerConfig,
  random: Random,
): BatchPlan[] {
  return planEpoch(trainLengths.length, (user) => trainLengths[user] - 1, maxHistory, batchPositions, random);
}

/** Of sequences longer than `length`, the newest part is used. */
export function sequenceBatch(split: Split, { users, size, length }: BatchPlan): SequenceBatch {
  const history = new Int32Array(size * length);
  const targets = new Int32Array(size * length);
  const weights = new Float32Array(size * length);
  users.forEach((user, row) => {
    const items = trainItems(split, user);
    const start = Math.max(0, items.length - 1 - length);
    for (let position = 0; start + position + 1 < items.length; position++) {
      history[row * length + position] = items[start + position];
      targets[row * length + position] = items[start + position + 1];
      weights[row * length + position] = 1;
    }
  });
  return { history, targets, weights };
}
