/**
 * Fair timing of two or more contestants on a machine that is never quite idle: they take turns round by round, so a
 * slow minute hurts all of them alike, the order rotates so nobody always runs on a hot cache, and the median forgets
 * the odd hiccup. Timing A to the end and then B measures the machine's mood.
 */
import { badInterleave } from './errors.ts';

export interface Contestant {
  name: string;
  /**
   * One measured unit of work. May return its own measurement (any unit where the caller wants one: a peer process
   * that timed itself); otherwise the wall time of the call in milliseconds is taken.
   */
  run: () => Promise<number | undefined> | Promise<void>;
}

export interface InterleaveOptions {
  /** Measured rounds; each contestant runs once a round. Default 5, at least 1. */
  rounds?: number;
  /** Rounds run first and thrown away. Default 1, at least 0. */
  warmup?: number;
}

export interface Timing {
  median: number;
  best: number;
  /** All measured rounds, in order. */
  samples: number[];
}

/**
 * @returns contestant name → timing
 * @throws LorekeepError `BENCH_BAD_ROUNDS` for no contestants, equal names, or bad counts
 */
export async function interleave<Name extends string>(
  contestants: readonly (Contestant & { name: Name })[],
  { rounds = 5, warmup = 1 }: InterleaveOptions = {},
): Promise<Record<Name, Timing>> {
  if (contestants.length === 0) throw badInterleave('There is nobody to measure.');
  if (new Set(contestants.map((contestant) => contestant.name)).size < contestants.length) {
    throw badInterleave('Two contestants have the same name.');
  }
  if (!Number.isInteger(rounds) || rounds < 1 || !Number.isInteger(warmup) || warmup < 0) {
    throw badInterleave(`rounds = ${rounds}, warmup = ${warmup} cannot be run.`);
  }
  const samples = new Map(contestants.map((contestant) => [contestant.name, [] as number[]]));
  for (let round = -warmup; round < rounds; round++) {
    for (let turn = 0; turn < contestants.length; turn++) {
      const contestant = contestants[(turn + round + warmup) % contestants.length];
      const start = performance.now();
      const own = await contestant.run();
      const elapsed = performance.now() - start;
      if (round >= 0) samples.get(contestant.name)!.push(own ?? elapsed);
    }
  }
  const timings = {} as Record<Name, Timing>;
  for (const [name, values] of samples) {
    timings[name] = { median: median(values), best: Math.min(...values), samples: values };
  }
  return timings;
}

/** The middle value; the mean of the two middle ones where there is no middle. `NaN` for an empty list. */
export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
}
