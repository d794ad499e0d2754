/** Options of the events that a recommender is trained on and predicts. */
import { type Option, whole } from '@lorekeep/core';

const target: Option<string[]> = {
  fallback: [],
  isValid: (value) => Array.isArray(value) && value.every((name) => typeof name === 'string' && name !== ''),
  allowed: 'a list of event types',
  meaning:
    'Types of events that are predicted, by their exact names. Other positive events are context: they are read in histories, but they are neither targets of training nor of evaluation. Empty: all positive events.',
};

const maxUserEvents: Option<number | 'auto'> = {
  fallback: 'auto',
  isValid: (value) =>
    value === 'auto' || (Number.isInteger(value) && (value as number) >= 0 && (value as number) <= 1e9),
  allowed: '"auto" or a whole number from 0 to 1000000000',
  meaning:
    'Users with more positive events are left out of training, evaluation and popularity, and are named in the result. `auto`: 20 times the events of the user whom 95 % of the users do not exceed, and at least 1,000. 0: no limit.',
};

export const eventOptions = {
  target,
  maxPairEvents: whole(
    10,
    [0, 1_000_000_000],
    'How many events of one user with one item are trained on, the first ones. 0: all. Histories keep all events, and popularity counts a user once in any case.',
  ),
  maxUserEvents,
};

/** All events, as in published protocols and in models of older versions. */
export const ALL_EVENTS = { target: [] as string[], maxPairEvents: 0, maxUserEvents: 0 };
