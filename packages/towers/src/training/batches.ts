/**
 * Training sequences in batches of equal shape. Histories are short (most users of a shop have five to eight events),
 * so sequences are sorted into a few lengths and padded only to the next of these; every batch then holds about the
 * same number of positions, and short histories do not pay for long ones. An epoch is planned first, as lists of users; each
 * batch is filled when its turn comes.
 */
import type { Random } from '@lorekeep/core';
import { type Split, trainItems } from '@lorekeep/evaluation';
import { bucketLength } from '@lorekeep/graph';

/** Padding to at least this many positions costs little and saves a graph for each shorter length. */
const SHORTEST = 4;

/** The padded length for a sequence: a power of two or one and a half times one, at most `max`. */
export function paddedLength(length: number, max: number): number {
  return bucketLength(Math.min(max, Math.max(length, SHORTEST)), max);
}

/** Who is in a batch of `size` rows (the last of a length may have fewer users), each row padded to `length`. */
export interface BatchPlan {
  users: number[];
  size: number;
  length: number;
}

/**
 * One pass over all users with a transition, in an order drawn from `random`.
 *
 * @param lengthOf positions that a user needs; users who need none are left out
 */
export function planEpoch(
  users: number,
  lengthOf: (user: number) => number,
  max: number,
  batchPositions: number,
  random: Random,
): BatchPlan[] {
  const byLength = new Map<number, number[]>();
  for (let user = 0; user < users; user++) {
    const needed = lengthOf(user);
    if (needed < 1) continue;
    const length = paddedLength(needed, max);
    const found = byLength.get(length);
    if (found === undefined) byLength.set(length, [user]);
    else found.push(user);
  }
  const plans: BatchPlan[] = [];
  for (const length of [...byLength.keys()].sort((a, b) => a - b)) {
    const members = random.shuffle(byLength.get(length) as number[]);
    const size = Math.max(1, Math.floor(batchPositions / length));
    for (let first = 0; first < members.length; first += size)
      plans.push({ users: members.slice(first, first + size), size, length });
  }
  return random.shuffle(plans);
}

/** Item rows of `history` are read, the same place of `targets` is to be predicted after each position. */
export interface SequenceBatch {
  /** `[size, length]`, item 0 in the padding. */
  history: Int32Array;
  /** `[size, length]` */
  targets: Int32Array;
  /** `[size, length]` 1 where there is a target, 0 in the padding. */
  weights: Float32Array;
}

/** Sequences longer than `length` keep their recent end. */
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
