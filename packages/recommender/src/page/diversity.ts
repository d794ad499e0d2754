/**
 * Maximal marginal relevance (Carbonell and Goldstein, SIGIR 1998): the next item is the one with the
 * largest λ · relevance − (1 − λ) · similarity to the most similar item before it.
 */

export interface Diversifiable {
  /** By position, best first. */
  scores: readonly number[];
  /** Vectors by position; `undefined` for an item without, which is similar to none. */
  vectors: readonly (Float32Array | undefined)[];
}

/**
 * All positions in the new order, one by one: each takes time with the number that is left. Relevance is the score as a share of the distance from the last to the
 * first, and similarity the cosine. Of equal values, the earlier position comes first, so a longer
 * order begins with every shorter one.
 *
 * @param before positions that are on earlier pages, which count as chosen and do not come again
 */
export function* diversified(
  { scores, vectors }: Diversifiable,
  lambda: number,
  before: readonly number[],
): Generator<number> {
  const highest = Math.max(...scores);
  const lowest = Math.min(...scores);
  const span = highest - lowest || 1;
  const units = vectors.map((vector) => {
    const length = vector === undefined ? 0 : Math.hypot(...vector);
    return length === 0 ? undefined : (vector as Float32Array).map((value) => value / length);
  });
  const nearest = new Float64Array(scores.length);
  const left = new Set(scores.keys());
  const choose = (at: number) => {
    left.delete(at);
    const chosen = units[at];
    if (chosen === undefined) return;
    for (const other of left) {
      const vector = units[other];
      if (vector === undefined) continue;
      let cosine = 0;
      for (let k = 0; k < chosen.length; k++) cosine += chosen[k] * vector[k];
      if (cosine > nearest[other]) nearest[other] = cosine;
    }
  };
  for (const at of before) choose(at);
  while (left.size > 0) {
    let best = -1;
    let most = Number.NEGATIVE_INFINITY;
    for (const at of left) {
      const value = (lambda * (scores[at] - lowest)) / span - (1 - lambda) * nearest[at];
      if (value > most) {
        best = at;
        most = value;
      }
    }
    yield best;
    choose(best);
  }
}
