/** Ages of behaviours in buckets, as in our ranker. */
const HOUR = 3600;

export const AGES = 16;

/** 0 for less than an hour, then one bucket per doubling: ⌊log₂(1 + hours)⌋. */
export const ageBucket = (seconds: number): number =>
  Math.min(AGES - 1, Math.floor(Math.log2(1 + Math.max(0, seconds) / HOUR)));
