/**
 * Boosts among the first candidates. Scores of different sources have different scales, some below 0,
 * so a boost speaks of distances: from the last candidate, and from the last to the first.
 */

/** A boost with the rows that it moves. */
export interface RowBoost {
  has(row: number): boolean;
  factor: number;
  bonus: number;
}

/** Places in a list, with the scores that order them. */
export interface ScoredPlaces {
  /** Positions in the list that was given, best first. */
  order: number[];
  /** By position in the list that was given. */
  scores: number[];
}

/**
 * @param scores falling
 * @returns of equal scores, the earlier place comes first
 */
export function boosted(keys: ArrayLike<number>, scores: ArrayLike<number>, boosts: readonly RowBoost[]): ScoredPlaces {
  const places = Array.from({ length: keys.length }, (_, at) => at);
  const low = scores[keys.length - 1];
  // Without any difference of scores, a bonus still orders.
  const span = scores[0] - low || 1;
  const moved = places.map((at) => {
    let factor = 1;
    let bonus = 0;
    for (const boost of boosts) {
      if (!boost.has(keys[at])) continue;
      factor *= boost.factor;
      bonus += boost.bonus;
    }
    return factor === 1 && bonus === 0 ? scores[at] : low + factor * (scores[at] - low) + bonus * span;
  });
  return { order: places.sort((a, b) => moved[b] - moved[a] || a - b), scores: moved };
}
