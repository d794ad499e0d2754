/**
 * What the stored types mean under the current rules, as numbers and as SQL conditions that the
 * index `histories` answers alone. It is worked out again only if a rule or a type was added, also
 * by another connection.
 */
import type { Database } from 'better-sqlite3';
import type { EventRole } from '../../contract/meaning/default-roles.ts';
import { type EventRules, eventMeaning, ratingRuleOf } from '../../contract/meaning/event-meaning.ts';
import { type RatingRule, roleOfRating } from '../../contract/meaning/rating-rule.ts';

export interface Meanings {
  /** SQL conditions over `type` and `rating`, for events of the index. */
  positive: string;
  negative: string;
  /** Every event of the index is positive with weight 1. */
  areAllPlain: boolean;
  /** Whether an event can be negative. */
  haveNegative: boolean;
  haveWeights: boolean;
  roleOf(type: number, rating: number | null): EventRole;
  weightOf(type: number): number;
  /** All types, those in no history included. */
  names: ReadonlyMap<number, string>;
}

export function meaningReader(database: Database): () => Meanings {
  const state = database
    .prepare<[], string>(
      `SELECT (SELECT count(*) FROM event_types) || ' ' || (SELECT coalesce(sum(type), 0) FROM event_types) || ' ' ||
        coalesce((SELECT value FROM settings WHERE key = 'eventRules'), '{}')`,
    )
    .pluck();
  const types = database.prepare<[], { type: number; name: string }>('SELECT type, name FROM event_types');
  let known: string | undefined;
  let meanings: Meanings | undefined;
  return () => {
    const now = state.get()!;
    if (meanings === undefined || now !== known) {
      known = now;
      meanings = meaningsOf(types.all(), JSON.parse(now.slice(now.indexOf('{'))));
    }
    return meanings;
  };
}

function meaningsOf(types: { type: number; name: string }[], rules: EventRules): Meanings {
  const ratings = ratingRuleOf(rules);
  const inIndex = types.filter(({ type }) => type > 0);
  const meaningOf = new Map(inIndex.map(({ type, name }) => [type, eventMeaning(name, rules)]));
  const withRole = (role: EventRole) => inIndex.flatMap(({ type }) => (meaningOf.get(type)?.role === role ? type : []));
  const isOneOf = (list: number[]) => `type IN (${list.join(', ')})`;
  const positiveTypes = withRole('positive');
  const negativeTypes = withRole('negative');
  // A condition that names no type takes the fewest steps, and most workspaces need none.
  const ofPositiveType = positiveTypes.length === inIndex.length ? 'TRUE' : isOneOf(positiveTypes);
  const haveWeights = [...meaningOf.values()].some(({ role, weight }) => role === 'positive' && weight !== 1);
  return {
    positive: ratings === undefined ? ofPositiveType : `(${ofPositiveType} AND ${positiveRating(ratings)})`,
    negative: `(${isOneOf(negativeTypes)}${ratings === undefined ? '' : ` OR (${ofPositiveType} AND ${negativeRating(ratings)})`})`,
    areAllPlain: positiveTypes.length === inIndex.length && ratings === undefined && !haveWeights,
    haveNegative: negativeTypes.length > 0 || ratings !== undefined,
    haveWeights,
    roleOf(type, rating) {
      const role = meaningOf.get(type)?.role ?? 'passive';
      return role !== 'positive' || rating === null || ratings === undefined ? role : roleOfRating(rating, ratings);
    },
    weightOf: (type) => meaningOf.get(type)?.weight ?? 1,
    names: new Map(types.map(({ type, name }) => [type, name])),
  };
}

const notRatedList = ({ notRated = [] }: RatingRule) => (notRated.length === 0 ? '' : notRated.join(', '));

function positiveRating(rule: RatingRule): string {
  const unrated = notRatedList(rule);
  return `(rating IS NULL OR rating >= ${rule.positiveFrom}${unrated === '' ? '' : ` OR rating IN (${unrated})`})`;
}

function negativeRating(rule: RatingRule): string {
  const unrated = notRatedList(rule);
  return `rating < ${rule.negativeBelow}${unrated === '' ? '' : ` AND rating NOT IN (${unrated})`}`;
}
