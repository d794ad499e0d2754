/**
 * One visit: why the user came, which pages were shown, and what was looked at, clicked, put in the
 * cart and bought.
 */
import type { Random } from '@lorekeep/core';
import type { Event } from '@lorekeep/store';
import { type Catalogue, itemId } from '../world/catalogue.ts';
import { exponential, pick } from '../world/draw.ts';
import { type UserState, userId } from '../world/users.ts';
import type { World } from '../world/world.ts';
import {
  cartProbability,
  clickProbability,
  examinationProbability,
  preference,
  purchaseProbability,
  type Surface,
} from './choice.ts';
import { addNeeds, chooseErrand, complementErrand, type Errand, errandBonus } from './errands.ts';
import type { LoggingPolicy } from './logging-policy.ts';
import type { UserMemory } from './user-memory.ts';

/** An event with what an observer of the real world never sees. */
export interface TracedEvent {
  event: Event;
  /** The item's number in the catalogue. */
  item: number;
  /** Of an impression: the true probability that this position was looked at. */
  examination?: number;
  /** Of an impression: the true probability of a click if it was looked at, the errand included. */
  click?: number;
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

/** What all visits share. */
export interface Shop {
  world: World;
  catalogue: Catalogue;
  memory: UserMemory;
  random: Random;
}

/** A visit under way. */
export interface OngoingVisit extends Shop, Visit {
  name: string;
  /** Id of the page that is shown: the request that its impressions and what follows from them name. */
  request: string;
  /** Seconds since the start of the log. */
  now: number;
  log: TracedEvent[];
  errand: Errand | undefined;
  clicked: Set<number>;
  /** What was put in the cart: log-odds of its click, and the page it was clicked on. */
  cart: Map<number, { logOdds: number; request: string }>;
}

/** One position of a page. */
interface Shown {
  item: number;
  position: number;
  logOdds: number;
  examined: boolean;
  /** Probability of a click if it is examined. */
  click: number;
}

export const MAX_PAGES = 15;
/**
 * Log-odds that an item loses if the user clicked it not long ago, unless it is to be bought again.
 */
const SEEN_PENALTY = 2;

/** Simulates one visit and returns its events in order of time. */
export function simulateVisit(visit: Visit, shop: Shop & { policy: LoggingPolicy }): TracedEvent[] {
  const { random, memory, policy } = shop;
  const ongoing = beginVisit(visit, shop);
  const recentShelves = memory.recentShelves(visit.user);
  let next: NextPage | undefined = { surface: chooseSurface(ongoing.errand, random), anchor: -1 };
  for (let pages = 0; pages < MAX_PAGES && next !== undefined; pages++) {
    const { surface, anchor }: NextPage = next;
    ongoing.now += 2 + exponential(random, 8);
    ongoing.request = `${visit.session}.${pages}`;
    const page = policy.page({ surface, errand: ongoing.errand, recentShelves, anchor }, random);
    const places = page.map((item, position) => ({ item, position }));
    const lastClick = browsePage(ongoing, surface, showPage(ongoing, surface, places));
    next = nextPage(ongoing, next, lastClick);
  }
  checkOut(ongoing);
  return ongoing.log;
}

/** The page that a visit goes on with. */
export interface NextPage {
  surface: Surface;
  /** The item that a `similar` page belongs to; −1 before the first. */
  anchor: number;
}

/** A visit before its first page. */
export function beginVisit(visit: Visit, shop: Shop): OngoingVisit {
  const { world, memory, random } = shop;
  const errand = chooseErrand(world, visit.state, memory.needs.get(visit.user), visit.start, random);
  return {
    ...shop,
    ...visit,
    name: userId(visit.user),
    request: '',
    now: visit.start,
    log: [],
    errand,
    clicked: new Set(),
    cart: new Map(),
  };
}

export function chooseSurface(errand: Errand | undefined, random: Random): Surface {
  return errand === undefined ? 'home' : pick(random, ['search', 'search', 'category', 'home'] as const);
}

/** Where a visit goes on; `undefined` if it ends. */
export function nextPage(
  { errand, random }: OngoingVisit,
  { anchor }: NextPage,
  lastClick: number | undefined,
): NextPage | undefined {
  if (lastClick !== undefined && random.next() < 0.4) return { surface: 'similar', anchor: lastClick };
  if (random.next() < 0.37) return undefined;
  return { surface: chooseSurface(errand, random), anchor };
}

/** Logs the impressions of a page and decides which positions are looked at. */
export function showPage(
  ongoing: OngoingVisit,
  surface: Surface,
  page: readonly { item: number; position: number }[],
): Shown[] {
  const { memory, user, random, clicked } = ongoing;
  const seen = memory.recentItems(user);
  return page.map(({ item, position }) => {
    const examination = examinationProbability(surface, position);
    const logOdds = clickLogOdds(ongoing, item, seen);
    const examined = random.next() < examination;
    // An item is clicked at most once per visit.
    const click = clicked.has(item) ? 0 : clickProbability(logOdds);
    Object.assign(record(ongoing, item, 'impression', { surface, position }), { examination, click });
    return { item, position, logOdds, examined, click };
  });
}

function clickLogOdds({ world, catalogue, state, errand }: OngoingVisit, item: number, seen: Int32Array): number {
  const type = catalogue.type[item];
  const bonus = errandBonus(type, world.types[type].shelf.index, item, errand);
  const logOdds = preference(catalogue, state, item) + bonus;
  return seen.includes(item) && item !== errand?.item ? logOdds - SEEN_PENALTY : logOdds;
}

/** Looks at a page from top to bottom, clicks and fills the cart; returns the item clicked last. */
export function browsePage(ongoing: OngoingVisit, surface: Surface, shown: Shown[]): number | undefined {
  const { world, catalogue, memory, user, random, clicked, cart } = ongoing;
  let lastClick: number | undefined;
  shown.forEach(({ item, position, logOdds, examined, click }) => {
    if (!examined) return;
    ongoing.now += 1 + exponential(random, 2);
    if (random.next() >= click) return;
    ongoing.now += exponential(random, 4);
    record(ongoing, item, 'click', { surface, position });
    clicked.add(item);
    lastClick = item;
    const type = catalogue.type[item];
    memory.addClick(user, item, world.types[type].shelf.index);
    ongoing.now += 5 + exponential(random, 25);
    if (random.next() >= cartProbability(logOdds)) return;
    record(ongoing, item, 'cart');
    cart.set(item, { logOdds, request: ongoing.request });
    if (ongoing.errand?.type === type) ongoing.errand = complementErrand(world, ongoing.errand, random);
  });
  return lastClick;
}

/** Buys some of the cart; purchases create needs. */
export function checkOut(ongoing: OngoingVisit): void {
  const { world, catalogue, memory, user, random, cart } = ongoing;
  for (const [item, { logOdds, request }] of cart) {
    if (random.next() >= purchaseProbability(logOdds)) continue;
    ongoing.now += 10 + exponential(random, 20);
    record({ ...ongoing, request }, item, 'purchase');
    const needs = addNeeds(world, memory.needs.get(user) ?? [], item, catalogue.type[item], ongoing.now, random);
    if (needs.length > 0) memory.needs.set(user, needs);
  }
}

function record(
  { name, epoch, now, session, request, log }: OngoingVisit,
  item: number,
  type: string,
  place?: { surface: string; position: number },
): TracedEvent {
  const timestamp = epoch + Math.floor(now);
  const event: Event = { user: name, item: itemId(item), type, timestamp, session, request, ...place };
  const traced: TracedEvent = { event, item };
  log.push(traced);
  return traced;
}
