/**
 * What the second stage is trained on: the newest training events of users, each asked about from what stood before it,
 * with that event and all later ones of the user taken out of the weights and counts first (leave-out.ts). Validation and
 * test events play no part. On Scientific the closed form ranks such examples as it ranks the validation
 * events (NDCG@10 .094 and .098), which is what makes them worth learning from.
 */
import type { Random, RunContext } from '@lorekeep/core';
import { type Split, trainItems } from '../split.ts';
import { itemEras } from './eras.ts';
import { createFeatureReader, type Without } from './features.ts';
import { createLeaveOut, type LeftOut } from './leave-out.ts';
import { REACH, REACH_DECAY, type Signals, VIEWS, type View } from './signals.ts';

/** Newest training events a user that are asked about. */
const EVENTS_A_USER = 3;
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
  /** Events asked about, those whose item was no candidate included: of them nothing can be learned. */
  asked: number;
}

/** Diagonals of the P of all weights, `[items]` each. */
export interface Diagonals {
  weights: Float32Array;
  views: Partial<Record<View, Float32Array>>;
}

/**
 * Users in random order until `most` examples are found. Progress is reported as stage `'second-stage'`, unit `'examples'`.
 */
export async function collectExamples(
  split: Split,
  signals: Signals,
  diagonals: Diagonals,
  most: number,
  random: Random,
  { progress, signal }: RunContext = {},
): Promise<Examples> {
  const folds: Float32Array[] = [];
  for (let fold = 0; fold < FOLDS; fold++) {
    signal?.throwIfAborted();
    folds.push(itemEras(split, (user) => user % FOLDS !== fold));
  }
  const weights = createLeaveOut(signals.weights, diagonals.weights);
  const views: Partial<Record<View, LeftOut>> = {};
  for (const view of VIEWS) {
    const [table, diagonal] = [signals.views[view], diagonals.views[view]];
    if (table !== undefined && diagonal !== undefined) views[view] = createLeaveOut(table, diagonal);
  }
  const reader = createFeatureReader(signals);
  const users = random.shuffle(Uint32Array.from(split.trainLengths.keys()));
  const features: Float32Array[] = [];
  const counts: number[] = [];
  const absent: Float32Array[] = [];
  const chosen: number[] = [];
  const owners: number[] = [];
  let asked = 0;
  let seen = 0;
  for (const user of users) {
    if (counts.length >= most) break;
    if (seen++ % 256 === 0) {
      signal?.throwIfAborted();
      progress?.({ stage: 'second-stage', done: counts.length, total: most, unit: 'examples' });
      await breathe();
    }
    const events = trainItems(split, user);
    const all = [...new Set(events)];
    for (let at = Math.max(1, events.length - EVENTS_A_USER); at < events.length; at++) {
      const history = events.subarray(0, at);
      const prefix = [...new Set(history)];
      for (const table of [weights, ...Object.values(views)]) table.leaveOut(all, prefix);
      const without: Without = {
        weights,
        views,
        later: new Set(all.slice(prefix.length)),
        target: events[at],
        newest: events[events.length - 1],
        transitions: crossing(events, at),
        eras: folds[user % FOLDS],
      };
      asked++;
      const found = reader.read(history, undefined, without);
      const place = found.items.subarray(0, found.count).indexOf(events[at]);
      if (place < 0) continue;
      features.push(found.features);
      counts.push(found.count);
      absent.push(Float32Array.from(found.items, (_, i) => (i >= found.count ? 1 : found.unchosen[i])));
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
    asked,
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

/** Lets timers and signals have their turn. */
const breathe = () => new Promise<void>((resolve) => setImmediate(resolve));
