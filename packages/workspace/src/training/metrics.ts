import type { Evaluation, Metrics } from '@lorekeep/evaluation';

/** The metrics alone, by the same names. */
export function metricsOf(evaluations: Record<string, Evaluation>): Record<string, Metrics> {
  return Object.fromEntries(Object.entries(evaluations).map(([name, { metrics }]) => [name, metrics]));
}
