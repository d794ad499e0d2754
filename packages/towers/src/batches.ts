/**
 * Training sequences in batches of equal shape. Histories are short (most users of a shop have five to eight events),
 * so sequences are sorted into a few lengths and padded only to the next of these; every batch then holds about the
 * same number of positions, and short histories do not pay for long ones.
 */
import type { Random } from '@lorekeep/core';
import { type Arrays, bucketLength, namedArray } from '@lorekeep/graph';
import { type Split, trainItems } from './split.ts';

/** Padding to at least this many positions costs little and saves a graph for each shorter length. */
const SHORTEST = 4;

/** The padded length for a sequence: a power of two or one and a half times one, at most `max`. */
export function paddedLength(length: number, max: number): number {
  return bucketLength(Math.min(max, Math.max(length, SHORTEST)), max);
}

/** Rows of `inputs` are read, the same row of `targets` is to be predicted after each position. */
export interface SequenceBatch {
  /** `[batch, length]`, item 0 in the padding. */
  history: Int32Array;
  /** `[batch, length]` */
  targets: Int32Array;
  /** `[batch, length]` 1 where there is a target, 0 in the padding. */
  weights: Float32Array;
  batch: number;
  length: number;
}

/** One pass over all users with a transition, in an order drawn from `random`. Longer sequences keep their recent end. */
export function epochBatches(
  split: Split,
  maxHistory: number,
  batchPositions: number,
  random: Random,
): SequenceBatch[] {
  const byLength = new Map<number, number[]>();
  for (let user = 0; user < split.trainLengths.length; user++) {
    const transitions = split.trainLengths[user] - 1;
    if (transitions < 1) continue;
    const length = paddedLength(transitions, maxHistory);
    const users = byLength.get(length);
    if (users === undefined) byLength.set(length, [user]);
    else users.push(user);
  }
  const batches: SequenceBatch[] = [];
  for (const length of [...byLength.keys()].sort((a, b) => a - b)) {
    const users = random.shuffle(byLength.get(length) as number[]);
    const batch = Math.max(1, Math.floor(batchPositions / length));
    for (let first = 0; first < users.length; first += batch)
      batches.push(sequenceBatch(split, users.slice(first, first + batch), batch, length));
  }
  return random.shuffle(batches);
}

function sequenceBatch(split: Split, users: number[], batch: number, length: number): SequenceBatch {
  const history = new Int32Array(batch * length);
  const targets = new Int32Array(batch * length);
  const weights = new Float32Array(batch * length);
  users.forEach((user, row) => {
    const items = trainItems(split, user);
    const start = Math.max(0, items.length - 1 - length);
    for (let position = 0; start + position + 1 < items.length; position++) {
      history[row * length + position] = items[start + position];
      targets[row * length + position] = items[start + position + 1];
      weights[row * length + position] = 1;
    }
  });
  return { history, targets, weights, batch, length };
}

export function feedsOf({ history, targets, weights, batch, length }: SequenceBatch): Arrays {
  return {
    history: namedArray([batch, length], history),
    targets: namedArray([batch * length], targets),
    weights: namedArray([batch * length], weights),
  };
}
