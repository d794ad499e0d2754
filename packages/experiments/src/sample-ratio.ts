/**
 * Sample-ratio mismatch: the arms do not have the users that the weights promise. Then something
 * between assignment and log loses users of one arm, and no other figure can be trusted.
 *
 * The χ² test is for one look. For a look every day, `evidence` is the Bayes factor of "other shares"
 * (Dirichlet around the weights) against the weights. Under the weights it is a martingale that begins
 * at 1, so that it ever reaches 1/α with a probability of at most α (Lindon & Malek 2020).
 */
import { totalOf } from './assignment.ts';
import { chiSquareTail, logGamma } from './distributions.ts';
import { errors } from './errors.ts';

/** Weight of the prior in users: it expects deviations of about 1.5 percentage points. */
const PRIOR_USERS = 1_000;
/** How often a correct split is called broken, over all looks together. */
const ALPHA = 0.01;

export interface SampleRatio {
  /** Share of the users that each arm should have. */
  expected: number[];
  observed: number[];
  chiSquare: number;
  /** Of the χ² test, for one look. */
  pValue: number;
  /** Bayes factor against the weights; at most 10³⁰⁰. */
  evidence: number;
  /** True from an evidence of 100 on. The probability is below 1 % for a correct split. */
  isBroken: boolean;
}

/**
 * @param users `[arms]` users of each arm
 * @param weights `[arms]`
 * @throws LorekeepError `EXPERIMENT_INPUT_INVALID`
 */
export function sampleRatio(users: readonly number[], weights: readonly number[]): SampleRatio {
  if (users.length !== weights.length)
    throw errors.EXPERIMENT_INPUT_INVALID({
      name: 'users',
      problem: `has ${users.length} arms, and weights has ${weights.length}`,
    });
  const total = totalOf(weights);
  const expected = weights.map((weight) => weight / total);
  const all = users.reduce((sum, count) => sum + count, 0);
  const arms = expected.flatMap((share, arm) => (share > 0 ? [arm] : []));
  const strays = users.some((count, arm) => count > 0 && expected[arm] === 0);
  const chiSquare = arms.reduce((sum, arm) => {
    const mean = all * expected[arm];
    return mean === 0 ? sum : sum + (users[arm] - mean) ** 2 / mean;
  }, 0);
  const logEvidence = arms.reduce(
    (sum, arm) => {
      const prior = PRIOR_USERS * expected[arm];
      return sum + logGamma(prior + users[arm]) - logGamma(prior) - users[arm] * Math.log(expected[arm]);
    },
    logGamma(PRIOR_USERS) - logGamma(PRIOR_USERS + all),
  );
  const evidence = strays ? 1e300 : Math.min(1e300, Math.exp(logEvidence));
  return {
    expected,
    observed: users.map((count) => (all === 0 ? 0 : count / all)),
    chiSquare,
    pValue: strays ? 0 : arms.length < 2 ? 1 : chiSquareTail(chiSquare, arms.length - 1),
    evidence,
    isBroken: evidence >= 1 / ALPHA,
  };
}
