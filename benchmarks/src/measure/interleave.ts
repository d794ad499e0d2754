/**
 * Fair timing of two or more contestants on a machine that is never quite idle. The contestants
 * take turns, round by round, so that a slow minute affects all of them. The order rotates, so that
 * no contestant always finds the caches warm. The median ignores single outliers. If A is measured
 * to the end and then B, the result depends on what else the machine did in between.
 */
import { errors } from '../errors.ts';

export interface Contestant {
  name: string;
  /**
   * One measured unit of work. It may return its own measurement in any unit, for example the time
   * that a peer process took itself. Otherwise the wall time of the call in milliseconds is used.
   */
  run: () => Promise<number | undefined> | Promise<void>;
}

export interface InterleaveOptions {
  /** Measured rounds; each contestant runs once per round. Default 5, at least 1. */
  rounds?: number;
  /** Rounds that run first and are discarded. Default 1, at least 0. */
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
 * @throws LorekeepError `BENCH_BAD_ROUNDS` for no contestants, repeated names, or invalid counts
 */
export async function interleave<Name extends string>(
  contestants: readonly (Contestant & { name: Name })[],
  { rounds = 5, warmup = 1 }: InterleaveOptions = {},
): Promise<Record<Name, Timing>> {
  check(contestants, rounds, warmup);
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

function check(contestants: readonly Contestant[], rounds: number, warmup: number): void {
  if (contestants.length === 0) throw errors.BENCH_BAD_ROUNDS({ problem: 'There is no contestant to measure.' });
  if (new Set(contestants.map((contestant) => contestant.name)).size < contestants.length)
    throw errors.BENCH_BAD_ROUNDS({ problem: 'Two contestants have the same name.' });
  if (!Number.isInteger(rounds) || rounds < 1 || !Number.isInteger(warmup) || warmup < 0)
    throw errors.BENCH_BAD_ROUNDS({ problem: `rounds = ${rounds}, warmup = ${warmup} is not possible.` });
}

/**
 * The middle value; for an even count the mean of the two middle values. `NaN` for an empty list.
 */
export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
}
