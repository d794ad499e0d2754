/**
 * How published figures of the public sets read events: every event is positive, also with a low
 * rating, and no repeat and no user is left out.
 */
import type { Overrides } from '@lorekeep/core';
import type { recommenderOptions } from '@lorekeep/recommender';
import type { EventRulesChange } from '@lorekeep/workspace';

export const PUBLISHED_RULES: EventRulesChange = { preset: 'all-positive' };

export const PUBLISHED_EVENTS = { events: { maxPairEvents: 0, maxUserEvents: 0 } } satisfies Overrides<
  typeof recommenderOptions
>;
