/**
 * The log of the simulated shop, in order of time, without ever holding it: visits start one after another, each is
 * lived at once, and its events wait in a heap until no later visit can come before them. Only the events of visits
 * under way are in memory (some thousands for ten million).
 *
 * The number of events is met exactly. The gap to the next visit is drawn from the time and the events that remain,
 * so the rate corrects itself and the last event falls at the end of the period.
 */
import type { Catalogue } from './catalogue.ts';
import type { World } from './meaning.ts';
import type { ResolvedShopOptions } from './options.ts';
import { createLoggingPolicy } from './pages.ts';
import { createUserMemory, liveVisit, type TracedEvent } from './session.ts';
import type { Users } from './users.ts';

/** First second of every simulated log: 2025-01-01, midnight UTC. */
export const SIMULATED_START = 1_735_689_600;

const DAY = 86_400;
const FIRST_GUESS_EVENTS_A_VISIT = 40;
/** Visits by hour of the day, relative: quiet nights, busy evenings. */
const HOURS = [2, 1, 1, 1, 1, 2, 4, 6, 7, 8, 8, 8, 9, 9, 8, 8, 8, 9, 10, 12, 13, 12, 8, 4];

export function* liveTimeline(
  world: World,
  catalogue: Catalogue,
  users: Users,
  options: ResolvedShopOptions,
): Generator<TracedEvent, void, undefined> {
  const random = world.root.fork('timeline');
  const policy = createLoggingPolicy(world, catalogue, options.policy);
  const memory = createUserMemory(users.count);
  const busyUntil = new Float64Array(users.count);
  const drawUser = createUserDraw(users.activity);
  const warp = createDayWarp(options.days);
  const waiting = createEventHeap();
  let generated = 0;
  let emitted = 0;
  let visits = 0;
  /** Share of the period's visiting time that has passed. */
  let passed = 0;
  let start = 0;

  while (emitted < options.events) {
    if (generated < options.events) {
      const eventsAVisit = (20 * FIRST_GUESS_EVENTS_A_VISIT + generated) / (20 + visits);
      const gap = ((1 - passed) * eventsAVisit) / (options.events - generated + eventsAVisit);
      passed = Math.min(1 - 1e-9, passed - gap * Math.log(1 - random.next()));
      start = warp(passed);
    } else start = Number.POSITIVE_INFINITY;

    while (emitted < options.events && waiting.earliest() < SIMULATED_START + start) {
      const traced = waiting.pop();
      if (traced.event.type === 'click') policy.countClick(traced.item);
      emitted++;
      yield traced;
    }
    if (start === Number.POSITIVE_INFINITY) continue;

    let user = drawUser(random.next());
    for (let attempt = 0; attempt < 20 && busyUntil[user] >= start; attempt++) user = drawUser(random.next());
    const day = Math.floor(start / DAY);
    policy.advanceTo(day);
    const session = `sim-session-${String(visits).padStart(7, '0')}`;
    const visit = { user, state: users.at(user, day), session, start, epoch: SIMULATED_START };
    const log = liveVisit(visit, world, catalogue, policy, memory, random);
    for (const traced of log) waiting.push(traced);
    busyUntil[user] = log[log.length - 1].event.timestamp - SIMULATED_START + 60;
    generated += log.length;
    visits++;
  }
}

/** A uniform number → a user, with probability proportional to activity. */
function createUserDraw(activity: Float64Array): (uniform: number) => number {
  const cumulative = new Float64Array(activity.length);
  let total = 0;
  for (let i = 0; i < activity.length; i++) cumulative[i] = total += activity[i];
  return (uniform) => {
    const target = uniform * total;
    let low = 0;
    let high = activity.length - 1;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (cumulative[middle] > target) high = middle;
      else low = middle + 1;
    }
    return low;
  };
}

/** Share of visiting time passed → seconds since the start, slow through the nights. */
function createDayWarp(days: number): (passed: number) => number {
  const total = HOURS.reduce((sum, weight) => sum + weight, 0);
  return (passed) => {
    const day = Math.floor(passed * days);
    let left = (passed * days - day) * total;
    let hour = 0;
    while (hour < 23 && left >= HOURS[hour]) left -= HOURS[hour++];
    return day * DAY + (hour + left / HOURS[hour]) * 3600;
  };
}

/** A binary heap by time stamp, then order of arrival. */
function createEventHeap() {
  const events: TracedEvent[] = [];
  const order: number[] = [];
  let arrivals = 0;
  const before = (a: number, b: number) => events[a].event.timestamp - events[b].event.timestamp || order[a] - order[b];
  const swap = (a: number, b: number) => {
    [events[a], events[b]] = [events[b], events[a]];
    [order[a], order[b]] = [order[b], order[a]];
  };
  return {
    earliest: () => (events.length === 0 ? Number.POSITIVE_INFINITY : events[0].event.timestamp),
    push(traced: TracedEvent): void {
      let child = events.push(traced) - 1;
      order.push(arrivals++);
      for (let parent = (child - 1) >> 1; child > 0 && before(child, parent) < 0; parent = (child - 1) >> 1) {
        swap(child, parent);
        child = parent;
      }
    },
    pop(): TracedEvent {
      const last = events.length - 1;
      swap(0, last);
      order.pop();
      const top = events.pop()!;
      for (let parent = 0; ; ) {
        let child = 2 * parent + 1;
        if (child >= last) break;
        if (child + 1 < last && before(child + 1, child) < 0) child++;
        if (before(parent, child) <= 0) break;
        swap(parent, child);
        parent = child;
      }
      return top;
    },
  };
}
