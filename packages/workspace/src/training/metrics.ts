import type { Evaluation, Metrics } from '@lorekeep/evaluation';

/**
 * The metrics of several evaluations without their ranks and intervals, by the same names.
 * @param evaluations by name, such as `baselines` of an `EvaluationResult`
 */
export function metricsOf(evaluations: Partial<Record<string, Evaluation>>): Record<string, Metrics> {
  return Object.fromEntries(Object.entries(evaluations).map(([name, evaluation]) => [name, evaluation!.metrics]));
}
