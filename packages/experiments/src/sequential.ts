/**
 * Intervals that hold at all looks together: the asymptotic confidence sequence of Waudby-Smith,
 * Arbour, Sinha, Kennedy & Ramdas (2021), theorem 2.2, with the normal mixture of Robbins. Whoever
 * looks every day and stops at the first interval without 0 is wrong in at most α of the experiments
 * without a difference.
 *
 * The clock is the number of lists of both arms: it only grows, also while known users come back. For
 * users who differ, the sums of one user hang together more than the theorem assumes; then paths cross
 * a boundary less often, not more. The tests simulate such users.
 */
import type { Ratio } from './ratio.ts';

export interface Comparison {
  /** Treatment minus control. */
  difference: number;
  /** The difference as a share of the control; `null` if the control is 0. */
  relative: number | null;
  /** Holds at all looks together. */
  interval: [number, number];
}

export interface SequenceOptions {
  /** Lists of both arms up to now. */
  clock: number;
  /** Lists of both arms at which the interval is to be narrowest. It holds with any value. */
  planned: number;
  alpha: number;
}

/** Half the width of the interval, as a multiple of the standard error. */
export function sequenceWidth({ clock, planned, alpha }: SequenceOptions): number {
  const spread = -2 * Math.log(alpha);
  const x = (clock * (spread + Math.log(spread + 1))) / planned;
  return Math.sqrt(((2 * (x + 1)) / x) * Math.log(Math.sqrt(x + 1) / alpha));
}

/** `undefined` as long as a ratio has no standard error, or both are 0. */
export function compareArms(treatment: Ratio, control: Ratio, options: SequenceOptions): Comparison | undefined {
  if (treatment.value === null || control.value === null) return undefined;
  if (treatment.standardError === null || control.standardError === null || options.clock <= 0) return undefined;
  const standardError = Math.hypot(treatment.standardError, control.standardError);
  if (standardError === 0) return undefined;
  const difference = treatment.value - control.value;
  const half = standardError * sequenceWidth(options);
  return {
    difference,
    relative: control.value === 0 ? null : difference / control.value,
    interval: [difference - half, difference + half],
  };
}
