/**
 * Ranking quality, computed from ranks alone. A rank is 1 + the number of items with a higher score
 * + half the number of other items with the same score. It may therefore end in .5: a model that
 * gives every item the same score ranks every target in the middle. A target whose score is not
 * finite has the rank `Infinity`; it counts as a miss in every metric and is reported in
 * `nonFinite`.
 *
 * There is one target per user, so recall@k is the share of targets at rank ≤ k. NDCG@k is 1 /
 * log₂(1 + rank) for a target at rank ≤ k, because the ideal DCG is 1; the formula also holds for
 * half ranks. MRR is the mean of 1 / rank over the full ranking.
 */
import { createRandom, type Random } from '@lorekeep/core';
import { errors } from './errors.ts';

/** Each metric is a mean over users, in [0, 1]. */
export interface Metrics {
  /** Share of the users whose target is among the first 10. */
  'recall@10': number;
  /** 1 / log₂(1 + rank) of the target if it is among the first 10, else 0. */
  'ndcg@10': number;
  /** Share of the users whose target is among the first 50. */
  'recall@50': number;
  /** The same as `ndcg@10` for the first 50. */
  'ndcg@50': number;
  /** 1 / rank of the target. */
  mrr: number;
  /** Users with a target: one case each. */
  users: number;
  /** Targets whose score is not finite. Each counts as a miss. */
  nonFinite: number;
}

export const METRIC_NAMES = ['recall@10', 'ndcg@10', 'recall@50', 'ndcg@50', 'mrr'] as const;
/** `'recall@10'`, `'ndcg@10'`, `'recall@50'`, `'ndcg@50'` or `'mrr'`. */
export type MetricName = (typeof METRIC_NAMES)[number];

/** The metric of one user whose target has this rank. */
export function contribution(metric: MetricName, rank: number): number {
  switch (metric) {
    case 'recall@10':
      return rank <= 10 ? 1 : 0;
    case 'recall@50':
      return rank <= 50 ? 1 : 0;
    case 'ndcg@10':
      return rank <= 10 ? 1 / Math.log2(1 + rank) : 0;
    case 'ndcg@50':
      return rank <= 50 ? 1 / Math.log2(1 + rank) : 0;
    case 'mrr':
      return 1 / rank;
  }
}

/**
 * All metrics are 0 if there are no users.
 *
 * @param ranks `[users]`, `Infinity` for a score that is not finite
 */
export function metricsOfRanks(ranks: Float64Array): Metrics {
  const users = ranks.length;
  const mean = (metric: MetricName) => {
    let sum = 0;
    for (const rank of ranks) sum += contribution(metric, rank);
    return users === 0 ? 0 : sum / users;
  };
  let nonFinite = 0;
  for (const rank of ranks) if (!Number.isFinite(rank)) nonFinite++;
  return {
    'recall@10': mean('recall@10'),
    'ndcg@10': mean('ndcg@10'),
    'recall@50': mean('recall@50'),
    'ndcg@50': mean('ndcg@50'),
    mrr: mean('mrr'),
    users,
    nonFinite,
  };
}

export interface IntervalOptions {
  /** Default 1000; 10–100000. */
  resamples?: number;
  /** Default .95; above 0 and below 1. */
  level?: number;
  /** Default 42. */
  seed?: number;
}

/** Lower and upper bound of each metric's interval. */
export type Intervals = Record<MetricName, [number, number]>;

/**
 * Percentile bootstrap over users (Efron 1979): how much each metric varies between samples of
 * users of the same kind. It does not include the variation between training seeds.
 *
 * @throws LorekeepError `EVALUATION_INPUT_INVALID` for an option out of its range
 */
export function bootstrapIntervals(ranks: Float64Array, options: IntervalOptions = {}): Intervals {
  return bootstrapAll([ranks], options)[0];
}

/**
 * The intervals of several rankings of the same cases, from the same resamples. Each ranking gets
 * the intervals that `bootstrapIntervals` gives for it.
 *
 * @throws LorekeepError `EVALUATION_INPUT_INVALID` for an option out of its range
 */
export function bootstrapAll(rankings: readonly Float64Array[], options: IntervalOptions = {}): Intervals[] {
  const values = rankings.flatMap((ranks) =>
    METRIC_NAMES.map((metric) => Float64Array.from(ranks, (rank) => contribution(metric, rank))),
  );
  const intervals = intervalsOf(values, createRandom(options.seed ?? 42), options);
  return rankings.map(
    (_, which) =>
      Object.fromEntries(
        METRIC_NAMES.map((metric, at) => [metric, intervals[which * METRIC_NAMES.length + at]]),
      ) as Intervals,
  );
}

/**
 * Bootstrap intervals of means over users. All means use the same resamples.
 *
 * @param values several quantities, each `[users]`
 * @throws LorekeepError `EVALUATION_INPUT_INVALID` for an option out of its range
 */
export function intervalsOf(
  values: readonly Float64Array[],
  random: Random,
  { resamples = 1000, level = 0.95 }: IntervalOptions = {},
): [number, number][] {
  if (!Number.isInteger(resamples) || resamples < 10 || resamples > 100_000)
    throw errors.EVALUATION_INPUT_INVALID({ name: 'resamples', problem: 'must be a whole number from 10 to 100000' });
  if (!(level > 0 && level < 1))
    throw errors.EVALUATION_INPUT_INVALID({ name: 'level', problem: 'must be above 0 and below 1' });
  const users = values[0].length;
  const means = values.map(() => new Float64Array(resamples));
  // Most users have the value 0 in most metrics, so only the other users are summed, each as often
  // as it was drawn.
  const nonZero = values.map((quantity) => {
    const users = Int32Array.from(quantity.keys()).filter((user) => quantity[user] !== 0);
    return { users, values: Float64Array.from(users, (user) => quantity[user]) };
  });
  const drawn = new Uint16Array(users);
  const draws = new Uint32Array(users);
  for (let resample = 0; resample < resamples && users > 0; resample++) {
    drawn.fill(0);
    for (const user of random.ints(users, draws)) drawn[user]++;
    nonZero.forEach((some, which) => {
      let sum = 0;
      for (let i = 0; i < some.users.length; i++) sum += drawn[some.users[i]] * some.values[i];
      means[which][resample] = sum / users;
    });
  }
  return means.map((resampled) => {
    const sorted = resampled.sort();
    const at = (share: number) => sorted[Math.min(resamples - 1, Math.max(0, Math.round(share * (resamples - 1))))];
    return [at((1 - level) / 2), at((1 + level) / 2)];
  });
}
