/** What the lists that were answered consist of. A few additions for each answer. */
import type { Recommendations } from '@lorekeep/recommender';
import { createScoreDrift, type ScoreDrift } from './drift.ts';
import { createFallbackCounts, type FallbackCounts } from './fallbacks.ts';

/** Items that are counted one by one; of a larger catalogue, those that come first. */
const MAX_COUNTED = 500_000;

export interface ExposureCounts {
  /** Unix seconds. */
  readonly since: number;
  readonly lists: number;
  readonly empty: number;
  readonly places: number;
  readonly newPlaces: number;
  readonly isCapped: boolean;
  /** By `Recommendations.source`. */
  readonly sources: ReadonlyMap<string, number>;
  /** Item → places. */
  readonly items: ReadonlyMap<string, number>;
  readonly fallbacks: FallbackCounts;
  readonly drift: ScoreDrift;
  add(answer: Pick<Recommendations, 'source' | 'items' | 'version' | 'fallbacks'>): void;
}

export function createExposureCounts(): ExposureCounts {
  const sources = new Map<string, number>();
  const items = new Map<string, number>();
  const fallbacks = createFallbackCounts();
  const drift = createScoreDrift();
  const counts = { lists: 0, empty: 0, places: 0, newPlaces: 0, isCapped: false };
  return Object.assign(counts, {
    since: Date.now() / 1000,
    sources,
    items,
    fallbacks,
    drift,
    add(answer: Pick<Recommendations, 'source' | 'items' | 'version' | 'fallbacks'>) {
      fallbacks.add(answer);
      drift.add(answer);
      counts.lists++;
      if (answer.items.length === 0) counts.empty++;
      counts.places += answer.items.length;
      sources.set(answer.source, (sources.get(answer.source) ?? 0) + 1);
      for (const { id, new: isNew } of answer.items) {
        if (isNew) counts.newPlaces++;
        const before = items.get(id);
        if (before !== undefined || items.size < MAX_COUNTED) items.set(id, (before ?? 0) + 1);
        else counts.isCapped = true;
      }
    },
  });
}

/**
 * The share of the places that the most shown items have.
 * @param top number of items
 */
export function shareOfTop({ items, places }: Pick<ExposureCounts, 'items' | 'places'>, top: number): number | null {
  if (places === 0) return null;
  const counts = Uint32Array.from(items.values()).sort();
  let sum = 0;
  for (const count of counts.subarray(Math.max(0, counts.length - top))) sum += count;
  return sum / places;
}

/** @returns the items that were shown most, most first */
export function mostShown({ items }: Pick<ExposureCounts, 'items'>, k: number): { id: string; places: number }[] {
  const top: { id: string; places: number }[] = [];
  for (const [id, places] of items) {
    if (top.length === k && places <= top[k - 1].places) continue;
    const at = top.findIndex((other) => other.places < places);
    top.splice(at < 0 ? top.length : at, 0, { id, places });
    if (top.length > k) top.pop();
  }
  return top;
}
