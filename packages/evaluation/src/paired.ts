/**
 * Compares two models on the same cases. The difference per case varies far less than the mean of
 * either model, so the interval is computed over differences (paired bootstrap; Sakai 2006).
 */
import { createRandom } from '@lorekeep/core';
import { errors } from './errors.ts';
import { contribution, type IntervalOptions, intervalsOf, METRIC_NAMES, type MetricName } from './metrics.ts';

/** The difference of a metric between two rankings `a` and `b` of the same evaluation cases. */
export interface Difference {
  /** Mean of `a` minus mean of `b`. */
  difference: number;
  /** Interval of the difference. If it lies above 0, `a` is significantly better. */
  interval: [number, number];
}

/**
 * @param a, b `[cases]` ranks of the same cases in the same order
 * @throws LorekeepError `EVALUATION_INPUT_INVALID` if the lengths differ, or for an option out of
 *   its range
 */
export function pairedDifferences(
  a: Float64Array,
  b: Float64Array,
  options: IntervalOptions = {},
): Record<MetricName, Difference> {
  if (a.length !== b.length)
    throw errors.EVALUATION_INPUT_INVALID({
      name: 'ranks',
      problem: `are given for ${a.length} and for ${b.length} cases`,
    });
  const values = METRIC_NAMES.map((metric) =>
    Float64Array.from(a, (rank, at) => contribution(metric, rank) - contribution(metric, b[at])),
  );
  const intervals = intervalsOf(values, createRandom(options.seed ?? 42), options);
  return Object.fromEntries(
    METRIC_NAMES.map((metric, at) => {
      const sum = values[at].reduce((total, value) => total + value, 0);
      return [metric, { difference: a.length === 0 ? 0 : sum / a.length, interval: intervals[at] }];
    }),
  ) as Record<MetricName, Difference>;
}
