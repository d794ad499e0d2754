/**
 * Popularity in the simulated shop: clicks, which lose weight every night, and the launched items
 * in pools from which popular ones are drawn more often. The pools are rebuilt once a day, as by a
 * nightly job.
 */
import type { Random } from '@lorekeep/core';
import type { Catalogue } from '../world/catalogue.ts';
import { indexByCumulative } from '../world/draw.ts';
import type { World } from '../world/world.ts';

/** Launched items with the cumulative weights by which they are drawn. */
export interface Pool {
  items: number[];
  cumulative: Float64Array;
}

export interface Popularity {
  /** The last day for which `advanceTo` was called; −1 before the first call. */
  day: number;
  /** `[items]` clicks, discounted by age. */
  clicks: Float64Array;
  all: Pool;
  /** By shelf index. */
  byShelf: Pool[];
  /** By type index. */
  byType: Pool[];
  /** Does the nightly work if `day` is later than before. */
  advanceTo(day: number): void;
}

/** Clicks lose this share of their weight every night. */
const FORGOTTEN_PER_DAY = 0.05;

export function createPopularity(world: World, catalogue: Catalogue): Popularity {
  const clicks = new Float64Array(catalogue.size);
  const popularity: Popularity = {
    day: -1,
    clicks,
    all: createPool([], clicks),
    byShelf: [],
    byType: [],
    advanceTo(day) {
      if (day <= popularity.day) return;
      for (let i = 0; i < clicks.length; i++) clicks[i] *= (1 - FORGOTTEN_PER_DAY) ** (day - popularity.day);
      popularity.day = day;
      const launched: number[] = [];
      const shelves: number[][] = world.shelves.map(() => []);
      const types: number[][] = world.types.map(() => []);
      for (let item = 0; item < catalogue.size; item++) {
        if (catalogue.launchDay[item] > day) continue;
        const type = catalogue.type[item];
        launched.push(item);
        shelves[world.types[type].shelf.index].push(item);
        types[type].push(item);
      }
      popularity.all = createPool(launched, clicks);
      popularity.byShelf = shelves.map((items) => createPool(items, clicks));
      popularity.byType = types.map((items) => createPool(items, clicks));
    },
  };
  return popularity;
}

/** Draws an item of the pool, popular ones more often. */
export function drawPopular({ items, cumulative }: Pool, random: Random): number {
  return items[indexByCumulative(cumulative, random.next())];
}

function createPool(items: number[], clicks: Float64Array): Pool {
  const cumulative = new Float64Array(items.length);
  let total = 0;
  items.forEach((item, i) => {
    total += (1 + clicks[item]) ** 0.8;
    cumulative[i] = total;
  });
  return { items, cumulative };
}
