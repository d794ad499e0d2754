/**
 * The simulated shop: a catalogue with text, users with tastes, and the log of what happened between them, from one
 * seed. It exists so that everything here can be tried, tested and measured without anybody's data, and so that methods
 * can be judged against the truth, which no real log contains. Its figures say nothing about real shops.
 *
 * What holds for equal seeds: equal options give equal bytes. Item n and user n do not depend on how many items, users or
 * events there are (launch days depend on `days` and `newItemShare`), so a larger catalogue begins with the smaller one.
 * The log as a whole is another one for any other option: a longer log does not begin with the shorter.
 *
 * Facts of its making that matter to a learner: text tells most of an item's meaning, not all; the log is biased by
 * position and by what the logging policy chose to show; tastes drift; items arrive; a click, its cart and its purchase
 * are three events on one item. Checkout happens in the visit, so a visit may run a few minutes past the end of the period.
 */
import type { Event, Item } from '@lorekeep/store';
import { errors } from '../errors.ts';
import { createCatalogue, itemId } from './catalogue.ts';
import { clickProbability, examinationProbability, preference, SURFACES, type Surface } from './choice.ts';
import { createWorld, MEANING_DIM } from './meaning.ts';
import { type ResolvedShopOptions, resolveShopOptions, type SimulatedShopOptions } from './options.ts';
import { liveTimeline, SIMULATED_START } from './timeline.ts';
import { createUsers, type UserState, userId } from './users.ts';

/** An impression as it truly was. */
export interface TrueImpression {
  event: Event;
  /** Probability that this position was looked at. */
  examination: number;
  /** Probability of a click if it was looked at, the errand of the visit and what was looked at lately included; 0 if clicked in this visit. */
  click: number;
}

/** The truth behind the log. All of it throws `SIMULATED_UNKNOWN_ID` for an id that is not of this shop. */
export interface SimulatedTruth {
  /**
   * Log-odds that the user clicks the item once it is looked at, at a moment (unix seconds), on no particular errand.
   * Comparable over items and over users.
   */
  preference(user: string, item: string, time: number): number;
  /** The same as a probability. */
  clickProbability(user: string, item: string, time: number): number;
  /** Probability that a position (from 0) of a page of this surface is looked at. */
  examination(surface: Surface, position: number): number;
  /** What the item's text and hidden part mean, `[32]`, unit length. */
  itemVector(item: string): Float32Array;
  /** Taste, interests, budget and loved brands at a moment. */
  user(user: string, time: number): UserState;
  /** Unix seconds from which the item is for sale. */
  launchTime(item: string): number;
  /** Runs the log again and tells, for every impression, the probabilities behind it. */
  impressions(): Generator<TrueImpression, void, undefined>;
}

export interface SimulatedShop {
  options: ResolvedShopOptions;
  /** Unix seconds; `end` is exclusive for the start of visits. */
  start: number;
  end: number;
  /** Page sizes by surface. */
  surfaces: Record<Surface, { pageSize: number }>;
  item(index: number): Item;
  /** All items, those not launched yet included. */
  items(): Generator<Item, void, undefined>;
  userIds(): Generator<string, void, undefined>;
  /** Exactly `options.events` events in order of time, made as they are read. Each call begins anew. */
  events(): Generator<Event, void, undefined>;
  truth: SimulatedTruth;
}

/**
 * @throws LorekeepError `SIMULATED_BAD_OPTION`
 * @example
 * const shop = simulateShop({ seed: 7, events: 20_000 });
 * for (const event of shop.events()) if (event.type === 'click') console.log(event.user, event.item);
 */
export function simulateShop(options: SimulatedShopOptions = {}): SimulatedShop {
  const resolved = resolveShopOptions(options);
  const world = createWorld(resolved.seed);
  const catalogue = createCatalogue(world, resolved);
  const users = createUsers(world, resolved);
  const end = SIMULATED_START + resolved.days * 86_400;

  const numberOf = (kind: 'item' | 'user', id: string, count: number): number => {
    const match = /^sim-(item|user)-(\d{6,7})$/.exec(id);
    const index = Number(match?.[2]);
    if (match?.[1] !== kind || !(index < count)) throw errors.SIMULATED_UNKNOWN_ID({ kind, id, count });
    return index;
  };
  const itemNumber = (id: string) => numberOf('item', id, resolved.items);
  let remembered: { user: number; day: number; state: UserState } | undefined;
  const stateOf = (id: string, time: number): UserState => {
    const user = numberOf('user', id, resolved.users);
    const day = Math.floor((time - SIMULATED_START) / 86_400);
    if (remembered?.user !== user || remembered.day !== day) remembered = { user, day, state: users.at(user, day) };
    return remembered.state;
  };
  const truePreference = (user: string, item: string, time: number) =>
    preference(catalogue, stateOf(user, time), itemNumber(item));

  return {
    options: resolved,
    start: SIMULATED_START,
    end,
    surfaces: SURFACES,
    item: (index) => catalogue.item(itemNumber(itemId(index))),
    *items() {
      for (let index = 0; index < resolved.items; index++) yield catalogue.item(index);
    },
    *userIds() {
      for (let index = 0; index < resolved.users; index++) yield userId(index);
    },
    *events() {
      for (const { event } of liveTimeline(world, catalogue, users, resolved)) yield event;
    },
    truth: {
      preference: truePreference,
      clickProbability: (user, item, time) => clickProbability(truePreference(user, item, time)),
      examination: examinationProbability,
      itemVector: (item) =>
        catalogue.vectors.slice(itemNumber(item) * MEANING_DIM, (itemNumber(item) + 1) * MEANING_DIM),
      user: stateOf,
      launchTime: (item) => SIMULATED_START + catalogue.launchDay[itemNumber(item)] * 86_400,
      *impressions() {
        for (const { event, examination, click } of liveTimeline(world, catalogue, users, resolved)) {
          if (event.type === 'impression') yield { event, examination: examination!, click: click! };
        }
      },
    },
  };
}
