/**
 * The users of the simulated shop at a service that runs: they open pages, get the lists of the
 * service, and look, click and buy as they did in the log, with the tastes of its last day. The log was
 * made by a poor policy; what the service shows is better or worse, and the outcomes tell.
 *
 * One visit at a time, in real time: the events of a page arrive a moment after the page.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { createRandom, type Random } from '@lorekeep/core';
import type { Event } from '@lorekeep/store';
import { SURFACES } from '../log/choice.ts';
import { createUserChoice, SIMULATED_START } from '../log/timeline.ts';
import { createUserMemory } from '../log/user-memory.ts';
import {
  beginVisit,
  browsePage,
  checkOut,
  chooseSurface,
  MAX_PAGES,
  type NextPage,
  nextPage,
  type OngoingVisit,
  showPage,
} from '../log/visit.ts';
import { resolveShopOptions, type SimulatedShopOptions } from '../options.ts';
import { createCatalogue, itemId } from '../world/catalogue.ts';
import { exponential } from '../world/draw.ts';
import { createUsers, userId } from '../world/users.ts';
import { createWorld } from '../world/world.ts';
import { queryOf, type WantedPage } from './pages.ts';

/** The service that the users visit. */
export interface VisitedService {
  /** The list of a page, and its id, which the events of the page name. */
  open(page: WantedPage): Promise<{ items: readonly string[]; request: string }>;
  record(events: readonly Event[]): Promise<void>;
}

export interface VisitOptions {
  /** The shop whose users visit. Default: the shop of the default options. */
  shop?: SimulatedShopOptions;
  /** Events per second, on average. Default 4. */
  rate?: number;
  /** Share of visits by users whom the shop does not know. Default 0.1. */
  newUsers?: number;
  /** Which users come and what they choose. Default 1. */
  seed?: number;
  /** Default: until `signal` is aborted. */
  visits?: number;
  /** Ends the visits. It is no error. */
  signal?: AbortSignal;
}

/** What has happened. */
export interface VisitSummary {
  visits: number;
  events: number;
}

const DAY = 86_400;

/**
 * Lets simulated users visit a service. An error of the service ends the visits.
 * @throws LorekeepError `SIMULATED_BAD_OPTION`; or what `service` throws
 */
export async function visitService(service: VisitedService, options: VisitOptions = {}): Promise<VisitSummary> {
  const { rate = 4, newUsers = 0.1, seed = 1, visits = Number.POSITIVE_INFINITY, signal } = options;
  const shopOptions = resolveShopOptions(options.shop);
  const world = createWorld(shopOptions.seed);
  const catalogue = createCatalogue(world, shopOptions);
  const users = createUsers(world, shopOptions);
  const numberOf = new Map(Array.from({ length: catalogue.size }, (_, item) => [itemId(item), item]));
  const random = createRandom(seed).fork('visitors');
  const shop = { world, catalogue, memory: createUserMemory(users.count), random };
  const chooseUser = createUserChoice(users.activity, random);
  const isFree = new Float64Array(users.count).fill(Number.NEGATIVE_INFINITY);
  const done: VisitSummary = { visits: 0, events: 0 };

  /** Events since the last call, with the time of now. Two events of one user are never at one time. */
  async function report(ongoing: OngoingVisit, others: readonly Event[] = []): Promise<void> {
    const now = Date.now() / 1000;
    const events = [...ongoing.log.splice(0).map(({ event }) => event), ...others];
    if (events.length === 0) return;
    await service.record(events.map((event, at) => ({ ...event, timestamp: now + at / 1_000 })));
    done.events += events.length;
  }

  /** The events of a page, its impressions at once and the others after a moment. */
  async function onPage(ongoing: OngoingVisit, { surface, anchor }: NextPage): Promise<number | undefined> {
    const { name, session, errand } = ongoing;
    const wanted: WantedPage = { user: name, surface, size: SURFACES[surface].pageSize };
    if (surface === 'search' && errand !== undefined) wanted.query = queryOf(world, errand, random);
    if (surface === 'category' && errand !== undefined) wanted.category = world.shelves[errand.shelf].name;
    if (surface === 'similar') wanted.item = itemId(anchor);
    const { items, request } = await service.open(wanted);
    ongoing.request = request;
    const places = items.map((id, position) => ({ id, item: numberOf.get(id), position }));
    const known = places.filter((place): place is typeof place & { item: number } => place.item !== undefined);
    const shown = showPage(ongoing, surface, known);
    // Items that somebody has added are seen too. Nobody knows yet whether they are liked.
    const added = places
      .filter(({ item }) => item === undefined)
      .map(({ id, position }) => ({
        ...{ user: name, item: id, type: 'impression', timestamp: 0, session, request },
        ...{ surface, position },
      }));
    await report(ongoing, added);
    const lastClick = browsePage(ongoing, surface, shown);
    await pause(places.length + ongoing.log.length, rate, random, signal);
    await report(ongoing);
    return lastClick;
  }

  for (; done.visits < visits && !isOver(signal); done.visits++) {
    const start = Date.now() / 1000 - SIMULATED_START;
    const user = chooseUser(isFree, start);
    const session = `live-${seed}-${done.visits}`;
    const visit = { user, state: users.at(user, start / DAY), session, start, epoch: SIMULATED_START };
    const ongoing = beginVisit(visit, shop);
    if (random.next() < newUsers) ongoing.name = `new-${seed}-${done.visits}`;
    else ongoing.name = userId(user);
    let page: NextPage | undefined = { surface: chooseSurface(ongoing.errand, random), anchor: -1 };
    for (let pages = 0; pages < MAX_PAGES && page !== undefined && !isOver(signal); pages++)
      page = nextPage(ongoing, page, await onPage(ongoing, page));
    checkOut(ongoing);
    await report(ongoing);
  }
  return done;
}

const isOver = (signal: AbortSignal | undefined) => signal?.aborted === true;

/** As long as so many events take at this rate, and at random longer or shorter. */
async function pause(events: number, rate: number, random: Random, signal: AbortSignal | undefined): Promise<void> {
  const seconds = (events / rate) * (0.5 + Math.min(3, exponential(random, 0.5)));
  await sleep(1_000 * seconds, undefined, { signal, ref: true }).catch(() => {});
}
