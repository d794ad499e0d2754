/**
 * What to do now, from figures that may be looked at at any time. In this order: a broken split stops
 * all reading; harm to a guardrail ends an arm; then the metric decides.
 */
import type { SampleRatio } from './sample-ratio.ts';
import type { Comparison } from './sequential.ts';

export type DecisionAction = 'ship' | 'stop' | 'continue' | 'invalid';

export interface Decision {
  action: DecisionAction;
  /** `'ship'`: this arm. */
  arm?: string;
  reason: 'sampleRatio' | 'tooFew' | 'undecided' | 'better' | 'worse' | 'guardrail' | 'noRelevantDifference';
  /** One sentence with the numbers. */
  text: string;
}

export interface GuardrailResult {
  name: string;
  /** A difference to the control up to this is no harm. */
  margin: number;
  comparison?: Comparison;
  /** The whole interval is above the margin. */
  isHarmed: boolean;
}

export interface ArmComparison {
  arm: string;
  /** Of the metric that decides; absent as long as there is too little. */
  comparison?: Comparison;
  guardrails: readonly GuardrailResult[];
}

export interface DecisionOptions {
  metric: string;
  /** False as long as an arm has too few users or outcomes for the intervals to hold. */
  hasEnough: boolean;
  /** Differences below this do not matter; 0 for none. In units of the metric. */
  minimalEffect: number;
}

export const guardrail = (name: string, margin: number, comparison: Comparison | undefined): GuardrailResult => ({
  name,
  margin,
  ...(comparison && { comparison }),
  isHarmed: comparison !== undefined && comparison.interval[0] > margin,
});

export function decide(split: SampleRatio, arms: readonly ArmComparison[], options: DecisionOptions): Decision {
  const { metric, hasEnough, minimalEffect } = options;
  if (split.isBroken)
    return {
      action: 'invalid',
      reason: 'sampleRatio',
      text: `The arms have ${percentages(split.observed)} of the users and should have ${percentages(split.expected)}. Find the cause, and start again.`,
    };
  if (!hasEnough)
    return { action: 'continue', reason: 'tooFew', text: 'There are too few users or outcomes to decide.' };
  const harmed = arms.filter(({ guardrails }) => guardrails.some(({ isHarmed }) => isHarmed));
  const sound = arms.filter((arm) => !harmed.includes(arm) && arm.comparison !== undefined);
  const better = sound
    .filter(({ comparison }) => (comparison as Comparison).interval[0] > 0)
    .sort((a, b) => (b.comparison as Comparison).difference - (a.comparison as Comparison).difference);
  if (better.length > 0) {
    const [{ arm, comparison }] = better;
    return {
      action: 'ship',
      arm,
      reason: 'better',
      text: `${arm} is better than the control in ${metric}: ${told(comparison)}.`,
    };
  }
  const open = sound.filter(({ comparison }) => {
    const [low, high] = (comparison as Comparison).interval;
    return high > 0 && !(minimalEffect > 0 && low > -minimalEffect && high < minimalEffect);
  });
  const waiting = arms.length - harmed.length - sound.length;
  if (open.length + waiting > 0)
    return {
      action: 'continue',
      reason: 'undecided',
      text: `The interval of ${metric} still contains 0${open.length === 0 ? '' : `: ${open.map((one) => `${one.arm} ${told(one.comparison)}`).join('; ')}`}.`,
    };
  if (harmed.length > 0)
    return {
      action: 'stop',
      reason: 'guardrail',
      text: `Guardrails are harmed: ${harmed
        .map(
          ({ arm, guardrails }) =>
            `${arm} (${guardrails
              .filter((one) => one.isHarmed)
              .map((one) => `${one.name} ${told(one.comparison)}`)
              .join(', ')})`,
        )
        .join('; ')}.`,
    };
  const worse = sound.filter(({ comparison }) => (comparison as Comparison).interval[1] <= 0);
  const isWorse = worse.length === sound.length;
  return {
    action: 'stop',
    reason: isWorse ? 'worse' : 'noRelevantDifference',
    text: isWorse
      ? `No arm is better than the control in ${metric}: ${worse.map((one) => `${one.arm} ${told(one.comparison)}`).join('; ')}.`
      : `No arm differs from the control by ${minimalEffect} or more in ${metric}.`,
  };
}

const round = (value: number) => Number(value.toPrecision(3)).toString();
const told = (comparison: Comparison | undefined) =>
  comparison === undefined ? '' : `${signed(comparison.difference)} [${comparison.interval.map(signed).join(', ')}]`;
const signed = (value: number) => (value > 0 ? `+${round(value)}` : round(value));
const percentages = (shares: readonly number[]) => shares.map((share) => `${(100 * share).toFixed(1)} %`).join(' / ');
