/**
 * From a history to scores: score(i) = Σ_h decay^age(h) · B[h, i], age counting the events after h. Items that no
 * neighbour names score 0.
 */

import { createTopK, type SparseRows } from '@lorekeep/core';
import { errors } from './errors.ts';
import { type Ranking, TOP } from './full-ranking.ts';
import type { EvaluationCase } from './split.ts';

export interface HistorySettings {
  /** Weight of an event relative to the one after it, in (0, 1]. */
  decay: number;
  /** Events of a history that are read, from the newest. */
  maxHistory: number;
}

/** Scores of the items that a history speaks for. Both arrays are views that the next call overwrites. */
export interface SparseScores {
  items: Int32Array;
  scores: Float32Array;
}

export interface NeighbourScorer {
  /**
   * @param history item rows, oldest first; a row of −1 is an item without neighbours
   * @returns in no particular order
   */
  score(history: ArrayLike<number>, settings: HistorySettings): SparseScores;
  /** The score of one item after `score`. */
  of(item: number): number;
}

/** Holds one number an item, reused from call to call. Not for overlapping use. */
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
          throw errors.EVALUATION_INPUT_INVALID({ name: 'history', problem: `names the item row ${row} of ${items}` });
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

/**
 * Full ranking, as ranks.ts defines it: what no neighbour names stands at 0, so only named items need counting. Among
 * items that score the same, `top` prefers the one named by the nearer neighbour.
 */
export function rankByNeighbours(
  neighbours: SparseRows,
  cases: readonly EvaluationCase[],
  settings: HistorySettings,
): Ranking {
  const scorer = createScorer(neighbours);
  const count = neighbours.items;
  const width = Math.min(TOP, count);
  const seenIncluded = new Float64Array(cases.length);
  const seenExcluded = new Float64Array(cases.length);
  const top = new Int32Array(cases.length * width);
  const best = createTopK(width, 0);
  const bestScores = new Float32Array(width);
  cases.forEach(({ history, target }, at) => {
    const { items, scores } = scorer.score(history, settings);
    const own = scorer.of(target);
    let higher = 0;
    let level = own === 0 ? count - items.length : 0;
    best.clear();
    for (let i = 0; i < items.length; i++) {
      if (scores[i] > own) higher++;
      else if (scores[i] === own) level++;
      if (scores[i] >= best.least) best.offer(items[i], scores[i]);
    }
    const finite = Number.isFinite(own);
    // The target itself is level with itself.
    seenIncluded[at] = finite ? 1 + higher + (level - 1) / 2 : Infinity;
    const past = new Set(history);
    if (!finite) seenExcluded[at] = Infinity;
    else if (past.has(target)) seenExcluded[at] = count;
    else {
      for (const item of past) {
        const score = scorer.of(item);
        if (score > own) higher--;
        else if (score === own) level--;
      }
      seenExcluded[at] = 1 + higher + (level - 1) / 2;
    }
    const end = best.drain(top.subarray(at * width, (at + 1) * width), bestScores, 0);
    for (let next = 0, place = at * width + end; place < (at + 1) * width; next++)
      if (scorer.of(next) === 0) top[place++] = next;
  });
  return { seenIncluded, seenExcluded, top, width };
}
