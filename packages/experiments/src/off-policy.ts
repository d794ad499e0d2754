/**
 * What another policy would have earned, from the log of the present one, which must have chosen at
 * random with known probabilities. Inverse propensity scores (IPS), the same with weights that add up
 * to one (SNIPS; Swaminathan & Joachims 2015), and doubly robust (Dudík, Langford & Li 2011), with
 * weights cut at a bound (Bottou et al. 2013).
 *
 * Where the log has no answer, none is made up: `reason` says why.
 */
import { normalQuantile } from './distributions.ts';

/** One logged choice of an independent user or visit. */
export interface LoggedChoice {
  reward: number;
  /** Probability with which the log's policy chose this, above 0. */
  propensity: number;
  /** Probability with which the other policy would have chosen it. */
  target: number;
  /** Of a reward model: its value for the logged choice, and its mean under the other policy. */
  model?: { logged: number; target: number };
}

export interface OffPolicyOptions {
  /** Largest weight. Default 100. Smaller: less variance, and a bias towards 0. */
  clip?: number;
  /** Default .05. */
  alpha?: number;
  /** Refuse below this effective sample size. Default 100. */
  leastEffective?: number;
}

export interface Estimate {
  value: number;
  interval: [number, number];
}

/** Facts about the weights, also of a refusal. */
export interface WeightFacts {
  choices: number;
  /** (Σ w)² / Σ w²: so many choices of the other policy itself would tell as much. */
  effectiveSampleSize: number;
  /** Should be 1. Below: the other policy chooses what the log never does. */
  meanWeight: number;
  largestWeight: number;
  clippedShare: number;
}

export type OffPolicyResult =
  | ({ isEstimable: true; ips: Estimate; snips: Estimate; doublyRobust?: Estimate } & WeightFacts)
  | ({ isEstimable: false; reason: 'noChoices' | 'noPropensities' | 'noOverlap' | 'tooFewEffective' } & WeightFacts);

export function estimateOffPolicy(choices: readonly LoggedChoice[], options: OffPolicyOptions = {}): OffPolicyResult {
  const { clip = 100, alpha = 0.05, leastEffective = 100 } = options;
  const n = choices.length;
  const isProbability = (value: number) => value >= 0 && value <= 1;
  const hasPropensities = choices.every(
    ({ propensity, target }) => propensity > 0 && isProbability(propensity) && isProbability(target),
  );
  const raw = hasPropensities ? choices.map(({ propensity, target }) => target / propensity) : [];
  const weights = raw.map((weight) => Math.min(clip, weight));
  const sum = total(weights);
  const squares = total(weights.map((weight) => weight * weight));
  const facts: WeightFacts = {
    choices: n,
    effectiveSampleSize: squares === 0 ? 0 : (sum * sum) / squares,
    meanWeight: raw.length === 0 ? 0 : total(raw) / raw.length,
    largestWeight: raw.reduce((most, weight) => Math.max(most, weight), 0),
    clippedShare: raw.length === 0 ? 0 : raw.filter((weight) => weight > clip).length / raw.length,
  };
  if (n === 0) return { isEstimable: false, reason: 'noChoices', ...facts };
  // A policy without randomness has propensities of 1 only: it says nothing about any other.
  if (!hasPropensities || choices.every(({ propensity }) => propensity === 1))
    return { isEstimable: false, reason: 'noPropensities', ...facts };
  const isShort = 1 - facts.meanWeight > 4 * standardErrorOf(raw);
  if (sum === 0 || isShort) return { isEstimable: false, reason: 'noOverlap', ...facts };
  if (facts.effectiveSampleSize < leastEffective) return { isEstimable: false, reason: 'tooFewEffective', ...facts };

  const z = normalQuantile(alpha / 2);
  const estimate = (value: number, error: number): Estimate => ({
    value,
    interval: [value - z * error, value + z * error],
  });
  const meanOf = (terms: readonly number[]) => estimate(total(terms) / n, standardErrorOf(terms));
  const ips = meanOf(choices.map(({ reward }, at) => weights[at] * reward));
  const snipsValue = total(choices.map(({ reward }, at) => weights[at] * reward)) / sum;
  const residuals = total(choices.map(({ reward }, at) => (weights[at] * (reward - snipsValue)) ** 2));
  const snips = estimate(snipsValue, Math.sqrt(residuals) / sum);
  const doublyRobust = choices.every(({ model }) => model !== undefined)
    ? meanOf(
        choices.map(({ reward, model }, at) => (model?.target ?? 0) + weights[at] * (reward - (model?.logged ?? 0))),
      )
    : undefined;
  return { isEstimable: true, ips, snips, ...(doublyRobust && { doublyRobust }), ...facts };
}

const total = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0);

function standardErrorOf(values: readonly number[]): number {
  if (values.length < 2) return Number.POSITIVE_INFINITY;
  const mean = total(values) / values.length;
  const squares = total(values.map((value) => (value - mean) ** 2));
  return Math.sqrt(squares / (values.length - 1) / values.length);
}
