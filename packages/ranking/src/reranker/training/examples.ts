/**
 * Training examples of the re-ranker: the newest training events of users that may be targets. Each is
 * the target; its history is what stood before it. The event and all later events of the user are first
 * removed from the weights and counts (leave-out.ts). Validation and test events play no part.
 *
 * On Scientific the linear model ranks these examples as well as the validation cases (NDCG@10 .094
 * and .098), so what is learned from them carries over.
 */
import { setImmediate as nextTurn } from 'node:timers/promises';
import type { Random, RunContext } from '@lorekeep/core';
import { type Split, trainItems, trainTargets, trainWeights } from '@lorekeep/evaluation';
import { type Candidates, createCandidateSource, largestWeights } from '@lorekeep/linear';
import { createFeatureReader, type FeatureReader, type UnfinishedFeatures } from '../features/feature-reader.ts';
import type { LeaveOutContext, OwnTransition } from '../features/query.ts';
import { type ItemStatistics, REACH, REACH_DECAY, VARIANTS, type Variant } from '../statistics/item-statistics.ts';
import { createLeaveOut, type LeaveOut } from '../statistics/leave-out.ts';
import { temporalOrder } from '../statistics/temporal-order.ts';

/** Newest training events of a user that become examples. */
const EVENTS_PER_USER = 3;
/**
 * The temporal order is solved once per fold, without the users of the fold, for their examples.
 */
export const FOLDS = 5;
/** Users whose features are finished together; then progress is reported. */
const USERS_PER_BLOCK = 256;

export interface Example {
  /** Row of the user. */
  user: number;
  /** `[CANDIDATES × WIDTH]` */
  features: Float32Array;
  /** Number of candidates. */
  count: number;
  /**
   * `[CANDIDATES]` 1 for what takes no part in the loss: padding, and items that no user has
   * chosen.
   */
  masked: Float32Array;
  /** Which candidate the user chose. */
  target: number;
}

export interface Examples {
  examples: Example[];
  /**
   * Events tried, including those whose item was no candidate, from which nothing can be learned.
   */
  tried: number;
}

/** Diagonals of the P of all item–item weights, `[items]` each. */
export interface Diagonals {
  weights: Float32Array;
  variants: Partial<Record<Variant, Float32Array>>;
}

/**
 * Takes users in random order until there are `limit` examples or more. Reports progress as stage
 * `'re-ranker'`, unit `'examples'`.
 *
 * @throws `signal.reason` if stopped
 */
export async function collectExamples(
  split: Split,
  statistics: ItemStatistics,
  diagonals: Diagonals,
  limit: number,
  random: Random,
  { threads, progress, signal }: RunContext & { threads?: number } = {},
): Promise<Examples> {
  const temporalOrders = ordersWithoutFolds(split, signal);
  const past = createPastReader(statistics, diagonals, { threads });
  const users = random.shuffle(Uint32Array.from(split.trainLengths.keys()));
  const examples: Example[] = [];
  let tried = 0;
  try {
    for (let first = 0; first < users.length && examples.length < limit; first += USERS_PER_BLOCK) {
      signal?.throwIfAborted();
      progress?.({ stage: 're-ranker', done: examples.length, total: limit, unit: 'examples' });
      const unfinished: UnfinishedFeatures[] = [];
      for (const user of users.subarray(first, first + USERS_PER_BLOCK)) {
        if (examples.length >= limit) break;
        const own = readExamples(past, split, user, temporalOrders[user % FOLDS]);
        examples.push(...own.examples);
        unfinished.push(...own.unfinished);
        tried += own.tried;
      }
      await past.finish(unfinished);
      await nextTurn();
    }
  } finally {
    await past.close();
  }
  return { examples, tried };
}

/** `[FOLDS]` temporal orders, each without the users of one fold. */
export function ordersWithoutFolds(split: Split, signal: AbortSignal | undefined): Float32Array[] {
  return Array.from({ length: FOLDS }, (_, fold) => {
    signal?.throwIfAborted();
    return temporalOrder(split, (user) => user % FOLDS !== fold);
  });
}

/** The examples of one user, whose features are still to be finished. */
function readExamples(
  past: PastReader,
  split: Split,
  user: number,
  temporalOrder: Float32Array,
): Examples & { unfinished: UnfinishedFeatures[] } {
  const examples: Example[] = [];
  const unfinished: UnfinishedFeatures[] = [];
  const positions = targetPositions(split, user);
  for (const at of positions) {
    const { candidates, target: item, features: read } = past.read(split, user, at, temporalOrder);
    const { items, count } = candidates;
    const target = items.subarray(0, count).indexOf(item);
    if (target < 0) continue;
    const own = read();
    const masked = Float32Array.from(items, (_, rank) => (rank >= count ? 1 : own.unchosen[rank]));
    examples.push({ user, features: own.features, count, masked, target });
    unfinished.push(own);
  }
  return { examples, unfinished, tried: positions.length };
}

/** The positions of a user's newest training events that may be targets. */
export function targetPositions(split: Split, user: number): number[] {
  const isTarget = trainTargets(split, user);
  const positions = Array.from(trainItems(split, user).keys()).filter((at) => at > 0 && isTarget?.[at] !== 0);
  return positions.slice(-EVENTS_PER_USER);
}

/** A user before one training event, as the tables were without it and all later events. */
export interface Past {
  /** The events before, oldest first. */
  history: Int32Array;
  /** The item of the event. */
  target: number;
  candidates: Candidates;
  /** Features of the candidates; to be called before the next past is read. */
  features(): UnfinishedFeatures;
}

export interface PastReader extends Pick<FeatureReader, 'finish' | 'close'> {
  /**
   * Calls must not overlap.
   *
   * @param at position of the event
   */
  read(split: Split, user: number, at: number, temporalOrder: Float32Array): Past;
}

export interface PastOptions {
  /** Items that are new in this past: they are no candidates, and the history is read without them. */
  hidden?: Uint8Array;
  /** Default: all cores. */
  threads?: number;
}

export function createPastReader(
  statistics: ItemStatistics,
  diagonals: Diagonals,
  { hidden, threads }: PastOptions = {},
): PastReader {
  const { weights, variants } = leaveOutTables(statistics, diagonals);
  const tables = [weights, ...Object.values(variants)];
  const source = createCandidateSource(statistics);
  const reader = createFeatureReader(statistics, source.includesHistory, threads);
  const passes = hidden && ((item: number) => hidden[item] === 0);

  function read(split: Split, user: number, at: number, temporalOrder: Float32Array): Past {
    const events = trainItems(split, user);
    const eventWeights = trainWeights(split, user);
    // Distinct items by first occurrence, so that those of every prefix come first.
    const items = [...new Set(events)];
    const history = events.subarray(0, at);
    const prefix = [...new Set(history)];
    const values = eventWeights && {
      all: largestWeights(events, eventWeights),
      prefix: largestWeights(history, eventWeights),
    };
    for (const table of tables) table.leaveOut(items, prefix, values);
    const known = hidden === undefined ? history : history.map((item) => (hidden[item] === 1 ? -1 : item));
    const candidates = source.candidates(known, passes, weights.weight);
    const leaveOut: LeaveOutContext = {
      weights,
      variants,
      later: new Set(items.slice(prefix.length)),
      newest: events[events.length - 1],
      transitions: transitionsAcross(events, at),
      temporalOrder,
    };
    return { history, target: events[at], candidates, features: () => reader.read(known, candidates, leaveOut) };
  }
  return { read, finish: reader.finish, close: reader.close };
}

function leaveOutTables(statistics: ItemStatistics, diagonals: Diagonals) {
  const weights = createLeaveOut(statistics.weights, diagonals.weights);
  const variants: Partial<Record<Variant, LeaveOut>> = {};
  for (const variant of VARIANTS) {
    const [table, diagonal] = [statistics.variants[variant], diagonals.variants[variant]];
    if (table !== undefined && diagonal !== undefined) variants[variant] = createLeaveOut(table, diagonal);
  }
  return { weights, variants };
}

/** The counted transitions of a user that lead from before position `at` to it or past it. */
function transitionsAcross(events: Int32Array, at: number): OwnTransition[] {
  const transitions: OwnTransition[] = [];
  for (let from = Math.max(0, at - REACH); from < at; from++)
    for (let to = at; to <= from + REACH && to < events.length; to++)
      transitions.push({ from: events[from], to: events[to], weight: REACH_DECAY ** (to - from - 1) });
  return transitions;
}
