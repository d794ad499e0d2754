/**
 * The linear model as a candidate source: the items with the highest scores for a history, for a
 * re-ranker to order. It reads the newest `RECENT` events of a history.
 */
import { createTopK, type SparseRows } from '@lorekeep/core';

/** Newest events of a history that candidates, and the features of a re-ranker, are made from. */
export const RECENT = 20;
/** Candidates per history. */
export const CANDIDATES = 100;
/**
 * From this share of repeated events on, the items of a history are candidates too. Logs of purchases
 * are far below it (Amazon reviews: 0 to .9 %), logs of views far above (18 and 40 %). Without it
 * such an item is a candidate only if another item of the history has it as a neighbour, because the
 * diagonal of the linear model is empty.
 */
const MIN_REPEATS = 0.05;

export interface CandidateSourceOptions {
  /** The item–item weights B. */
  weights: SparseRows;
  /** Weight of an event relative to the one after it. */
  decay: number;
  /** Share of the training events, after a user's first, whose item is among the `RECENT` before. */
  repeats: number;
}

export interface Candidates {
  /** Number of candidates: the rest of the arrays is filled with 0. */
  count: number;
  /** `[CANDIDATES]` item rows, by falling score; of equal scores, the lower row first. */
  items: Int32Array;
  /** `[CANDIDATES]` */
  scores: Float32Array;
}

export interface CandidateSource {
  /** Whether the items of a history are candidates even if no other item has them as neighbours. */
  readonly includesHistory: boolean;
  /**
   * @param history item rows, oldest first; −1 for an item without weights
   * @param passes which items may be candidates. Default: all.
   * @param weightAt the weight at an entry of a row, instead of the stored one
   * @returns arrays that the caller owns
   */
  candidates(
    history: ArrayLike<number>,
    passes?: (item: number) => boolean,
    weightAt?: (row: number, entry: number) => number,
  ): Candidates;
}

/** The newest `RECENT` events of a history whose item is known, oldest first. */
export function recentItems(history: ArrayLike<number>): number[] {
  const known: number[] = [];
  for (let at = Math.max(0, history.length - RECENT); at < history.length; at++)
    if (history[at] >= 0) known.push(history[at]);
  return known;
}

/** Holds two numbers per item, reused from call to call. Calls must not overlap. */
export function createCandidateSource({ weights, decay, repeats }: CandidateSourceOptions): CandidateSource {
  const { items, offsets, ids, values } = weights;
  const sums = new Float32Array(items);
  const touched = new Int32Array(items);
  const best = createTopK(CANDIDATES, 0);
  const includesHistory = repeats >= MIN_REPEATS;

  /** Adds up the scores of all items that the history has as neighbours; returns how many. */
  function addScores(recent: readonly number[], weightAt?: (row: number, entry: number) => number): number {
    let count = 0;
    recent.forEach((row, index) => {
      const worth = decay ** (recent.length - 1 - index);
      for (let entry = offsets[row]; entry < offsets[row + 1]; entry++) {
        const weight = weightAt === undefined ? values[entry] : weightAt(row, entry);
        if (weight <= 0) continue;
        const id = ids[entry];
        if (sums[id] === 0) touched[count++] = id;
        sums[id] += worth * weight;
      }
    });
    return count;
  }

  /** The candidates with the history's own items among them, where their score puts them. */
  function withHistory(own: readonly number[], found: Candidates): void {
    const others = Array.from(found.items.subarray(0, found.count)).filter((item) => !own.includes(item));
    const all = [...own, ...others.slice(0, CANDIDATES - own.length)].sort((a, b) => sums[b] - sums[a] || a - b);
    all.forEach((item, at) => {
      found.items[at] = item;
      found.scores[at] = sums[item];
    });
    found.count = all.length;
  }

  return {
    includesHistory,
    candidates(history, passes = () => true, weightAt) {
      const found: Candidates = {
        count: 0,
        items: new Int32Array(CANDIDATES),
        scores: new Float32Array(CANDIDATES),
      };
      const recent = recentItems(history);
      if (recent.length === 0) return found;
      const count = addScores(recent, weightAt);
      best.clear();
      for (let at = 0; at < count; at++) {
        const id = touched[at];
        if (sums[id] >= best.least && passes(id)) best.offer(id, sums[id]);
      }
      found.count = best.drain(found.items, found.scores, 0);
      if (includesHistory) withHistory([...new Set(recent)].filter(passes), found);
      for (let at = 0; at < count; at++) sums[touched[at]] = 0;
      return found;
    },
  };
}
