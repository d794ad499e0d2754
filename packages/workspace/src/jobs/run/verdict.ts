/**
 * The rule of the gate. Two versions are compared on the same users, of whom neither has seen the
 * choice that it has to find. The 95 % interval of the difference, paired by user, tells three
 * findings apart:
 *
 * - not worse: the whole interval is above −tolerance × metric of the live version (a test of
 *   non-inferiority, as trials of medicines use it);
 * - worse: the whole interval is below that;
 * - unclear: the interval contains it, or there are too few users for an interval.
 *
 * The burden of proof is the candidate's (`not-worse`) or the live version's (`unless-worse`). With the
 * former, few new events keep the live version. They add up until the next run, because all events
 * since the training of the live version count, so that the finding gets clear by itself.
 */
import type { Verdict } from '../records/answers.ts';
import type { JobSettings } from '../settings.ts';

type Gate = JobSettings['gate'];

/** What the two versions reached on the same users. */
export interface Compared {
  users: number;
  live: number;
  candidate: number;
  difference: number;
  interval: readonly [number, number];
}

export function verdictOf(gate: Gate, { users, live, candidate, difference, interval }: Compared): Verdict {
  const { rule, metric, tolerance } = gate;
  const [low, high] = interval;
  const limit = -tolerance * live;
  const finding = low >= limit ? 'not-worse' : high < limit ? 'worse' : 'unclear';
  const publish = finding === 'not-worse' || (finding === 'unclear' && rule === 'unless-worse');
  const said = `${metric} of the candidate is ${candidate.toFixed(4)}, of the live version ${live.toFixed(4)}; the difference for ${users} users is ${signed(difference)}, with 95 % confidence between ${signed(low)} and ${signed(high)}`;
  const means = {
    'not-worse': `the interval is above the limit of ${signed(limit)} (${percent(tolerance)} of the live version), so the candidate is not worse`,
    worse: `the interval is below the limit of ${signed(limit)} (${percent(tolerance)} of the live version), so the candidate is worse`,
    unclear: `the interval contains the limit of ${signed(limit)} (${percent(tolerance)} of the live version), so nothing is shown`,
  }[finding];
  return {
    ...{ finding, publish, metric, tolerance, users, live, candidate, difference, interval: [low, high] },
    reason: `${said}: ${means}. ${decision(rule, publish)}`,
  };
}

/** @param users those who can be compared on */
export function tooFew({ rule, metric, tolerance, minUsers }: Gate, users: number): Verdict {
  const publish = rule === 'unless-worse';
  const reason = `Since the training of the live version, ${users} users have made a choice after an earlier one, and ${minUsers} are needed for a comparison: nothing is shown. ${decision(rule, publish)}`;
  return { finding: 'unclear', publish, reason, users, metric, tolerance };
}

export const nothingToCompare = ({ metric, tolerance }: Gate): Verdict => ({
  finding: 'nothing-to-compare',
  publish: true,
  reason: 'No trained model is live, so there is nothing to compare with.',
  ...{ users: 0, metric, tolerance },
});

export const notCompared = ({ metric, tolerance }: Gate): Verdict => ({
  finding: 'not-compared',
  publish: true,
  reason: 'The rule is to publish always, without a comparison.',
  ...{ users: 0, metric, tolerance },
});

/**
 * What was learned from erased users must go, so an unclear finding does not hold it up. A version
 * that is shown to be worse is not published for it either.
 */
export function withErasure(verdict: Verdict): Verdict {
  if (verdict.publish || verdict.finding !== 'unclear') return verdict;
  const reason = `${verdict.reason} But users were erased, and the live version has learned from them: published.`;
  return { ...verdict, publish: true, reason };
}

const decision = (rule: Gate['rule'], publish: boolean) =>
  `By the rule "${rule}", ${publish ? 'it is published' : 'the live version stays'}.`;

const signed = (value: number) => `${value < 0 ? '−' : '+'}${Math.abs(value).toFixed(4)}`;
const percent = (share: number) => `${Number((100 * share).toFixed(2))} %`;
