/**
 * Training examples of the re-ranker: the newest training events of users that may be targets. Each is
 * the target; its history is what stood before it. The event and all later events of the user are first
 * removed from the weights and counts (leave-out.ts). Validation and test events play no part.
 *
 * On Scientific the linear model ranks these examples as well as the validation cases (NDCG@10 .094
 * and .098), so what is learned from them carries over.
 */
import type { Random, RunContext } from '@lorekeep/core';
import { type Split, trainItems, trainTargets, trainWeights } from '@lorekeep/evaluation';
import { createCandidateSource, largestWeights } from '@lorekeep/linear';
import { createFeatureReader } from '../features/feature-reader.ts';
import type { OwnTransition } from '../features/query.ts';
import { type ItemStatistics, REACH, REACH_DECAY, VARIANTS, type Variant } from '../statistics/item-statistics.ts';
import { createLeaveOut, type LeaveOut } from '../statistics/leave-out.ts';
import { temporalOrder } from '../statistics/temporal-order.ts';

/** Newest training events of a user that become examples. */
const EVENTS_PER_USER = 3;
/**
 * The temporal order is solved once per fold, without the users of the fold, for their examples.
 */
const FOLDS = 5;
/** Users between two progress reports. */
const USERS_PER_REPORT = 256;

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
  { progress, signal }: RunContext = {},
): Promise<Examples> {
  const temporalOrders = ordersWithoutFolds(split, signal);
  const examplesOf = createExampleReader(statistics, diagonals);
  const users = random.shuffle(Uint32Array.from(split.trainLengths.keys()));
  const examples: Example[] = [];
  let tried = 0;
  for (const [index, user] of users.entries()) {
    if (examples.length >= limit) break;
    if (index % USERS_PER_REPORT === 0) {
      signal?.throwIfAborted();
      progress?.({ stage: 're-ranker', done: examples.length, total: limit, unit: 'examples' });
      await yieldToEventLoop();
    }
    const own = examplesOf(split, user, temporalOrders[user % FOLDS]);
    examples.push(...own.examples);
    tried += own.tried;
  }
  return { examples, tried };
}

/** `[FOLDS]` temporal orders, each without the users of one fold. */
function ordersWithoutFolds(split: Split, signal: AbortSignal | undefined): Float32Array[] {
  return Array.from({ length: FOLDS }, (_, fold) => {
    signal?.throwIfAborted();
    return temporalOrder(split, (user) => user % FOLDS !== fold);
  });
}

/** @returns the examples of one user; calls must not overlap */
function createExampleReader(statistics: ItemStatistics, diagonals: Diagonals) {
  const { weights, variants } = leaveOutTables(statistics, diagonals);
  const tables = [weights, ...Object.values(variants)];
  const source = createCandidateSource(statistics);
  const reader = createFeatureReader(statistics, source.includesHistory);

  function exampleAt(
    user: number,
    events: Int32Array,
    eventWeights: Float32Array | undefined,
    at: number,
    items: readonly number[],
    temporalOrder: Float32Array,
  ): Example | undefined {
    const history = events.subarray(0, at);
    const prefix = [...new Set(history)];
    const values = eventWeights && {
      all: largestWeights(events, eventWeights),
      prefix: largestWeights(history, eventWeights),
    };
    for (const table of tables) table.leaveOut(items, prefix, values);
    const candidates = source.candidates(history, undefined, weights.weight);
    const { count } = candidates;
    const target = candidates.items.subarray(0, count).indexOf(events[at]);
    if (target < 0) return undefined;
    const { features, unchosen } = reader.read(history, candidates, {
      weights,
      variants,
      later: new Set(items.slice(prefix.length)),
      newest: events[events.length - 1],
      transitions: transitionsAcross(events, at),
      temporalOrder,
    });
    const masked = Float32Array.from(candidates.items, (_, rank) => (rank >= count ? 1 : unchosen[rank]));
    return { user, features, count, masked, target };
  }

  return (split: Split, user: number, temporalOrder: Float32Array): Examples => {
    const events = trainItems(split, user);
    const isTarget = trainTargets(split, user);
    // Distinct items by first occurrence, so that those of every prefix come first.
    const items = [...new Set(events)];
    const examples: Example[] = [];
    let tried = 0;
    const positions = Array.from(events.keys()).filter((at) => at > 0 && isTarget?.[at] !== 0);
    for (const at of positions.slice(-EVENTS_PER_USER)) {
      tried++;
      const example = exampleAt(user, events, trainWeights(split, user), at, items, temporalOrder);
      if (example !== undefined) examples.push(example);
    }
    return { examples, tried };
  };
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

/** Lets timers and input run. */
const yieldToEventLoop = () => new Promise<void>((resolve) => setImmediate(resolve));
