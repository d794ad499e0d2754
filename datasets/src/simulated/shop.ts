/**
 * The simulated shop: a catalogue with text, users with tastes, and the log of what happened
 * between them, from one seed. With it, Lorekeep can be tried, tested and measured without anyone's
 * data, and methods can be compared with the truth, which no real log contains. Its figures say
 * nothing about real shops.
 *
 * Equal options give equal bytes. Item n and user n do not depend on the numbers of items, users
 * and events (launch days depend on `days` and `newItemShare`), so a larger catalogue begins with
 * the smaller one. The log as a whole changes with any option: a longer log does not begin with the
 * shorter one.
 *
 * What a learner must know: text tells most of an item's meaning, not all; the log is biased by
 * position and by what the logging policy showed; tastes drift; items arrive; a click, its cart and
 * its purchase are three events on one item. Users check out during the visit, so a visit may end a
 * few minutes after the end of the period.
 */
import type { Event, Item } from '@lorekeep/store';
import { errors } from '../errors.ts';
import { clickProbability, examinationProbability, preference, SURFACES, type Surface } from './log/choice.ts';
import { SIMULATED_START, simulateTimeline } from './log/timeline.ts';
import { type ResolvedShopOptions, resolveShopOptions, type SimulatedShopOptions } from './options.ts';
import { createCatalogue, itemId } from './world/catalogue.ts';
import { createUsers, type UserState, userId } from './world/users.ts';
import { MEANING_DIM } from './world/vectors.ts';
import { createWorld } from './world/world.ts';

/** An impression with the probabilities behind it. */
export interface TrueImpression {
  event: Event;
  /** Probability that this position was looked at. */
  examination: number;
  /**
   * Probability of a click if it was looked at, given the errand of the visit and what was looked
   * at lately; 0 if the item was clicked earlier in this visit.
   */
  click: number;
}

/**
 * The truth behind the log. Every method throws `SIMULATED_UNKNOWN_ID` for an id that is not of
 * this shop.
 */
export interface SimulatedTruth {
  /**
   * Log-odds that the user clicks the item if it is looked at, at a moment (Unix seconds), without
   * an errand. Comparable over items and over users.
   */
  preference(user: string, item: string, time: number): number;
  /** The same as a probability. */
  clickProbability(user: string, item: string, time: number): number;
  /** Probability that a position (from 0) of a page of this surface is looked at. */
  examination(surface: Surface, position: number): number;
  /** The meaning of the item, its text and its hidden part, `[32]`, unit length. */
  itemVector(item: string): Float32Array;
  /** Taste, interests, budget and loved brands at a moment. */
  user(user: string, time: number): UserState;
  /** Unix seconds from which the item is for sale. */
  launchTime(item: string): number;
  /** Simulates the log again and yields all impressions with the probabilities behind them. */
  impressions(): Generator<TrueImpression, void, undefined>;
}

export interface SimulatedShop {
  options: ResolvedShopOptions;
  /** Unix seconds. No visit starts before `start`, or at or after `end`. */
  start: number;
  end: number;
  /** Page sizes by surface. */
  surfaces: Record<Surface, { pageSize: number }>;
  item(index: number): Item;
  /** All items, those not launched yet included. */
  items(): Generator<Item, void, undefined>;
  userIds(): Generator<string, void, undefined>;
  /**
   * Exactly `options.events` events in order of time, made as they are read. Each call starts from
   * the beginning.
   */
  events(): Generator<Event, void, undefined>;
  truth: SimulatedTruth;
}

const DAY = 86_400;

/**
 * @throws LorekeepError `SIMULATED_BAD_OPTION`
 * @example
 * const shop = simulateShop({ seed: 7, events: 20_000 });
 * for (const { type, user, item } of shop.events()) if (type === 'click') console.log(user, item);
 */
export function simulateShop(options: SimulatedShopOptions = {}): SimulatedShop {
  const resolved = resolveShopOptions(options);
  const world = createWorld(resolved.seed);
  const catalogue = createCatalogue(world, resolved);
  const users = createUsers(world, resolved);
  const timeline = () => simulateTimeline(world, catalogue, users, resolved);

  const itemNumber = (id: string) => numberOf('item', id, resolved.items);
  // Callers mostly ask many times about one user and one day.
  let cached: { user: number; day: number; state: UserState } | undefined;
  const stateOf = (id: string, time: number): UserState => {
    const user = numberOf('user', id, resolved.users);
    const day = Math.floor((time - SIMULATED_START) / DAY);
    if (cached?.user !== user || cached.day !== day) cached = { user, day, state: users.at(user, day) };
    return cached.state;
  };
  const truePreference = (user: string, item: string, time: number) =>
    preference(catalogue, stateOf(user, time), itemNumber(item));

  return {
    options: resolved,
    start: SIMULATED_START,
    end: SIMULATED_START + resolved.days * DAY,
    surfaces: SURFACES,
    item: (index) => catalogue.item(itemNumber(itemId(index))),
    *items() {
      for (let index = 0; index < resolved.items; index++) yield catalogue.item(index);
    },
    *userIds() {
      for (let index = 0; index < resolved.users; index++) yield userId(index);
    },
    *events() {
      for (const { event } of timeline()) yield event;
    },
    truth: {
      preference: truePreference,
      clickProbability: (user, item, time) => clickProbability(truePreference(user, item, time)),
      examination: examinationProbability,
      itemVector: (item) =>
        catalogue.vectors.slice(itemNumber(item) * MEANING_DIM, (itemNumber(item) + 1) * MEANING_DIM),
      user: stateOf,
      launchTime: (item) => SIMULATED_START + catalogue.launchDay[itemNumber(item)] * DAY,
      *impressions() {
        for (const { event, examination, click } of timeline()) {
          if (event.type === 'impression') yield { event, examination: examination!, click: click! };
        }
      },
    },
  };
}

/** @throws LorekeepError `SIMULATED_UNKNOWN_ID` */
function numberOf(kind: 'item' | 'user', id: string, count: number): number {
  const match = /^sim-(item|user)-(\d{6,7})$/.exec(id);
  const index = Number(match?.[2]);
  if (match?.[1] !== kind || !(index < count)) throw errors.SIMULATED_UNKNOWN_ID({ kind, id, count });
  return index;
}
