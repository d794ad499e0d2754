/**
 * The behaviour sequences of users while a service runs: the impression log as it was loaded, and what
 * has happened since. An event that arrives counts at the next request. An impression is a behaviour;
 * an outcome is added to the impression that it belongs to, by the rules of the impression log.
 */
import { type Behaviours, behaviourKind } from '@lorekeep/ranking';
import { type Event, type ImpressionLog, PASSIVE_EVENT_TYPES, requestNumber } from '@lorekeep/store';

/** Seconds after an impression in which an outcome without a known request belongs to it, as in the log. */
const WINDOW = 3600;
/** How many behaviours of a user are looked at for an outcome, and kept once the user is active. */
const KEPT_SEQUENCES = 4;

/** What a user was shown, and what came of it. */
export interface Behaviour {
  item: number;
  /** Unix seconds. */
  timestamp: number;
  surface: number;
  /** 0 if no request is known. */
  request: number;
  /** Bit mask of outcomes. */
  outcomes: number;
}

/** How the ids of an event are numbered; an unknown one gets a number. */
export interface EventNumbers {
  user(id: string): number;
  item(id: string): number;
  surface(name: string): number;
  outcome(type: string): number;
}

export interface LiveSequences extends Behaviours {
  /** Takes in an event that is stored. */
  add(event: Event, numbers: EventNumbers): void;
  forget(user: number): void;
  /**
   * Reads sequences as they were at a time, until the next call; with `own`, of every user those
   * instead. Oldest first.
   */
  view(at: number, own?: readonly Behaviour[]): void;
}

export function createLiveSequences(log: ImpressionLog, length: number): LiveSequences {
  const { offsets, rows } = rowsByUser(log);
  /** Of users with new events: their last behaviours, oldest first. */
  const active = new Map<number, Behaviour[]>();
  let until = Number.POSITIVE_INFINITY;
  let given: readonly Behaviour[] | undefined;

  const logged = (user: number, count: number): Behaviour[] => {
    if (user < 0 || user + 1 >= offsets.length) return [];
    const end = offsets[user + 1];
    return Array.from(rows.subarray(Math.max(offsets[user], end - count), end), (row) => ({
      item: log.items[row],
      timestamp: log.timestamps[row],
      surface: log.surfaces[row],
      request: log.requests[row],
      outcomes: log.outcomes[row],
    }));
  };

  /** The sequence of a user to write to. */
  const ofUser = (user: number): Behaviour[] => {
    let own = active.get(user);
    if (own === undefined) active.set(user, (own = logged(user, KEPT_SEQUENCES * length)));
    return own;
  };

  return {
    length,
    record() {},
    commit() {},
    view(at, own) {
      until = at;
      given = own;
    },
    read(user, into, at) {
      let size = 0;
      const put = (item: number, kind: number, timestamp: number) => {
        into.items[at + size] = item;
        into.kinds[at + size] = kind;
        into.timestamps[at + size] = timestamp;
        size++;
      };
      const own = given ?? active.get(user);
      if (own !== undefined) {
        for (let i = own.length - 1; i >= 0 && size < length; i--) {
          const { item, timestamp, surface, outcomes } = own[i];
          if (timestamp <= until) put(item, behaviourKind(outcomes, surface), timestamp);
        }
      } else if (user >= 0 && user + 1 < offsets.length) {
        for (let i = offsets[user + 1] - 1; i >= offsets[user] && size < length; i--) {
          const row = rows[i];
          if (log.timestamps[row] > until) continue;
          put(log.items[row], behaviourKind(log.outcomes[row], log.surfaces[row]), log.timestamps[row]);
        }
      }
      return size;
    },
    add(event, numbers) {
      const own = ofUser(numbers.user(event.user));
      const item = numbers.item(event.item);
      const request = event.request === undefined ? 0 : requestNumber(event.request);
      const { timestamp } = event;
      if (PASSIVE_EVENT_TYPES.includes(event.type)) {
        const surface = event.surface === undefined ? -1 : numbers.surface(event.surface);
        let place = own.length;
        while (place > 0 && own[place - 1].timestamp > timestamp) place--;
        own.splice(place, 0, { item, timestamp, surface, request, outcomes: 0 });
        if (own.length > 2 * KEPT_SEQUENCES * length) own.splice(0, own.length - KEPT_SEQUENCES * length);
        return;
      }
      const shown = shownBefore(own, item, timestamp, request);
      if (shown !== undefined) shown.outcomes |= 1 << numbers.outcome(event.type);
    },
    forget(user) {
      active.set(user, []);
    },
  };
}

/** The impression that an outcome belongs to: see `attributeOutcomes` of the store. */
function shownBefore(
  own: readonly Behaviour[],
  item: number,
  timestamp: number,
  request: number,
): Behaviour | undefined {
  const ofItem = own.filter((behaviour) => behaviour.item === item);
  const latest = (from: readonly Behaviour[]) => from.findLast((behaviour) => behaviour.timestamp <= timestamp);
  if (request !== 0) {
    const listed = ofItem.filter((behaviour) => behaviour.request === request);
    if (listed.length > 0) return latest(listed) ?? listed[0];
  }
  const found = latest(request === 0 ? ofItem : ofItem.filter((behaviour) => behaviour.request === 0));
  return found !== undefined && timestamp - found.timestamp <= WINDOW ? found : undefined;
}

/** The rows of each user, in the order of the log: those of user `u` are `rows[offsets[u] … offsets[u + 1])`. */
function rowsByUser({ users, userIds }: ImpressionLog): { offsets: Uint32Array; rows: Uint32Array } {
  const offsets = new Uint32Array(userIds.length + 1);
  for (const user of users) offsets[user + 1]++;
  for (let user = 0; user < userIds.length; user++) offsets[user + 1] += offsets[user];
  const next = offsets.slice();
  const rows = new Uint32Array(users.length);
  for (const [row, user] of users.entries()) rows[next[user]++] = row;
  return { offsets, rows };
}
