/** The item space as a picture: a sample of item vectors laid out in the plane by UMAP (McInnes et al. 2018), by category. */
import type { Item } from '@lorekeep/store';
import type { MapPoint } from './charts.ts';

/** More dots would hide each other, and the layout takes time that grows faster than they do. */
const MOST_ITEMS = 1200;
/** As many as there are colours to tell apart; the others are one. */
const MOST_CATEGORIES = 7;
const NEIGHBOURS = 15;

export const OTHER = 'other';
const NONE = 'no category';

export interface ItemMap {
  points: MapPoint[];
  /** The largest first. */
  categories: string[];
}

/** Rows of at most `MOST_ITEMS` items, evenly over the catalogue. */
export function mapRows(items: number): number[] {
  const count = Math.min(items, MOST_ITEMS);
  return Array.from({ length: count }, (_, at) => Math.floor((at * items) / count));
}

/**
 * @param vectors `[items.length × dim]`
 * @returns `undefined` for so few items that there is nothing to lay out
 */
export async function layOut(
  items: readonly Item[],
  vectors: Float32Array,
  seed: number,
): Promise<ItemMap | undefined> {
  if (items.length < 4 * NEIGHBOURS) return undefined;
  const dim = vectors.length / items.length;
  const { UMAP } = await import('@saehrimnir/druidjs');
  const rows = items.map((_, at) => unit(vectors.subarray(at * dim, (at + 1) * dim)));
  const plane = new UMAP(rows, { d: 2, seed, n_neighbors: NEIGHBOURS, min_dist: 0.25 }).transform();
  const names = categoriesOf(items);
  const sizes = new Map<string, number>();
  for (const name of names) sizes.set(name, (sizes.get(name) ?? 0) + 1);
  const largest = [...sizes.entries()]
    .sort((a, b) => b[1] - a[1])
    .slice(0, MOST_CATEGORIES)
    .map(([name]) => name);
  const points = names.map((name, at) => ({
    x: Number(plane[at][0].toFixed(3)),
    y: Number(plane[at][1].toFixed(3)),
    category: largest.includes(name) ? name : OTHER,
  }));
  return { points, categories: sizes.size > largest.length ? [...largest, OTHER] : largest };
}

/** Directions only: how often an item is bought is not what the map shows. */
function unit(vector: Float32Array): Float64Array {
  const norm = Math.hypot(...vector) || 1;
  return Float64Array.from(vector, (value) => value / norm);
}

/** The first level of the category paths at which the catalogue is not all one. */
function categoriesOf(items: readonly Item[]): string[] {
  const level = [0, 1, 2].find((depth) => share(items, depth) < 0.8) ?? 0;
  return items.map(({ categories = [] }) => categories[Math.min(level, categories.length - 1)] ?? NONE);
}

/** How much of the catalogue the largest category of a level holds. */
function share(items: readonly Item[], depth: number): number {
  const sizes = new Map<string, number>();
  for (const { categories = [] } of items) {
    const name = categories[depth] ?? NONE;
    sizes.set(name, (sizes.get(name) ?? 0) + 1);
  }
  return Math.max(...sizes.values()) / items.length;
}
