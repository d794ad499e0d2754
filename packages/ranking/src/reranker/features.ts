/**
 * Features of the candidates of a history: the input of the re-ranker's network. They are read from
 * the sparse tables of item-statistics.ts, one history row at a time, so one query costs
 * history × neighbours additions.
 *
 * EXPERIMENTS.md tells what each group of features contributes.
 */
import { CANDIDATES, type Candidates, recentItems } from '@lorekeep/linear';
import { column, VARIANT_COLUMNS, WIDTH } from './feature-names.ts';
import { type ItemStatistics, VARIANTS, type Variant } from './item-statistics.ts';
import type { LeaveOut } from './leave-out.ts';
import { createTextFeatures } from './text-features.ts';

/** A weight above which a history item counts as a supporter of a candidate. */
const MIN_SUPPORT = 0.005;
const STEEP_DECAY = 0.5;
/** Added to counts before a division: rare events are weak evidence. */
const SHRINKAGE = 3;

/** Corrections for a training example: weights and counts as they are without the user's later events. */
export interface LeaveOutContext {
  weights: LeaveOut;
  variants: Partial<Record<Variant, LeaveOut>>;
  /** Items of the later events that are not in the history as well. */
  later: ReadonlySet<number>;
  /** Item of the user's newest training event. */
  newest: number;
  /** What the user's own events from this history into the later ones added to `transitions`. */
  transitions: readonly { from: number; to: number; worth: number }[];
  /** `[items]` temporal order without this user. */
  temporalOrder: Float32Array;
}

export interface CandidateFeatures {
  /** `[CANDIDATES × WIDTH]` */
  features: Float32Array;
  /**
   * `[count]` 1 for an item that no user has chosen yet. Items of the history count as chosen if they
   * are candidates for their own sake.
   */
  unchosen: Uint8Array;
}

export interface FeatureReader {
  /**
   * @param history item rows, oldest first; −1 for an item that the tables do not know
   * @param candidates at least one
   * @returns arrays that the caller owns
   */
  read(history: ArrayLike<number>, candidates: Candidates, leaveOut?: LeaveOutContext): CandidateFeatures;
}

/** What the steps of one `read` share. */
interface Query {
  history: ArrayLike<number>;
  newestFirst: readonly number[];
  candidates: Candidates;
  features: Float32Array;
  leaveOut: LeaveOutContext | undefined;
}

/**
 * Holds a number per item, reused from call to call. Calls must not overlap.
 *
 * @param includesHistory whether items of the history are candidates for their own sake
 */
export function createFeatureReader(statistics: ItemStatistics, includesHistory: boolean): FeatureReader {
  const { items, decay, users } = statistics;
  /** 1 + rank of an item among the candidates, 0 for other items. */
  const place = new Uint16Array(items);
  const text = statistics.content && createTextFeatures(statistics.content, items, decay);
  const variants = VARIANTS.flatMap((variant) => {
    const table = statistics.variants[variant];
    return table === undefined ? [] : [{ variant, table, columns: VARIANT_COLUMNS[variant] }];
  });
  /** Position of the features of an item, negative for one that is no candidate. */
  const rowOf = (item: number) => (place[item] - 1) * WIDTH;

  function addLinear({ newestFirst, features, leaveOut }: Query): void {
    const { offsets, ids, values } = statistics.weights;
    newestFirst.forEach((row, age) => {
      const steep = STEEP_DECAY ** age;
      for (let entry = offsets[row]; entry < offsets[row + 1]; entry++) {
        const to = rowOf(ids[entry]);
        if (to < 0) continue;
        const weight = leaveOut === undefined ? values[entry] : leaveOut.weights.weight(row, entry);
        if (age === 0) features[to + column.fromLast] = weight;
        if (age === 1) features[to + column.fromLastButOne] = weight;
        features[to + column.strongest] = Math.max(features[to + column.strongest], weight);
        features[to + column.undecayed] += weight;
        features[to + column.steep] += steep * weight;
        if (weight > MIN_SUPPORT) features[to + column.supporters]++;
      }
    });
  }

  function addVariants({ newestFirst, features, leaveOut }: Query): void {
    newestFirst.forEach((row, age) => {
      const worth = decay ** age;
      for (const { variant, table, columns } of variants) {
        const corrected = leaveOut?.variants[variant];
        for (let entry = table.offsets[row]; entry < table.offsets[row + 1]; entry++) {
          const to = rowOf(table.ids[entry]);
          if (to < 0) continue;
          const weight = corrected === undefined ? table.values[entry] : corrected.weight(row, entry);
          features[to + columns.score] += worth * weight;
          features[to + columns.strongest] = Math.max(features[to + columns.strongest], weight);
          if (age === 0) features[to + columns.fromLast] = weight;
        }
      }
    });
  }

  function addTransitions({ newestFirst, features, leaveOut }: Query): void {
    const { transitions, transitionsInto } = statistics;
    newestFirst.forEach((row, age) => {
      const worth = decay ** age;
      const shrunk = 1 / (users[row] + SHRINKAGE);
      for (let entry = transitions.offsets[row]; entry < transitions.offsets[row + 1]; entry++) {
        const to = rowOf(transitions.ids[entry]);
        if (to < 0) continue;
        const share = (transitions.values[entry] - ownTransitions(row, transitions.ids[entry], leaveOut)) * shrunk;
        // The least transition counts REACH_DECAY²; less is a rounding error.
        if (share < 0.1 * shrunk) continue;
        features[to + column.nextDecayed] += worth * share;
        if (age === 0) features[to + column.next] = share;
      }
    });
    const last = newestFirst[0];
    for (let entry = transitionsInto.offsets[last]; entry < transitionsInto.offsets[last + 1]; entry++) {
      const item = transitionsInto.ids[entry];
      const to = rowOf(item);
      if (to >= 0) features[to + column.before] = transitionsInto.values[entry] / (users[item] + SHRINKAGE);
    }
  }

  /** Features that compare a candidate with all candidates, with its counts, and with the user. */
  function addCandidateAndUser(
    { history, newestFirst, candidates, features, leaveOut }: Query,
    choosers: (item: number) => number,
  ): void {
    const { newest, uncertainty } = statistics;
    const { items: rows, scores, count } = candidates;
    const time = leaveOut?.temporalOrder ?? statistics.temporalOrder;
    const last = newestFirst[0];
    const known = newestFirst.toReversed();
    const recentTime = newestFirst.slice(0, 3).reduce((sum, row, _, recent) => sum + time[row] / recent.length, 0);
    // All scores are 0 if only items of the history are candidates.
    const highest = scores[0] || 1;
    const tenth = scores[Math.min(9, count - 1)] || highest;
    const total = scores.subarray(0, count).reduce((sum, score) => sum + score, 0) || 1;
    const meanPopularity = known.reduce((sum, row) => sum + users[row], 0) / known.length;
    const meanTime = known.reduce((sum, row) => sum + time[row], 0) / known.length;
    const timeSpread = Math.sqrt(known.reduce((sum, row) => sum + (time[row] - meanTime) ** 2, 0) / known.length);
    for (let at = 0; at < count; at++) {
      const item = rows[at];
      const to = at * WIDTH;
      const later = leaveOut?.later.has(item) ? 1 : 0;
      features[to + column.score] = scores[at];
      features[to + column.rank] = at;
      features[to + column.relative] = scores[at] / highest;
      features[to + column.confidence] = scores[0];
      features[to + column.againstTenth] = scores[at] / tenth;
      features[to + column.shareOfAll] = scores[at] / total;
      const correction = leaveOut === undefined ? 1 : leaveOut.weights.uncertaintyRatio(item);
      features[to + column.uncertainty] = uncertainty[item] * correction;
      features[to + column.popularity] = choosers(item) - later;
      features[to + column.newestShare] =
        (newest[item] - (leaveOut?.newest === item ? 1 : 0)) / (users[item] + SHRINKAGE - later);
      features[to + column.timeFromLast] = time[item] - time[last];
      features[to + column.timeFromRecent] = time[item] - recentTime;
      features[to + column.time] = time[item];
      features[to + column.historyLength] = history.length;
      features[to + column.lastPopularity] = users[last];
      features[to + column.meanPopularity] = meanPopularity;
      features[to + column.lastTime] = time[last];
      features[to + column.timeSpread] = timeSpread;
    }
    for (let age = 0; age < history.length; age++) {
      const row = history[history.length - 1 - age];
      const to = row < 0 ? -1 : rowOf(row);
      if (to >= 0) features[to + column.inHistory] = Math.max(features[to + column.inHistory], 1 / (1 + age));
    }
  }

  return {
    read(history, candidates, leaveOut) {
      const { items: rows, count } = candidates;
      const newestFirst = recentItems(history).toReversed();
      const own = new Set(includesHistory ? newestFirst : []);
      /** Users who chose an item; this user has chosen the items of the history. */
      const choosers = (item: number) => Math.max(users[item], own.has(item) ? 1 : 0);
      const features = new Float32Array(CANDIDATES * WIDTH);
      const query: Query = { history, newestFirst, candidates, features, leaveOut };
      for (let at = 0; at < count; at++) place[rows[at]] = at + 1;
      addLinear(query);
      addVariants(query);
      addTransitions(query);
      addCandidateAndUser(query, choosers);
      text?.add(features, candidates, newestFirst);
      addRanks(features, count);
      for (let at = 0; at < count; at++) place[rows[at]] = 0;
      for (let at = 0; at < count * WIDTH; at++) features[at] = squashed(features[at]);
      const unchosen = Uint8Array.from(rows.subarray(0, count), (item) => (choosers(item) === 0 ? 1 : 0));
      return { features, unchosen };
    },
  };
}

function ownTransitions(from: number, to: number, leaveOut: LeaveOutContext | undefined): number {
  let sum = 0;
  for (const own of leaveOut?.transitions ?? []) if (own.from === from && own.to === to) sum += own.worth;
  return sum;
}

/** A feature that candidates are ranked by, and the feature that takes the rank. */
const RANKS = [
  [column.fromLast, column.rankFromLast],
  [column.eventsScore, column.rankByEvents],
  [column.looseScore, column.rankByLoose],
  [column.textualScore, column.rankByTextual],
  [column.cosineLast, column.rankByCosine],
  [column.nextDecayed, column.rankByNext],
] as const;

function addRanks(features: Float32Array, count: number): void {
  const keys = new Float32Array(count);
  const order = Array.from({ length: count }, (_, at) => at);
  for (const [by, into] of RANKS) {
    for (let at = 0; at < count; at++) keys[at] = features[at * WIDTH + by];
    order.sort((a, b) => keys[b] - keys[a] || a - b);
    for (let rank = 0; rank < count; rank++) features[order[rank] * WIDTH + into] = rank / CANDIDATES;
  }
}

/** Weights near .01 and counts in the thousands on one scale; the sign is kept. */
const squashed = (value: number) => Math.sign(value) * Math.log1p(20 * Math.abs(value));
