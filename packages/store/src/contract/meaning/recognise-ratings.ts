/** Keeps the recognised scale of ratings up to date with the stored events. */
import { isDeepStrictEqual } from 'node:util';
import type { Store } from '../store.ts';
import type { EventRules } from './event-meaning.ts';
import { recogniseRatingScale } from './rating-rule.ts';

/**
 * Recognises the scale of the stored ratings and stores it in the rules, unless ratings are not
 * used. To be called after events were added.
 *
 * @returns the rules in force
 */
export async function recogniseRatings(store: Store): Promise<EventRules> {
  const rules = await store.eventRules();
  if (rules.ratings === 'none' || (rules.ratings === undefined && rules.preset === 'all-positive')) return rules;
  const found = recogniseRatingScale((await store.ratingCounts()).map(({ rating }) => rating));
  // A scale stays when its ratings are gone.
  if (found === undefined || isDeepStrictEqual(found, rules.recognised)) return rules;
  const changed = { ...rules, recognised: found };
  await store.setEventRules(changed);
  return changed;
}
