/**
 * One visit: why the user came, which pages were shown, what was looked at, clicked, put in the cart and bought.
 * Purchases have consequences: things that go with them are wanted next (a drill, then drill bits), consumables run
 * out and are bought again, mostly the same one.
 */
import type { Random } from '@lorekeep/core';
import type { Event } from '@lorekeep/store';
import { type Catalogue, itemId } from './catalogue.ts';
import {
  cartProbability,
  clickProbability,
  type Errand,
  errandBonus,
  examinationProbability,
  preference,
  purchaseProbability,
  type Surface,
} from './choice.ts';
import { pick, pickWeighted, type World } from './meaning.ts';
import type { LoggingPolicy } from './pages.ts';
import { type UserState, userId } from './users.ts';

/** An event with what an observer of the real world never sees. */
export interface TracedEvent {
  event: Event;
  /** The item's number in the catalogue. */
  item: number;
  /** Of an impression: the true probability that this position was looked at. */
  examination?: number;
  /** Of an impression: the true probability of a click if it was looked at, errand and all. */
  click?: number;
}

interface Need {
  type: number;
  item?: number;
  /** Seconds since the start of the log. */
  due: number;
}

const RECENT_SHELVES = 3;
const RECENT_ITEMS = 16;
/** Log-odds lost by an item that the user looked at not long ago, unless it is to be bought again. */
const SEEN_PENALTY = 2;
const MOST_NEEDS = 8;
const MOST_PAGES = 15;
const DAY = 86_400;

/** What is remembered of users between visits: a few bytes each, and the open needs of those who bought. */
export interface UserMemory {
  /** `[users × 3]` shelves of the last clicks, latest first, −1 where none. */
  recentShelves: Int16Array;
  /** `[users × 16]` the last items clicked, latest first, −1 where none: what was looked at is less interesting. */
  recentItems: Int32Array;
  needs: Map<number, Need[]>;
}

export function createUserMemory(users: number): UserMemory {
  return {
    recentShelves: new Int16Array(users * RECENT_SHELVES).fill(-1),
    recentItems: new Int32Array(users * RECENT_ITEMS).fill(-1),
    needs: new Map(),
  };
}

export interface Visit {
  user: number;
  state: UserState;
  /** Public session id. */
  session: string;
  /** Seconds since the start of the log. */
  start: number;
  /** Unix seconds of the start of the log. */
  epoch: number;
}

/** Lives one visit; its events in order of time. */
export function liveVisit(
  { user, state, session, start, epoch }: Visit,
  world: World,
  catalogue: Catalogue,
  policy: LoggingPolicy,
  memory: UserMemory,
  random: Random,
): TracedEvent[] {
  const log: TracedEvent[] = [];
  const recent = memory.recentShelves.subarray(user * RECENT_SHELVES, (user + 1) * RECENT_SHELVES);
  const seen = memory.recentItems.subarray(user * RECENT_ITEMS, (user + 1) * RECENT_ITEMS);
  const shelfOf = (type: number) => world.types[type].shelf.index;
  const clicked = new Set<number>();
  const cart = new Map<number, number>();
  const name = userId(user);
  let now = start;
  const record = (item: number, type: string, place: { surface: string; position: number } | undefined) => {
    const event: Event = {
      user: name,
      item: itemId(item),
      type,
      timestamp: epoch + Math.floor(now),
      session,
      ...place,
    };
    log.push({ event, item });
    return log[log.length - 1];
  };

  let errand = chooseErrand(world, state, memory.needs.get(user), start, random);
  let surface: Surface =
    errand === undefined ? 'home' : pick(random, ['search', 'search', 'category', 'home'] as const);
  let anchor = -1;
  for (let shown = 0; shown < MOST_PAGES; shown++) {
    now += 2 + exponential(random, 8);
    const page = policy.page({ surface, errand, recentShelves: recent, anchor }, random);
    const examined: boolean[] = [];
    const logOdds: number[] = [];
    page.forEach((item, position) => {
      const examination = examinationProbability(surface, position);
      const type = catalogue.type[item];
      logOdds[position] = preference(catalogue, state, item) + errandBonus(type, shelfOf(type), item, errand);
      if (seen.includes(item) && item !== errand?.item) logOdds[position] -= SEEN_PENALTY;
      examined[position] = random.next() < examination;
      const impression = record(item, 'impression', { surface, position });
      impression.examination = examination;
      // Nobody clicks the same thing twice in one visit.
      impression.click = clicked.has(item) ? 0 : clickProbability(logOdds[position]);
    });
    const impressions = log.slice(log.length - page.length);
    let lastClick = -1;
    for (let position = 0; position < page.length; position++) {
      if (!examined[position]) continue;
      now += 1 + exponential(random, 2);
      if (random.next() >= impressions[position].click!) continue;
      const item = page[position];
      now += exponential(random, 4);
      record(item, 'click', { surface, position });
      clicked.add(item);
      lastClick = item;
      recent.copyWithin(1, 0, RECENT_SHELVES - 1);
      recent[0] = shelfOf(catalogue.type[item]);
      seen.copyWithin(1, 0, RECENT_ITEMS - 1);
      seen[0] = item;
      now += 5 + exponential(random, 25);
      if (random.next() < cartProbability(logOdds[position])) {
        record(item, 'cart', undefined);
        cart.set(item, logOdds[position]);
        if (errand !== undefined && catalogue.type[item] === errand.type)
          errand = complementErrand(world, errand, random);
      }
    }
    if (lastClick >= 0 && random.next() < 0.4) {
      surface = 'similar';
      anchor = lastClick;
    } else if (random.next() < 0.37) break;
    else surface = errand === undefined ? 'home' : pick(random, ['search', 'search', 'category', 'home'] as const);
  }
  for (const [item, odds] of cart) {
    if (random.next() >= purchaseProbability(odds)) continue;
    now += 10 + exponential(random, 20);
    record(item, 'purchase', undefined);
    rememberPurchase(world, memory, user, item, catalogue.type[item], now, random);
  }
  return log;
}

const exponential = (random: Random, mean: number) => -mean * Math.log(1 - random.next());

function chooseErrand(
  world: World,
  state: UserState,
  needs: Need[] | undefined,
  now: number,
  random: Random,
): Errand | undefined {
  const due = needs?.findIndex((need) => need.due <= now) ?? -1;
  if (due >= 0 && random.next() < 0.65) {
    const [need] = needs!.splice(due, 1);
    const errand: Errand = { type: need.type, shelf: world.types[need.type].shelf.index };
    return need.item === undefined ? errand : { ...errand, item: need.item };
  }
  if (random.next() < 0.3) return undefined;
  const interest =
    state.interests[
      pickWeighted(
        random,
        state.interests.map(({ share }) => share),
      )
    ];
  const { typeIndexes } = world.shelves[interest.shelf];
  const type = random.next() < 0.4 ? interest.favouriteType : pick(random, typeIndexes);
  return { type, shelf: interest.shelf };
}

/** With the thing in the cart, some go on to what goes with it; the others just look around. */
function complementErrand(world: World, { type }: Errand, random: Random): Errand | undefined {
  const { complements } = world.types[type];
  if (complements.length === 0 || random.next() >= 0.4) return undefined;
  const next = pick(random, complements);
  return { type: next, shelf: world.types[next].shelf.index };
}

function rememberPurchase(
  world: World,
  memory: UserMemory,
  user: number,
  item: number,
  type: number,
  now: number,
  random: Random,
): void {
  const { lastsDays, complements } = world.types[type];
  const needs = memory.needs.get(user) ?? [];
  if (lastsDays !== undefined) {
    const due = now + lastsDays * DAY * Math.exp(0.25 * random.normal());
    needs.push(random.next() < 0.65 ? { type, item, due } : { type, due });
  }
  for (const complement of complements) {
    if (random.next() < 0.45) needs.push({ type: complement, due: now + exponential(random, 5 * DAY) });
  }
  while (needs.length > MOST_NEEDS) needs.shift();
  if (needs.length > 0) memory.needs.set(user, needs);
}
