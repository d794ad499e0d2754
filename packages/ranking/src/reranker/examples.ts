/**
 * What the second stage is trained on: the newest training events of users, each asked about from what stood before it,
 * with that event and all later ones of the user taken out of the weights and counts first (leave-out.ts). Validation and
 * test events play no part. On Scientific the closed form ranks such examples as it ranks the validation
 * events (NDCG@10 .094 and .098), which is what makes them worth learning from.
 */
import type { Random, RunContext } from '@lorekeep/core';
import { type Split, trainItems } from '@lorekeep/evaluation';
import { createCandidateSource } from '@lorekeep/linear';
import { createFeatureReader } from './features.ts';
import { type ItemStatistics, REACH, REACH_DECAY, VARIANTS, type Variant } from './item-statistics.ts';
import { createLeaveOut, type LeaveOut } from './leave-out.ts';
import { temporalOrder } from './temporal-order.ts';

/** Newest training events a user that are asked about. */
const EVENTS_PER_USER = 3;
/** Eras are solved without a fifth of the users at a time, for the examples of those. */
const FOLDS = 5;

export interface Examples {
  count: number;
  /** Of each, `[CANDIDATES × WIDTH]`. */
  features: Float32Array[];
  /** `[count]` candidates of each. */
  counts: Int32Array;
  /** Of each, `[CANDIDATES]`: 1 for what is not compared, the places behind the last candidate and items that nobody has chosen. */
  absent: Float32Array[];
  /** `[count]` which candidate it was. */
  chosen: Int32Array;
  /** `[count]` whose. */
  users: Uint32Array;
  /** Events tried, including those whose item was no candidate, from which nothing can be learned. */
  tried: number;
}

/** Diagonals of the P of all weights, `[items]` each. */
export interface Diagonals {
  weights: Float32Array;
  variants: Partial<Record<Variant, Float32Array>>;
}

/**
 * Users in random order until `most` examples are found. Progress is reported as stage `'second-stage'`, unit `'examples'`.
 */
export async function collectExamples(
  split: Split,
  statistics: ItemStatistics,
  diagonals: Diagonals,
  most: number,
  random: Random,
  { progress, signal }: RunContext = {},
): Promise<Examples> {
  const folds: Float32Array[] = [];
  for (let fold = 0; fold < FOLDS; fold++) {
    signal?.throwIfAborted();
    folds.push(temporalOrder(split, (user) => user % FOLDS !== fold));
  }
  const weights = createLeaveOut(statistics.weights, diagonals.weights);
  const variants: Partial<Record<Variant, LeaveOut>> = {};
  for (const variant of VARIANTS) {
    const [table, diagonal] = [statistics.variants[variant], diagonals.variants[variant]];
    if (table !== undefined && diagonal !== undefined) variants[variant] = createLeaveOut(table, diagonal);
  }
  const source = createCandidateSource(statistics);
  const reader = createFeatureReader(statistics, source.includesHistory);
  const users = random.shuffle(Uint32Array.from(split.trainLengths.keys()));
  const features: Float32Array[] = [];
  const counts: number[] = [];
  const absent: Float32Array[] = [];
  const chosen: number[] = [];
  const owners: number[] = [];
  let tried = 0;
  let seen = 0;
  for (const user of users) {
    if (counts.length >= most) break;
    if (seen++ % 256 === 0) {
      signal?.throwIfAborted();
      progress?.({ stage: 're-ranker', done: counts.length, total: most, unit: 'examples' });
      await yieldToEventLoop();
    }
    const events = trainItems(split, user);
    const all = [...new Set(events)];
    for (let at = Math.max(1, events.length - EVENTS_PER_USER); at < events.length; at++) {
      const history = events.subarray(0, at);
      const prefix = [...new Set(history)];
      for (const table of [weights, ...Object.values(variants)]) table.leaveOut(all, prefix);
      tried++;
      const candidates = source.candidates(history, undefined, weights.weight);
      const place = candidates.items.subarray(0, candidates.count).indexOf(events[at]);
      if (place < 0) continue;
      const example = reader.read(history, candidates, {
        weights,
        variants,
        later: new Set(all.slice(prefix.length)),
        newest: events[events.length - 1],
        transitions: crossing(events, at),
        temporalOrder: folds[user % FOLDS],
      });
      features.push(example.features);
      counts.push(candidates.count);
      absent.push(Float32Array.from(candidates.items, (_, i) => (i >= candidates.count ? 1 : example.unchosen[i])));
      chosen.push(place);
      owners.push(user);
    }
  }
  return {
    count: counts.length,
    features,
    counts: Int32Array.from(counts),
    absent,
    chosen: Int32Array.from(chosen),
    users: Uint32Array.from(owners),
    tried,
  };
}

/** The counted transitions of a user that lead from before position `at` to it or past it. */
function crossing(events: Int32Array, at: number): { from: number; to: number; worth: number }[] {
  const pairs: { from: number; to: number; worth: number }[] = [];
  for (let from = Math.max(0, at - REACH); from < at; from++)
    for (let to = at; to <= from + REACH && to < events.length; to++)
      pairs.push({ from: events[from], to: events[to], worth: REACH_DECAY ** (to - from - 1) });
  return pairs;
}

/** Lets timers and statistics have their turn. */
const yieldToEventLoop = () => new Promise<void>((resolve) => setImmediate(resolve));
