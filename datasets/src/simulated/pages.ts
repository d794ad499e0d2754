/**
 * What the simulated shop shows: the logging policy, whose habits are in every log. It does not know anybody's taste.
 * The mediocre one is what many shops have: best-sellers first, some of what the user looked at last, some luck.
 * Popularity is counted once a day, as by a nightly job, from the clicks of the log itself, so it feeds on itself.
 */
import type { Random } from '@lorekeep/core';
import type { Catalogue } from './catalogue.ts';
import { type Errand, SURFACES, type Surface } from './choice.ts';
import { MEANING_DIM, type World } from './meaning.ts';

/** Launched items with their popularity, cumulated for drawing. */
interface Pool {
  items: number[];
  cumulative: Float64Array;
}

export interface PageRequest {
  surface: Surface;
  errand: Errand | undefined;
  /** Shelves of the user's last clicks, −1 where none. */
  recentShelves: ArrayLike<number>;
  /** The item a `similar` page belongs to. */
  anchor: number;
}

export interface LoggingPolicy {
  /** To be called with a day that never falls; does the nightly work when it has risen. */
  advanceTo(day: number): void;
  countClick(item: number): void;
  /** Item numbers, best first, no duplicates; fewer than a page where the shop has no more. */
  page(request: PageRequest, random: Random): number[];
}

const CANDIDATES = 48;
/** Clicks lose this share of their weight every night. */
const FORGET_A_DAY = 0.05;
const NOISE = 1;

export function createLoggingPolicy(world: World, catalogue: Catalogue, kind: 'mediocre' | 'random'): LoggingPolicy {
  const clicks = new Float64Array(catalogue.size);
  const shelfOf = (item: number) => world.types[catalogue.type[item]].shelf.index;
  let today = -1;
  let all: Pool = { items: [], cumulative: new Float64Array(0) };
  let byShelf: Pool[] = [];
  let byType: Pool[] = [];

  function makePool(items: number[]): Pool {
    const cumulative = new Float64Array(items.length);
    let total = 0;
    items.forEach((item, i) => {
      total += (1 + clicks[item]) ** 0.8;
      cumulative[i] = total;
    });
    return { items, cumulative };
  }

  function advanceTo(day: number): void {
    if (day <= today) return;
    for (let i = 0; i < clicks.length; i++) clicks[i] *= (1 - FORGET_A_DAY) ** (day - today);
    today = day;
    const launched: number[] = [];
    const shelves: number[][] = world.shelves.map(() => []);
    const types: number[][] = world.types.map(() => []);
    for (let item = 0; item < catalogue.size; item++) {
      if (catalogue.launchDay[item] > day) continue;
      launched.push(item);
      shelves[shelfOf(item)].push(item);
      types[catalogue.type[item]].push(item);
    }
    all = makePool(launched);
    byShelf = shelves.map(makePool);
    byType = types.map(makePool);
  }

  function page(request: PageRequest, random: Random): number[] {
    const { surface, errand, anchor } = request;
    const size = SURFACES[surface].pageSize;
    const drawn = new Set<number>();
    const take = (pool: Pool, count: number, even = kind === 'random') => {
      // A pool no larger than the wish is taken whole; duplicates of a draw are not drawn again.
      if (pool.items.length <= count) for (const item of pool.items) drawn.add(item);
      else
        for (let i = 0; i < count; i++)
          drawn.add(even ? pool.items[random.int(pool.items.length)] : drawPopular(pool, random));
    };
    if (surface === 'home') {
      if (kind === 'mediocre') {
        take(all, CANDIDATES / 2);
        for (let i = 0; i < request.recentShelves.length; i++) {
          if (request.recentShelves[i] >= 0) take(byShelf[request.recentShelves[i]], 6);
        }
      }
      take(all, CANDIDATES / 4, true);
    } else if (surface === 'search' && errand !== undefined) {
      take(byType[errand.type], (CANDIDATES * 2) / 3);
      if (errand.item !== undefined && catalogue.launchDay[errand.item] <= today) drawn.add(errand.item);
      take(byShelf[errand.shelf], CANDIDATES / 6);
    } else if (surface === 'category' && errand !== undefined) {
      take(byShelf[errand.shelf], CANDIDATES);
    } else if (surface === 'similar') {
      const type = world.types[catalogue.type[anchor]];
      take(byType[type.index], CANDIDATES / 3);
      take(byShelf[type.shelf.index], CANDIDATES / 3);
      for (const complement of type.complements) take(byType[complement], 3);
      drawn.delete(anchor);
    }
    if (drawn.size < size) take(all, size);
    const candidates = [...drawn];
    if (kind === 'random') return random.shuffle(candidates).slice(0, size);
    const scores = new Map(candidates.map((item) => [item, score(item, request) + NOISE * random.normal()]));
    return candidates.sort((a, b) => scores.get(b)! - scores.get(a)!).slice(0, size);
  }

  function score(item: number, { surface, errand, recentShelves, anchor }: PageRequest): number {
    let value = 0.5 * Math.log(1 + clicks[item]);
    if (surface === 'search') value += catalogue.type[item] === errand?.type ? 2 : 0;
    else if (surface === 'similar') value += 2 * cosine(catalogue.vectors, item, anchor);
    else if (surface === 'home') {
      const shelf = shelfOf(item);
      for (let i = 0; i < recentShelves.length; i++) if (recentShelves[i] === shelf) value += 0.5;
    }
    return value;
  }

  return { advanceTo, countClick: (item) => clicks[item]++, page };
}

function drawPopular({ items, cumulative }: Pool, random: Random): number {
  const target = random.next() * cumulative[cumulative.length - 1];
  let low = 0;
  let high = cumulative.length - 1;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (cumulative[middle] > target) high = middle;
    else low = middle + 1;
  }
  return items[low];
}

/** Of two unit rows. */
function cosine(vectors: Float32Array, a: number, b: number): number {
  let product = 0;
  for (let i = 0; i < MEANING_DIM; i++) product += vectors[a * MEANING_DIM + i] * vectors[b * MEANING_DIM + i];
  return product;
}
