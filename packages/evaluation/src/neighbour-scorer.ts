/**
 * Scores a history by its neighbours: score(i) = Σ_h decay^age(h) · B[h, i], where age(h) counts
 * the events after h. An item that is not a neighbour of the history has the score 0.
 */
import type { SparseRows } from '@lorekeep/core';
import { errors } from './errors.ts';

export interface HistorySettings {
  /** Weight of an event relative to the one after it, in (0, 1]. */
  decay: number;
  /** How many of the newest events of a history are read. */
  maxHistory: number;
}

/**
 * Scores of the items with a neighbour in the history. Both arrays are views that the next call
 * overwrites.
 */
export interface SparseScores {
  items: Int32Array;
  scores: Float32Array;
}

export interface NeighbourScorer {
  /**
   * @param history item rows, oldest first; −1 for an item to be ignored
   * @returns the scores in no particular order
   * @throws LorekeepError `EVALUATION_INPUT_INVALID` for a row that does not exist
   */
  score(history: ArrayLike<number>, settings: HistorySettings): SparseScores;
  /** The score of one item for the history of the last call of `score`. */
  of(item: number): number;
}

/** Memory of a few numbers per item is reused from call to call, so calls must not overlap. */
export function createScorer({ items, offsets, ids, values }: SparseRows): NeighbourScorer {
  const sums = new Float32Array(items);
  const seen = new Uint8Array(items);
  const touched = new Int32Array(items);
  const scores = new Float32Array(items);
  let count = 0;
  return {
    score(history, { decay, maxHistory }) {
      for (let at = 0; at < count; at++) {
        sums[touched[at]] = 0;
        seen[touched[at]] = 0;
      }
      count = 0;
      let weight = 1;
      const oldest = Math.max(0, history.length - maxHistory);
      for (let age = history.length - 1; age >= oldest; age--, weight *= decay) {
        const row = history[age];
        if (row === -1) continue;
        if (!(row >= 0 && row < items))
          throw errors.EVALUATION_INPUT_INVALID({
            name: 'history',
            problem: `contains the item row ${row}, but there are ${items} items`,
          });
        for (let at = offsets[row]; at < offsets[row + 1]; at++) {
          const id = ids[at];
          if (seen[id] === 0) {
            seen[id] = 1;
            touched[count++] = id;
          }
          sums[id] += weight * values[at];
        }
      }
      for (let at = 0; at < count; at++) scores[at] = sums[touched[at]];
      return { items: touched.subarray(0, count), scores: scores.subarray(0, count) };
    },
    of: (item) => sums[item],
  };
}
