/**
 * The plan of an epoch: which users are in which batch. Histories are short (most users of a shop
 * have five to eight events), so users are sorted into a few lengths, and sequences are padded only
 * to the next of these. Every batch then has about the same number of positions, and short
 * histories do not pay for long ones. A batch is filled when its turn comes.
 */
import type { Random } from '@lorekeep/core';
import { bucketLength } from '@lorekeep/graph';

/** Padding to at least this length costs little and saves one graph for each shorter length. */
const MIN_LENGTH = 4;

/** The padded length of a sequence: a power of two or one and a half times one, at most `max`. */
export function paddedLength(length: number, max: number): number {
  return bucketLength(Math.min(max, Math.max(length, MIN_LENGTH)), max);
}

/**
 * Users of a batch of `size` rows, each padded to `length`. The last batch of a length may have
 * fewer users.
 */
export interface BatchPlan {
  users: number[];
  size: number;
  length: number;
}

/**
 * One pass over all users who have a sequence, in an order drawn from `random`.
 *
 * @param lengthOf positions that a user needs; users with 0 are left out
 * @param max longest padded length
 * @param batchPositions positions per batch, padding included
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
    const members = byLength.get(length);
    if (members === undefined) byLength.set(length, [user]);
    else members.push(user);
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
