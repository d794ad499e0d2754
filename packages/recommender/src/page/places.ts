/** Which candidates get a place on the page: caps by value, and the bound on new items. */
import type { NewBound } from '../composition/lists.ts';

/** A cap with the values that count for a candidate. */
export interface ValueCap {
  atMost: number;
  valuesOf(candidate: number): readonly string[];
}

export interface PlaceRules {
  caps: readonly ValueCap[];
  isNew(candidate: number): boolean;
  bound: NewBound;
}

/**
 * Up to `size` of the candidates, in their order. A candidate over a cap is left out. A new one over
 * the bound waits until further others are placed: of the first n places at most ⌈share · n⌉ are new,
 * for every n.
 */
export function placed(candidates: Iterable<number>, size: number, { caps, isNew, bound }: PlaceRules): number[] {
  const page: number[] = [];
  const waiting: number[] = [];
  const counts = caps.map(() => new Map<string, number>());
  let newOnes = 0;

  function place(candidate: number): boolean {
    const values = caps.map((cap) => cap.valuesOf(candidate));
    const isOver = caps.some(({ atMost }, at) => values[at].some((value) => (counts[at].get(value) ?? 0) >= atMost));
    if (isOver) return false;
    values.forEach((own, at) => {
      for (const value of own) counts[at].set(value, (counts[at].get(value) ?? 0) + 1);
    });
    page.push(candidate);
    return true;
  }

  // Rounding errors of the product must not admit another item.
  const hasPlaceForNew = () => newOnes + 1 <= Math.ceil(bound.share * (page.length + 1) - 1e-9);
  const placeWaiting = () => {
    while (page.length < size && waiting.length > 0 && hasPlaceForNew())
      if (place(waiting.shift() as number)) newOnes++;
  };
  for (const candidate of candidates) {
    const isFresh = isNew(candidate);
    if (isFresh) waiting.push(candidate);
    placeWaiting();
    if (page.length >= size) return page;
    if (!isFresh) place(candidate);
  }
  placeWaiting();
  if (bound.keepsAll) for (const candidate of waiting) if (page.length < size) place(candidate);
  return page;
}
