/** `lorekeep events` */
import type { RatingRule } from '@lorekeep/store';
import type { EventSummary } from '@lorekeep/workspace';
import type { CommandContext } from '../context.ts';
import { applyEventOptions, type EventOptions } from '../options/event-options.ts';
import { table } from '../terminal.ts';

export async function eventsCommand({ workspace, output }: CommandContext, options: EventOptions): Promise<void> {
  await applyEventOptions(workspace, options);
  const summary = await workspace.events();
  output.result({ ...summary }, eventLines(summary).join('\n'));
}

const count = (n: number) => n.toLocaleString('en-US');

const FROM = { rule: 'set here', default: '', unknown: 'name not known' };

/** The types with their roles, and the rule for ratings. */
export function eventLines({ types, ratings, rules }: EventSummary): string[] {
  if (types.length === 0) return ['There are no events yet.'];
  const rows = types.map(({ type, role, weight, events, from }) => [
    type,
    role,
    role === 'positive' ? String(weight) : '',
    count(events),
    FROM[from],
  ]);
  const preset =
    rules.preset === 'all-positive' ? ['Whatever is not passive is positive (--event-preset by-name ends this).'] : [];
  return [table([['type', 'role', 'weight', 'events', ''], ...rows]), '', ...preset, ratingLine(ratings)];
}

function ratingLine({ rule, from, scale, values }: EventSummary['ratings']): string {
  if (values.length === 0) return 'Ratings: none.';
  if (rule === undefined)
    return scale === undefined ? 'Ratings: not used; their scale is not known.' : 'Ratings: not used.';
  const events = (isMeant: (rating: number) => boolean) =>
    count(values.reduce((sum, { rating, events: own }) => sum + (isMeant(rating) ? own : 0), 0));
  const { positiveFrom, negativeBelow, notRated = [] } = rule;
  const isRated = (rating: number) => !notRated.includes(rating);
  const parts = [
    `${positiveFrom} and more positive (${events((rating) => isRated(rating) && rating >= positiveFrom)} events)`,
    `below ${negativeBelow} negative (${events((rating) => isRated(rating) && rating < negativeBelow)})`,
    ...middle(rule, events),
    ...(notRated.length === 0 ? [] : [`${notRated.join(' and ')} not rated (${events((rating) => !isRated(rating))})`]),
  ];
  return `Ratings${scale === undefined ? '' : ` ${scale}`}: ${parts.join(', ')}${from === 'rule' ? '; set here' : ''}.`;
}

function middle(
  { positiveFrom, negativeBelow, notRated }: RatingRule,
  events: (isMeant: (rating: number) => boolean) => string,
): string[] {
  if (positiveFrom === negativeBelow) return [];
  const isMiddle = (rating: number) =>
    rating >= negativeBelow && rating < positiveFrom && notRated?.includes(rating) !== true;
  return [`between them ignored (${events(isMiddle)})`];
}
