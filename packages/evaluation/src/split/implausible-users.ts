/**
 * Users with implausibly many events: crawlers and shared devices. One of them outweighs thousands
 * of people in everything that is counted.
 */
import type { InteractionLog } from '@lorekeep/store';

/** A user with at most this number of events is never implausible. */
const LEAST_LIMIT = 1000;
/** By default, users with more than `FACTOR` times the events of the user at `SHARE` are left out. */
const SHARE = 0.95;
const FACTOR = 20;

export interface ImplausibleUsers {
  /** Largest number of events of a user who counts; infinite without a limit. */
  limit: number;
  /** Rows in the log, ascending. */
  users: Uint32Array;
}

/**
 * @param limit largest number of positive events, 0 for no limit. `'auto'`: 20 times the events of
 *   the user whom 95 % of the users do not exceed, and at least 1,000. With few users the busiest
 *   are above that user too, so they do not raise the limit themselves.
 */
export function implausibleUsers({ offsets }: InteractionLog, limit: number | 'auto'): ImplausibleUsers {
  if (limit === 0) return { limit: Number.POSITIVE_INFINITY, users: new Uint32Array(0) };
  const counts = offsets.subarray(1).map((end, user) => end - offsets[user]);
  const most = limit === 'auto' ? usualLimit(counts) : limit;
  return { limit: most, users: Uint32Array.from(counts.keys()).filter((user) => counts[user] > most) };
}

/**
 * `[items]` number of users who chose each item: its popularity. A user counts once, and those with
 * implausibly many events not at all.
 */
export function popularityOf(log: InteractionLog, maxUserEvents: number | 'auto'): Uint32Array {
  const counts = new Uint32Array(log.itemIds.length);
  const leftOut = new Set(implausibleUsers(log, maxUserEvents).users);
  for (let user = 0; user < log.userIds.length; user++) {
    if (leftOut.has(user)) continue;
    for (const item of new Set(log.items.subarray(log.offsets[user], log.offsets[user + 1]))) counts[item]++;
  }
  return counts;
}

function usualLimit(counts: Uint32Array): number {
  const active = counts.filter((count) => count > 0).sort();
  if (active.length === 0) return LEAST_LIMIT;
  return Math.max(LEAST_LIMIT, FACTOR * active[Math.floor(SHARE * (active.length - 1))]);
}
