/**
 * The split of users among arms. It needs no memory: the arm is a hash of the experiment's salt and
 * the user, so that the same user always has the same arm. Different salts give independent splits,
 * so that experiments beside each other do not disturb each other.
 */
import { createHash } from 'node:crypto';
import { errors } from './errors.ts';

/** A number in [0, 1), uniform over users, from 48 bits of a SHA-256. */
export function userPoint(salt: string, user: string): number {
  // The length of the salt separates it from the user: no two pairs are hashed as one text.
  const digest = createHash('sha256').update(`${salt.length}:${salt}${user}`, 'utf8').digest();
  return digest.readUIntBE(0, 6) / 2 ** 48;
}

/**
 * The arm of a user: an index in `weights`.
 * @param weights shares of the users, in any unit; not all 0
 * @throws LorekeepError `EXPERIMENT_INPUT_INVALID`
 */
export function assignArm(salt: string, user: string, weights: readonly number[]): number {
  const total = totalOf(weights);
  let left = userPoint(salt, user) * total;
  const arm = weights.findIndex((weight) => {
    left -= weight;
    return left < 0;
  });
  // Rounding can leave a rest behind the last arm that has a weight.
  return arm >= 0 ? arm : weights.findLastIndex((weight) => weight > 0);
}

/** @throws LorekeepError `EXPERIMENT_INPUT_INVALID` */
export function totalOf(weights: readonly number[]): number {
  const isValid = weights.every((weight) => Number.isFinite(weight) && weight >= 0);
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  if (!isValid || total <= 0)
    throw errors.EXPERIMENT_INPUT_INVALID({
      name: 'weights',
      problem: 'must be numbers of at least 0, and one above 0',
    });
  return total;
}
