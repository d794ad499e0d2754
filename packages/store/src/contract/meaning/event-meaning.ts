/**
 * What events mean. Every event type has a role, by default that of its name, and a rating can lower
 * a positive event. Rules belong to the workspace and are applied when events are read, so a change
 * of them takes effect without a new import.
 */
import { errors } from '../../errors.ts';
import { defaultRoleOf, EVENT_ROLES, type EventRole } from './default-roles.ts';
import { type RatingRule, type RecognisedRule, roleOfRating } from './rating-rule.ts';

/** What one event means in training and in lists. */
export interface EventMeaning {
  role: EventRole;
  /** How much a positive event counts in training. Default 1. */
  weight?: number;
}

/** What types of events and ratings mean, where it is not the default. */
export interface EventRules {
  /**
   * `'by-name'`, the default: the roles of `DEFAULT_ROLES`, and ratings count. `'all-positive'`:
   * every event that is not passive is positive. Types and ratings make no difference, as in
   * published protocols.
   */
  preset?: 'by-name' | 'all-positive';
  /** By the exact name of the type; what is absent keeps its default. */
  types?: Record<string, Partial<EventMeaning>>;
  /**
   * `'none'`: ratings are not used. Default: `recognised`, or none with `'all-positive'`. A rule
   * without `notRated` has the recognised values.
   */
  ratings?: RatingRule | 'none';
  /** What was recognised from the stored ratings; kept up to date by `recogniseRatings`. */
  recognised?: RecognisedRule;
}

/** The meaning of a type, and where it comes from. */
export interface TypeMeaning extends Required<EventMeaning> {
  /** `'unknown'`: the name is not in the table, so its events count as positive. */
  from: 'rule' | 'default' | 'unknown';
}

/**
 * What events of a type mean.
 *
 * @example eventMeaning('remove_from_cart').role // 'negative'
 */
export function eventMeaning(type: string, { preset = 'by-name', types = {} }: EventRules = {}): TypeMeaning {
  const known = defaultRoleOf(type);
  const keepsRole = preset === 'by-name' || known === 'passive';
  const byDefault: EventRole = keepsRole ? (known ?? 'positive') : 'positive';
  const given = Object.hasOwn(types, type) ? types[type] : undefined;
  const role = given?.role ?? byDefault;
  const from = given !== undefined ? 'rule' : known === undefined ? 'unknown' : 'default';
  return { role, weight: given?.weight ?? 1, from };
}

/** The rule for ratings that is in force; `undefined` if ratings are not used. */
export function ratingRuleOf({ preset, ratings, recognised }: EventRules): RatingRule | undefined {
  if (ratings === 'none') return undefined;
  if (ratings === undefined) return preset === 'all-positive' ? undefined : recognised;
  return { ...(recognised?.notRated === undefined ? {} : { notRated: recognised.notRated }), ...ratings };
}

/** What one event means. A rating counts only if the type is positive. */
export function roleOfEvent({ type, rating }: { type: string; rating?: number }, rules: EventRules = {}): EventRole {
  const { role } = eventMeaning(type, rules);
  const ratings = ratingRuleOf(rules);
  return role !== 'positive' || rating === undefined || ratings === undefined ? role : roleOfRating(rating, ratings);
}

/**
 * Checks rules before they are stored.
 *
 * @throws LorekeepError `EVENT_RULES_INVALID`
 */
export function checkEventRules({ preset, types = {}, ratings }: EventRules): void {
  const invalid = (name: string, value: unknown, expected: string) =>
    errors.EVENT_RULES_INVALID({ name, value, expected });
  if (preset !== undefined && preset !== 'by-name' && preset !== 'all-positive')
    throw invalid('preset', preset, '"by-name" or "all-positive"');
  for (const [type, { role, weight }] of Object.entries(types)) {
    if (role !== undefined && !EVENT_ROLES.includes(role))
      throw invalid(`the role of "${type}"`, role, `one of ${EVENT_ROLES.join(', ')}`);
    if (weight !== undefined && !(Number.isFinite(weight) && weight > 0 && weight <= MAX_WEIGHT))
      throw invalid(`the weight of "${type}"`, weight, `a number above 0 and at most ${MAX_WEIGHT}`);
  }
  if (ratings === undefined || ratings === 'none') return;
  const { positiveFrom, negativeBelow, notRated = [] } = ratings;
  if (![positiveFrom, negativeBelow, ...notRated].every(Number.isFinite) || negativeBelow > positiveFrom)
    throw invalid('ratings', ratings, '"none", or numbers with negativeBelow ≤ positiveFrom');
}

/** The largest weight of an event type. */
export const MAX_WEIGHT = 1000;
