/**
 * What a rating means. Scales are recognised from the values that occur: a rating of 3 is in the
 * middle of five stars and low out of ten. `RatingRule` then divides the scale. The middle of five
 * stars counts as positive: on MovieLens-100K this ranks better than leaving it out
 * (`docs/reference/events.md`).
 */
import type { EventRole } from './default-roles.ts';

/** Which ratings are positive and which are negative. */
export interface RatingRule {
  /** Ratings of at least this are positive. */
  positiveFrom: number;
  /**
   * Ratings below this are negative; those from here to `positiveFrom` are ignored. At most
   * `positiveFrom`.
   */
  negativeBelow: number;
  /** Values that stand for "not rated": such an event means what its type means. Default: none. */
  notRated?: number[];
}

/** A rule that was recognised from the values. */
export interface RecognisedRule extends RatingRule {
  /** The scale, for people: `1 to 5`. */
  scale: string;
}

/**
 * The rule for the values that occur; `undefined` if they are no known scale, for example if all
 * ratings are equal.
 *
 * @param values distinct ratings, in any order
 * @example recogniseRatingScale([-1, 2, 7, 10]) // 1 to 10, and −1 is not rated
 */
export function recogniseRatingScale(values: Iterable<number>): RecognisedRule | undefined {
  const found = [...new Set(values)].filter(Number.isFinite).sort((a, b) => a - b);
  if (found.length < 2) return undefined;
  const isOnly = (...allowed: number[]) => found.every((value) => allowed.includes(value));
  if (isOnly(0, 1)) return { scale: '0 or 1', positiveFrom: 1, negativeBelow: 1 };
  if (isOnly(-1, 1)) return { scale: '−1 or 1', positiveFrom: 1, negativeBelow: 1 };
  if (isOnly(-1, 0, 1)) return { scale: '−1, 0 or 1', positiveFrom: 1, negativeBelow: 0 };
  const notRated = found.filter((value) => value === -1 || value === 0);
  const rated = found.filter((value) => value > 0);
  // Values below −1, or other values between −1 and 0, belong to another scale.
  if (rated.length === 0 || notRated.length + rated.length < found.length) return undefined;
  const highest = rated[rated.length - 1];
  const areHalves = rated.every((value) => Number.isInteger(2 * value));
  const skipped = notRated.length === 0 ? {} : { notRated };
  if (areHalves && highest >= 4 && highest <= 5) return { ...FIVE_STARS, ...skipped };
  if (areHalves && highest > 5 && highest <= 10) return { ...TEN_POINTS, ...skipped };
  // On a scale of 100 points 0 is a value.
  if (highest > 10 && highest <= 100) return { ...HUNDRED_POINTS, ...(found[0] === -1 ? { notRated: [-1] } : {}) };
  return undefined;
}

const FIVE_STARS: RecognisedRule = { scale: '1 to 5', positiveFrom: 3, negativeBelow: 3 };
const TEN_POINTS: RecognisedRule = { scale: '1 to 10', positiveFrom: 5, negativeBelow: 5 };
const HUNDRED_POINTS: RecognisedRule = { scale: '0 to 100', positiveFrom: 50, negativeBelow: 50 };

/** The role of a rated event whose type is positive. */
export function roleOfRating(rating: number, { positiveFrom, negativeBelow, notRated }: RatingRule): EventRole {
  if (rating >= positiveFrom || notRated?.includes(rating)) return 'positive';
  return rating < negativeBelow ? 'negative' : 'ignored';
}
