/**
 * A map of the items: a sample of item vectors, laid out in the plane by UMAP (McInnes et al.
 * 2018), by category.
 */
import type { Item } from '@lorekeep/store';
import type { MapPoint } from './charts.ts';

/**
 * The number of items that suits a map. More dots hide each other, and the time of the layout grows
 * faster than linearly.
 */
export const MAP_ITEMS = 1200;
/** The number of colours that can be distinguished; all other categories share one. */
const MAX_CATEGORIES = 7;
const NEIGHBOURS = 15;
const MIN_ITEMS = 4 * NEIGHBOURS;

const OTHER = 'other';
const NONE = 'no category';

export interface ItemMap {
  points: MapPoint[];
  /** Largest first. */
  categories: string[];
}

/**
 * @param vectors `[items.length × dim]`
 * @returns `undefined` for fewer than 60 items: UMAP needs more points than neighbours
 */
export async function layOutItems(
  items: readonly Item[],
  vectors: Float32Array,
  seed: number,
): Promise<ItemMap | undefined> {
  if (items.length < MIN_ITEMS) return undefined;
  const dim = vectors.length / items.length;
  const { UMAP } = await import('@saehrimnir/druidjs');
  const rows = items.map((_, at) => unit(vectors.subarray(at * dim, (at + 1) * dim)));
  const plane = new UMAP(rows, { d: 2, seed, n_neighbors: NEIGHBOURS, min_dist: 0.25 }).transform();
  const names = categoriesOf(items);
  const sizes = new Map<string, number>();
  for (const name of names) sizes.set(name, (sizes.get(name) ?? 0) + 1);
  const largest = [...sizes.entries()]
    .sort((a, b) => b[1] - a[1])
    .slice(0, MAX_CATEGORIES)
    .map(([name]) => name);
  const points = names.map((name, at) => ({
    x: Number(plane[at][0].toFixed(3)),
    y: Number(plane[at][1].toFixed(3)),
    category: largest.includes(name) ? name : OTHER,
  }));
  return { points, categories: sizes.size > largest.length ? [...largest, OTHER] : largest };
}

/** Keeps only the direction: the map does not show popularity, which is in the length. */
function unit(vector: Float32Array): Float64Array {
  const norm = Math.hypot(...vector) || 1;
  return Float64Array.from(vector, (value) => value / norm);
}

/** The category of each item at the first level where no category covers most of the catalogue. */
function categoriesOf(items: readonly Item[]): string[] {
  const level = [0, 1, 2].find((depth) => largestShare(items, depth) < 0.8) ?? 0;
  return items.map(({ categories = [] }) => categories[Math.min(level, categories.length - 1)] ?? NONE);
}

/** The share of the catalogue in the largest category of a level. */
function largestShare(items: readonly Item[], depth: number): number {
  const sizes = new Map<string, number>();
  for (const { categories = [] } of items) {
    const name = categories[depth] ?? NONE;
    sizes.set(name, (sizes.get(name) ?? 0) + 1);
  }
  return Math.max(...sizes.values()) / items.length;
}
