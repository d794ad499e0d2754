/**
 * The k largest of a stream of scores, in a binary heap whose root is the worst score kept. Of
 * equal scores the smaller key is kept, so the result does not depend on the order of the stream.
 */

export interface TopK {
  /**
   * Scores below this are ignored. A hot loop compares with it before it calls `offer`:
   * `if (score >= best.least) best.offer(key, score)`.
   */
  readonly least: number;
  /** Ignores a score that is NaN, at most the floor, or worse than the k best so far. */
  offer(key: number, score: number): void;
  clear(): void;
  /**
   * Writes what was kept, best first, from position `from`.
   *
   * @returns one past the last position written
   */
  drain(keys: Int32Array | Uint32Array, scores: Float32Array, from: number): number;
  /** What was kept, best first. */
  best(): { keys: Uint32Array; scores: Float32Array };
}

/** @param floor Only scores above it are kept. Default: all. */
export function createTopK(k: number, floor: number = Number.NEGATIVE_INFINITY): TopK {
  const keys = new Uint32Array(k);
  const scores = new Float64Array(k);
  let size = 0;
  let least = k === 0 ? Number.POSITIVE_INFINITY : floor;

  /** Whether the entry at `at` is worse than (key, score). */
  const worse = (at: number, key: number, score: number) =>
    scores[at] < score || (scores[at] === score && keys[at] > key);

  function put(at: number, key: number, score: number): void {
    keys[at] = key;
    scores[at] = score;
  }

  function drain(intoKeys: Int32Array | Uint32Array, intoScores: Float32Array, from: number): number {
    const order = Array.from({ length: size }, (_, at) => at);
    order.sort((a, b) => scores[b] - scores[a] || keys[a] - keys[b]);
    for (const [at, source] of order.entries()) {
      intoKeys[from + at] = keys[source];
      intoScores[from + at] = scores[source];
    }
    return from + size;
  }

  return {
    get least() {
      return least;
    },
    offer(key, score) {
      if (size < k) {
        if (!(score > floor)) return;
        let at = size++;
        while (at > 0) {
          const parent = (at - 1) >> 1;
          if (worse(parent, key, score)) break;
          put(at, keys[parent], scores[parent]);
          at = parent;
        }
        put(at, key, score);
      } else {
        if (k === 0 || !worse(0, key, score)) return;
        let at = 0;
        for (;;) {
          let child = 2 * at + 1;
          if (child >= k) break;
          if (child + 1 < k && worse(child + 1, keys[child], scores[child])) child++;
          if (!worse(child, key, score)) break;
          put(at, keys[child], scores[child]);
          at = child;
        }
        put(at, key, score);
      }
      if (size === k) least = scores[0];
    },
    clear() {
      size = 0;
      least = k === 0 ? Number.POSITIVE_INFINITY : floor;
    },
    drain,
    best() {
      const found = { keys: new Uint32Array(size), scores: new Float32Array(size) };
      drain(found.keys, found.scores, 0);
      return found;
    },
  };
}
