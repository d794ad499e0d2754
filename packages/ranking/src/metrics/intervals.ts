/** Intervals by the normal distribution, 95 %. */

/** The 97.5 % point of the standard normal distribution. */
export const NORMAL_975 = 1.959963984540054;

/**
 * The interval of a rate by Wilson (1927). Unlike the rate ± two standard errors, it stays within 0
 * to 1 and is not empty at a rate of 0.
 */
export function wilsonInterval(positives: number, rows: number): [low: number, high: number] {
  const rate = positives / rows;
  const square = NORMAL_975 ** 2 / rows;
  const centre = (rate + square / 2) / (1 + square);
  const half = Math.sqrt((rate * (1 - rate) + square / 4) * square) / (1 + square);
  return [Math.max(0, centre - half), Math.min(1, centre + half)];
}
