/**
 * The linear model as a candidate source: the items with the highest scores for a history, for a
 * re-ranker to order. It reads the newest `RECENT` events of a history.
 */
import { createTopK, type SparseRows } from '@lorekeep/core';

/**
 * Newest events of a history from which candidates and the features of a re-ranker are computed.
 */
export const RECENT = 20;
/** Candidates per history. */
export const CANDIDATES = 100;
/**
 * If at least this share of the events are repeats, the items of a history are candidates too. Logs
 * of purchases have far fewer repeats (Amazon reviews: 0 to .9 %), logs of views far more (18 and
 * 40 %). Below this share such an item is a candidate only if another item of the history has it as
 * a neighbour, because the diagonal of the linear model is empty.
 */
const MIN_REPEATS = 0.05;

export interface CandidateSourceOptions {
  /** The item–item weights B. */
  weights: SparseRows;
  /** Weight of an event relative to the one after it. */
  decay: number;
  /**
   * Share of the training events, without each user's first, whose item is among the `RECENT`
   * events before.
   */
  repeats: number;
}

export interface Candidates {
  /** Number of candidates. The rest of the arrays is 0. */
  count: number;
  /** `[CANDIDATES]` item rows, highest score first; of equal scores, the lower row first. */
  items: Int32Array;
  /** `[CANDIDATES]` */
  scores: Float32Array;
}

export interface CandidateSource {
  /**
   * Whether the items of a history are candidates even if no other item has them as a neighbour.
   */
  readonly includesHistory: boolean;
  /**
   * @param history item rows, oldest first; −1 for an item without weights
   * @param passes which items may be candidates. Default: all.
   * @param weightAt replaces the stored weight of an entry of a row
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

/** Memory of two numbers per item is reused from call to call, so calls must not overlap. */
export function createCandidateSource({ weights, decay, repeats }: CandidateSourceOptions): CandidateSource {
  const { items, offsets, ids, values } = weights;
  const sums = new Float32Array(items);
  const touched = new Int32Array(items);
  const best = createTopK(CANDIDATES, 0);
  const includesHistory = repeats >= MIN_REPEATS;

  /**
   * Sums the scores of all neighbours of a history.
   *
   * @returns their number; `touched` lists them
   */
  function addScores(recent: readonly number[], weightAt?: (row: number, entry: number) => number): number {
    let count = 0;
    recent.forEach((row, index) => {
      const eventWeight = decay ** (recent.length - 1 - index);
      for (let entry = offsets[row]; entry < offsets[row + 1]; entry++) {
        const weight = weightAt === undefined ? values[entry] : weightAt(row, entry);
        if (weight <= 0) continue;
        const id = ids[entry];
        if (sums[id] === 0) touched[count++] = id;
        sums[id] += eventWeight * weight;
      }
    });
    return count;
  }

  /** Inserts the history's own items by their score. */
  function insertHistory(own: readonly number[], found: Candidates): void {
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
      if (includesHistory) insertHistory([...new Set(recent)].filter(passes), found);
      for (let at = 0; at < count; at++) sums[touched[at]] = 0;
      return found;
    },
  };
}
