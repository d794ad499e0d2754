/**
 * The logging policy: what the simulated shop shows, which biases every log. It does not know the
 * users' tastes. The mediocre policy does what many shops do: best-sellers first, some items of the
 * shelves the user looked at last, and some noise. Popularity comes from the clicks of the log
 * itself, so it reinforces itself.
 */
import type { Random } from '@lorekeep/core';
import type { Catalogue } from '../world/catalogue.ts';
import { rowProduct } from '../world/vectors.ts';
import type { World } from '../world/world.ts';
import { SURFACES, type Surface } from './choice.ts';
import type { Errand } from './errands.ts';
import { createPopularity, drawPopular, type Pool, type Popularity } from './popularity.ts';

export interface PageRequest {
  surface: Surface;
  errand: Errand | undefined;
  /** Shelves of the user's last clicks, −1 where there is none. */
  recentShelves: ArrayLike<number>;
  /** The item that a `similar` page belongs to. */
  anchor: number;
}

export interface LoggingPolicy {
  /** Does the nightly work if the day is later than before. Days must not decrease. */
  advanceTo(day: number): void;
  countClick(item: number): void;
  /**
   * Item numbers, best first, without duplicates; fewer than a page holds if the shop has no more.
   */
  page(request: PageRequest, random: Random): number[];
}

export type PolicyKind = 'mediocre' | 'random';

const CANDIDATES = 48;
const NOISE = 1;

export function createLoggingPolicy(world: World, catalogue: Catalogue, kind: PolicyKind): LoggingPolicy {
  const popularity = createPopularity(world, catalogue);
  return {
    advanceTo: popularity.advanceTo,
    countClick(item) {
      popularity.clicks[item]++;
    },
    page(request, random) {
      const { pageSize } = SURFACES[request.surface];
      const drawn = createCandidates(kind, random);
      addCandidates(drawn, request, world, catalogue, popularity);
      if (drawn.items.size < pageSize) drawn.add(popularity.all, pageSize);
      const candidates = [...drawn.items];
      if (kind === 'random') return random.shuffle(candidates).slice(0, pageSize);
      const scores = new Map(
        candidates.map((item) => [
          item,
          score(item, request, world, catalogue, popularity.clicks) + NOISE * random.normal(),
        ]),
      );
      return candidates.sort((a, b) => scores.get(b)! - scores.get(a)!).slice(0, pageSize);
    },
  };
}

interface Candidates {
  kind: PolicyKind;
  items: Set<number>;
  /**
   * Adds up to `count` items of a pool, drawn by popularity, or evenly (always so under the random
   * policy).
   */
  add(pool: Pool, count: number, evenly?: boolean): void;
}

function createCandidates(kind: PolicyKind, random: Random): Candidates {
  const items = new Set<number>();
  return {
    kind,
    items,
    add(pool, count, evenly = kind === 'random') {
      // A small pool is taken as a whole. An item that is drawn twice is not replaced by another
      // one.
      if (pool.items.length <= count) {
        for (const item of pool.items) items.add(item);
        return;
      }
      for (let i = 0; i < count; i++) {
        items.add(evenly ? pool.items[random.int(pool.items.length)] : drawPopular(pool, random));
      }
    },
  };
}

function addCandidates(
  drawn: Candidates,
  { surface, errand, recentShelves, anchor }: PageRequest,
  world: World,
  catalogue: Catalogue,
  { all, byShelf, byType, day }: Popularity,
): void {
  if (surface === 'home') {
    if (drawn.kind === 'mediocre') {
      drawn.add(all, CANDIDATES / 2);
      for (let i = 0; i < recentShelves.length; i++) {
        if (recentShelves[i] >= 0) drawn.add(byShelf[recentShelves[i]], 6);
      }
    }
    drawn.add(all, CANDIDATES / 4, true);
  } else if (surface === 'search' && errand !== undefined) {
    drawn.add(byType[errand.type], (CANDIDATES * 2) / 3);
    if (errand.item !== undefined && catalogue.launchDay[errand.item] <= day) drawn.items.add(errand.item);
    drawn.add(byShelf[errand.shelf], CANDIDATES / 6);
  } else if (surface === 'category' && errand !== undefined) {
    drawn.add(byShelf[errand.shelf], CANDIDATES);
  } else if (surface === 'similar') {
    const type = world.types[catalogue.type[anchor]];
    drawn.add(byType[type.index], CANDIDATES / 3);
    drawn.add(byShelf[type.shelf.index], CANDIDATES / 3);
    for (const complement of type.complements) drawn.add(byType[complement], 3);
    drawn.items.delete(anchor);
  }
}

/** What the mediocre policy ranks by, before noise. */
function score(
  item: number,
  { surface, errand, recentShelves, anchor }: PageRequest,
  world: World,
  catalogue: Catalogue,
  clicks: Float64Array,
): number {
  let value = 0.5 * Math.log(1 + clicks[item]);
  if (surface === 'search') value += catalogue.type[item] === errand?.type ? 2 : 0;
  else if (surface === 'similar') value += 2 * rowProduct(catalogue.vectors, item, anchor);
  else if (surface === 'home') {
    const shelf = world.types[catalogue.type[item]].shelf.index;
    for (let i = 0; i < recentShelves.length; i++) if (recentShelves[i] === shelf) value += 0.5;
  }
  return value;
}
