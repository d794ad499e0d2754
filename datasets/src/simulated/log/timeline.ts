/**
 * The log of the simulated shop, in order of time, without holding it in memory. Visits start one
 * after another; each is simulated as a whole, and its events wait in a heap until no later visit
 * can precede them. Only the events of visits under way are in memory (a few thousand in a log of
 * ten million).
 *
 * The number of events is met exactly. The gap to the next visit is drawn from the time and the
 * events that remain, so the rate corrects itself and the last event falls at the end of the
 * period.
 */
import type { Random } from '@lorekeep/core';
import type { ResolvedShopOptions } from '../options.ts';
import type { Catalogue } from '../world/catalogue.ts';
import { indexByCumulative } from '../world/draw.ts';
import type { Users } from '../world/users.ts';
import type { World } from '../world/world.ts';
import { createEventHeap } from './event-heap.ts';
import { createLoggingPolicy } from './logging-policy.ts';
import { createUserMemory } from './user-memory.ts';
import { type Shop, simulateVisit, type TracedEvent } from './visit.ts';

/** First second of every simulated log: 2025-01-01, midnight UTC. */
export const SIMULATED_START = 1_735_689_600;

const DAY = 86_400;
/** Events per visit, assumed as if 20 visits had been seen. */
const EXPECTED_EVENTS_PER_VISIT = 40;
const EXPECTED_VISITS = 20;
/** Relative number of visits by hour of the day: quiet nights, busy evenings. */
const HOURS = [2, 1, 1, 1, 1, 2, 4, 6, 7, 8, 8, 8, 9, 9, 8, 8, 8, 9, 10, 12, 13, 12, 8, 4];

export function* simulateTimeline(
  world: World,
  catalogue: Catalogue,
  users: Users,
  options: ResolvedShopOptions,
): Generator<TracedEvent, void, undefined> {
  const random = world.root.fork('timeline');
  const policy = createLoggingPolicy(world, catalogue, options.policy);
  const shop: Shop & { policy: typeof policy } = {
    world,
    catalogue,
    policy,
    memory: createUserMemory(users.count),
    random,
  };
  const nextStart = createVisitStarts(options, random);
  const chooseUser = createUserChoice(users.activity, random);
  const busyUntil = new Float64Array(users.count);
  const waiting = createEventHeap();
  let generated = 0;
  let emitted = 0;
  let visits = 0;

  while (emitted < options.events) {
    const start = generated < options.events ? nextStart(generated, visits) : Number.POSITIVE_INFINITY;
    while (emitted < options.events && waiting.earliest() < SIMULATED_START + start) {
      const traced = waiting.pop();
      if (traced.event.type === 'click') policy.countClick(traced.item);
      emitted++;
      yield traced;
    }
    if (start === Number.POSITIVE_INFINITY) continue;

    const user = chooseUser(busyUntil, start);
    const day = Math.floor(start / DAY);
    policy.advanceTo(day);
    const session = `sim-session-${String(visits).padStart(7, '0')}`;
    const log = simulateVisit({ user, state: users.at(user, day), session, start, epoch: SIMULATED_START }, shop);
    for (const traced of log) waiting.push(traced);
    busyUntil[user] = log[log.length - 1].event.timestamp - SIMULATED_START + 60;
    generated += log.length;
    visits++;
  }
}

/** Draws the start of each next visit, in seconds since the start of the log. */
function createVisitStarts(options: ResolvedShopOptions, random: Random) {
  const toSeconds = createDayWarp(options.days);
  /** Share of the period's visiting time that has passed. */
  let passed = 0;
  return (generated: number, visits: number): number => {
    const eventsPerVisit = (EXPECTED_VISITS * EXPECTED_EVENTS_PER_VISIT + generated) / (EXPECTED_VISITS + visits);
    const gap = ((1 - passed) * eventsPerVisit) / (options.events - generated + eventsPerVisit);
    passed = Math.min(1 - 1e-9, passed - gap * Math.log(1 - random.next()));
    return toSeconds(passed);
  };
}

/**
 * Draws a user with probability proportional to activity, and tries again (20 times) if the user is
 * in a visit.
 */
export function createUserChoice(activity: Float64Array, random: Random) {
  const cumulative = new Float64Array(activity.length);
  let total = 0;
  for (let i = 0; i < activity.length; i++) cumulative[i] = total += activity[i];
  const draw = () => indexByCumulative(cumulative, random.next());
  return (busyUntil: Float64Array, start: number): number => {
    let user = draw();
    for (let attempt = 0; attempt < 20 && busyUntil[user] >= start; attempt++) user = draw();
    return user;
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
