/**
 * Figures of an arm: sums over users, divided. The user is the unit, because what one user does is not
 * independent. The variance of a quotient of two means is that of its linear part (delta method;
 * Deng, Knoblich & Lu 2018).
 */
import { normalQuantile } from './distributions.ts';

/** Sums over the users of an arm of a numerator (clicks) and a denominator (lists). */
export interface RatioSums {
  users: number;
  numerator: number;
  denominator: number;
  /** Sums of squares, and of the product of both. */
  numerator2: number;
  denominator2: number;
  product: number;
}

export interface Ratio {
  /** `null` as long as the denominator is 0. */
  value: number | null;
  /** `null` below two users. */
  standardError: number | null;
  /** For one look. */
  interval: [number, number] | null;
}

export const emptySums = (): RatioSums => ({
  users: 0,
  numerator: 0,
  denominator: 0,
  numerator2: 0,
  denominator2: 0,
  product: 0,
});

/** Adds one user. */
export function addUser(sums: RatioSums, numerator: number, denominator: number): void {
  sums.users++;
  sums.numerator += numerator;
  sums.denominator += denominator;
  sums.numerator2 += numerator * numerator;
  sums.denominator2 += denominator * denominator;
  sums.product += numerator * denominator;
}

/** @param alpha the interval misses the truth in this share of experiments; default .05 */
export function ratioOf(sums: RatioSums, alpha = 0.05): Ratio {
  const { users, numerator, denominator, numerator2, denominator2, product } = sums;
  if (denominator === 0) return { value: null, standardError: null, interval: null };
  const value = numerator / denominator;
  if (users < 2) return { value, standardError: null, interval: null };
  // Σ (n − R·d)²: the residuals have the sum 0.
  const squares = numerator2 - 2 * value * product + value * value * denominator2;
  const standardError = Math.sqrt(Math.max(0, squares) * (users / (users - 1))) / Math.abs(denominator);
  const half = normalQuantile(alpha / 2) * standardError;
  return { value, standardError, interval: [value - half, value + half] };
}
