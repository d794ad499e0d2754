/** The limits of the options of an impression log, which every adapter checks. */
import { errors } from '../../errors.ts';
import { eventTypeProblem } from '../limits.ts';
import { PASSIVE_EVENT_TYPES } from '../meaning/default-roles.ts';
import { checkCount } from '../validation.ts';
import type { ImpressionLogOptions } from './impression-log.ts';

/** Outcomes are the bits of one number. */
const MAX_OUTCOMES = 32;
const DEFAULT_WINDOW = 3600;
const DEFAULT_BATCH = 65_536;

/** @throws LorekeepError `STORE_ARGUMENT` */
export function resolveImpressionOptions(options: ImpressionLogOptions & { batchSize?: number }) {
  const { outcomes, window = DEFAULT_WINDOW, impressions, batchSize = DEFAULT_BATCH } = options;
  checkCount('batchSize', batchSize, 1);
  if (!(window >= 0)) throw errors.STORE_ARGUMENT({ name: 'window', value: window, expected: 'a number ≥ 0' });
  for (const type of [...(outcomes ?? []), ...(impressions ?? [])]) {
    const problem = eventTypeProblem(type);
    if (problem === undefined) continue;
    throw errors.STORE_ARGUMENT({ name: 'outcomes', value: type, expected: `a type of events, but it ${problem}` });
  }
  if (outcomes !== undefined) {
    checkOutcomes(outcomes);
    const passive = impressions ?? PASSIVE_EVENT_TYPES;
    const twice = outcomes.find((type, at) => passive.includes(type) || outcomes.indexOf(type) < at);
    if (twice !== undefined) {
      throw errors.STORE_ARGUMENT({ name: 'outcomes', value: twice, expected: 'each type once, and no impressions' });
    }
  }
  return { outcomes, window, impressions, batchSize };
}

/** @throws LorekeepError `STORE_ARGUMENT` if there are too many */
export function checkOutcomes(outcomes: readonly string[]): void {
  if (outcomes.length <= MAX_OUTCOMES) return;
  const expected = `at most ${MAX_OUTCOMES} types of events`;
  throw errors.STORE_ARGUMENT({ name: 'outcomes', value: outcomes.join(', '), expected });
}
