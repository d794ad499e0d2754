/** The event log, read once: events by day and type, the newest items of users. */
import { EARLIEST_TIME } from '@lorekeep/core';
import type { Event } from '@lorekeep/store';
import type { SurveyRun } from './survey.ts';

const BATCH = 256;
/** Days that are shown. */
const DAYS = 120;
/** Types with a line of their own; the others share one. */
const TYPES = 6;
/** Users whose newest items are held. */
const MAX_USERS = 200_000;
const NEWEST = 3;
const EXAMPLES = 8;
const DAY_S = 86_400;

export interface UserTail {
  /** The newest last, each once, at most three. */
  items: string[];
  times: number[];
}

export interface EventSurvey {
  /** Unix seconds. */
  at: number;
  total: number;
  /** The most frequent first. */
  types: { type: string; events: number; rated: number }[];
  ordinals: boolean;
  last: number | null;
  days: { from: string | null; byType: { type: string; counts: number[] }[]; leftOut: number };
  tails: ReadonlyMap<string, UserTail>;
  exampleUsers: string[];
  exampleItems: string[];
}

/** @param positive types of events that count as a choice */
export async function surveyEvents(
  { store, next }: SurveyRun,
  positive: (type: string) => boolean,
): Promise<EventSurvey> {
  const expected = (await store.counts()).events;
  const counts = new Map<string, Map<number, number>>();
  const rated = new Map<string, number>();
  const tails = new Map<string, UserTail>();
  let total = 0;
  let last = Number.NEGATIVE_INFINITY;
  for await (const batch of store.events({ batchSize: BATCH })) {
    for (const event of batch) {
      total++;
      last = Math.max(last, event.timestamp);
      countDay(counts, event);
      if (event.rating !== undefined) rated.set(event.type, (rated.get(event.type) ?? 0) + 1);
      if (positive(event.type)) extendTail(tails, event);
    }
    await next(total, Math.max(total, expected));
  }
  // Ordinals stand for the order alone.
  const ordinals = total > 0 && last < EARLIEST_TIME;
  const newest = [...tails.entries()]
    .filter(([, { items }]) => items.length === NEWEST)
    .sort(([, a], [, b]) => (b.times.at(-1) as number) - (a.times.at(-1) as number));
  return {
    at: Date.now() / 1000,
    total,
    types: [...counts]
      .map(([type, days]) => ({ type, events: sumOf(days), rated: rated.get(type) ?? 0 }))
      .sort((a, b) => b.events - a.events),
    ordinals,
    last: total === 0 || ordinals ? null : last,
    days: ordinals ? { from: null, byType: [], leftOut: 0 } : daysOf(counts, last),
    tails,
    exampleUsers: newest.slice(0, EXAMPLES).map(([user]) => user),
    exampleItems: [...new Set(newest.slice(0, 4 * EXAMPLES).flatMap(([, { items }]) => items.slice(-1)))].slice(
      0,
      EXAMPLES,
    ),
  };
}

const sumOf = (days: ReadonlyMap<number, number>) => days.values().reduce((sum, count) => sum + count, 0);

function countDay(counts: Map<string, Map<number, number>>, { type, timestamp }: Event): void {
  let days = counts.get(type);
  if (days === undefined) {
    days = new Map();
    counts.set(type, days);
  }
  const day = Math.floor(timestamp / DAY_S);
  days.set(day, (days.get(day) ?? 0) + 1);
}

function extendTail(tails: Map<string, UserTail>, { user, item, timestamp }: Event): void {
  let tail = tails.get(user);
  if (tail === undefined) {
    if (tails.size >= MAX_USERS) return;
    tail = { items: [], times: [] };
    tails.set(user, tail);
  }
  // A click and a purchase of one item are one interest.
  const known = tail.items.indexOf(item);
  if (known >= 0) {
    if (tail.times[known] > timestamp) return;
    tail.items.splice(known, 1);
    tail.times.splice(known, 1);
  }
  let at = tail.times.length;
  while (at > 0 && tail.times[at - 1] > timestamp) at--;
  tail.items.splice(at, 0, item);
  tail.times.splice(at, 0, timestamp);
  if (tail.items.length > NEWEST) {
    tail.items.shift();
    tail.times.shift();
  }
}

function daysOf(counts: ReadonlyMap<string, ReadonlyMap<number, number>>, last: number): EventSurvey['days'] {
  const end = Math.floor(last / DAY_S);
  const first = Math.min(end, ...[...counts.values()].flatMap((days) => [...days.keys()]));
  const from = Math.max(first, end - DAYS + 1);
  const sums = [...counts]
    .map(([type, days]) => ({ type, days, total: sumOf(days) }))
    .sort((a, b) => b.total - a.total);
  let leftOut = 0;
  const empty = () => new Array<number>(Math.max(0, end - from + 1)).fill(0);
  const byType: { type: string; counts: number[] }[] = [];
  sums.forEach(({ type, days }, rank) => {
    if (rank < TYPES) byType.push({ type, counts: empty() });
    else if (rank === TYPES) byType.push({ type: `${sums.length - TYPES} other types`, counts: empty() });
    const line = byType[Math.min(rank, TYPES)].counts;
    for (const [day, count] of days) {
      if (day < from) leftOut += count;
      else line[day - from] += count;
    }
  });
  const isEmpty = sums.length === 0;
  return { from: isEmpty ? null : new Date(from * DAY_S * 1000).toISOString().slice(0, 10), byType, leftOut };
}
