/**
 * Features of the candidates of a history: the input of the re-ranker's network. They are read from
 * the sparse tables of item-statistics.ts, one history row at a time, so one query costs
 * history × neighbours additions.
 *
 * Each group of features has its own file; feature-names.ts gives their order. docs/explanation/experiments.md
 * has the features that were tried, also those that were rejected.
 */
import { CANDIDATES, type Candidates, recentItems } from '@lorekeep/linear';
import type { ItemStatistics } from '../statistics/item-statistics.ts';
import { createCandidateFeatures } from './candidate-features.ts';
import { WIDTH } from './feature-names.ts';
import { createLinearFeatures, createVariantFeatures } from './linear-features.ts';
import type { FeatureGroup, FeatureQuery, LeaveOutContext } from './query.ts';
import { addRanks } from './rank-features.ts';
import { createTextFeatures } from './text-features.ts';
import { createTransitionFeatures } from './transition-features.ts';

export interface CandidateFeatures {
  /** `[CANDIDATES × WIDTH]` */
  features: Float32Array;
  /**
   * `[count]` 1 for an item that no user has chosen yet. If the items of the history are candidates
   * themselves, they count as chosen.
   */
  unchosen: Uint8Array;
}

/** Features that are read as far as the tables of the moment give them. */
export interface UnfinishedFeatures extends CandidateFeatures {
  newestFirst: readonly number[];
  candidates: Candidates;
}

export interface FeatureReader {
  /**
   * Reads what needs the sparse tables, with their corrections of the moment. Calls must not overlap.
   *
   * @param history item rows, oldest first; −1 for an item that the tables do not know
   * @param candidates at least one
   * @param leaveOut only for training examples
   */
  read(history: ArrayLike<number>, candidates: Candidates, leaveOut?: LeaveOutContext): UnfinishedFeatures;
  /**
   * Adds what needs texts, for many at once, and brings all features to one scale. Each may be
   * finished only once. Calls may overlap.
   *
   * @returns arrays that the caller owns, in the same order
   */
  finish(unfinished: readonly UnfinishedFeatures[]): Promise<CandidateFeatures[]>;
  close(): Promise<void>;
}

/**
 * Holds one number per item, reused from call to call.
 *
 * @param includesHistory whether items of the history are candidates even if no other item has them
 *   as neighbours
 * @param threads of bulk work. Default: all cores
 */
export function createFeatureReader(
  statistics: ItemStatistics,
  includesHistory: boolean,
  threads?: number,
): FeatureReader {
  const { items, users, content } = statistics;
  /** `[items]` 1 + rank of an item among the candidates, 0 for other items. */
  const rankPlusOne = new Uint16Array(items);
  const startOf = (item: number) => (rankPlusOne[item] - 1) * WIDTH;
  const groups: FeatureGroup[] = [
    createLinearFeatures(statistics),
    createVariantFeatures(statistics),
    createTransitionFeatures(statistics),
    createCandidateFeatures(statistics),
  ];
  const text = content && createTextFeatures(content, statistics, threads);
  return {
    read(history, candidates, leaveOut) {
      const { items: rows, count } = candidates;
      const newestFirst = recentItems(history).toReversed();
      const chosenNow = new Set(includesHistory ? newestFirst : []);
      const choosers = (item: number) => Math.max(users[item], chosenNow.has(item) ? 1 : 0);
      const features = new Float32Array(CANDIDATES * WIDTH);
      const query: FeatureQuery = { history, newestFirst, candidates, features, leaveOut, startOf, choosers };
      for (let rank = 0; rank < count; rank++) rankPlusOne[rows[rank]] = rank + 1;
      for (const group of groups) group.add(query);
      for (let rank = 0; rank < count; rank++) rankPlusOne[rows[rank]] = 0;
      const unchosen = Uint8Array.from(rows.subarray(0, count), (item) => (choosers(item) === 0 ? 1 : 0));
      return { features, unchosen, newestFirst, candidates };
    },
    async finish(unfinished) {
      await text?.fill(unfinished);
      return unfinished.map(({ features, unchosen, candidates: { count } }) => {
        addRanks(features, count);
        for (let i = 0; i < count * WIDTH; i++) if (features[i] !== 0) features[i] = compressed(features[i]);
        return { features, unchosen };
      });
    },
    close: async () => text?.close(),
  };
}

/** Brings weights near .01 and counts in the thousands to one scale. The sign is kept. */
const compressed = (value: number) => Math.sign(value) * Math.log1p(20 * Math.abs(value));
