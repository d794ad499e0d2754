/**
 * Which events may be trained on, and which ones are held out as targets.
 *
 * * `leave-one-out`: of every user with at least three events, the last is the test target, the last
 *   but one the validation target, and the rest is for training (the protocol of SASRec, UniSRec and
 *   LEARN). A user with one or two events has no target; their events are all for training. The
 *   protocol leaks time between users.
 * * `temporal`: two moments divide the log of all users. Events before the first moment are for
 *   training; the first event of a user between the two is the validation target, the first one after
 *   the second the test target, if at least one event precedes it. This is what a shop sees that
 *   trains at night and serves by day; it needs real time stamps.
 *
 * After everything is selected, training may go on to the test targets or to the end (`FitOn`). A set
 * whose targets may be trained on has no cases.
 */
import type { InteractionLog } from '@lorekeep/store';
import { errors } from './errors.ts';

/** How the log is divided into training events and held-out targets. */
export type Protocol = 'leave-one-out' | 'temporal';

/**
 * How far training may read: up to the validation targets (`train`, as everything is selected), up to
 * the test targets (`valid`, with the selections kept), or to the end (`all`: nothing is held out).
 */
export type FitOn = 'train' | 'valid' | 'all';

/** The cases that settings are selected by, or those that are evaluated once at the end. */
export type EvaluationSet = 'valid' | 'test';

export interface Split {
  protocol: Protocol;
  fitOn: FitOn;
  log: InteractionLog;
  /** `[users]` how many of each user's events, from the first, may be trained on. */
  trainLengths: Uint32Array;
  /** Users with a target, in ascending order. In `leave-one-out` they are the same for both sets. */
  heldOut: Record<EvaluationSet, HeldOut>;
  /** Users with events and without a target. */
  short: number;
  /** Users without events. */
  empty: number;
  /** Training events, and pairs of neighbouring training events of one user. */
  trainEvents: number;
  transitions: number;
}

export interface HeldOut {
  /** Rows of users in the log. */
  users: Uint32Array;
  /** Position of each target in `log.items`; the history stands before it. */
  targets: Uint32Array;
}

export interface EvaluationCase {
  /** Oldest first; a view, not a copy. The test history includes the validation event. */
  history: Int32Array;
  target: number;
}

export const PROTOCOLS: readonly Protocol[] = ['leave-one-out', 'temporal'];
const FIT_ON: readonly FitOn[] = ['train', 'valid', 'all'];
const SETS: readonly EvaluationSet[] = ['valid', 'test'];

/** `leave-one-out` evaluates users with at least this number of events. */
export const MIN_EVENTS = 3;

/** Shares of the events, by time, that `temporal` keeps for training and for training and validation. */
const TRAIN_SHARE = 0.8;
const VALID_SHARE = 0.9;

/**
 * @param on how far training may read. Default `'train'`.
 * @throws LorekeepError `EVALUATION_INPUT_INVALID` for an unknown protocol or `on`,
 *   `EVALUATION_NO_CASES` if `temporal` leaves no user with a target
 */
export function splitBy(protocol: Protocol, log: InteractionLog, on: FitOn = 'train'): Split {
  if (!FIT_ON.includes(on))
    throw errors.EVALUATION_INPUT_INVALID({ name: 'on', problem: `must be one of ${FIT_ON.join(', ')}` });
  if (protocol === 'leave-one-out') return leaveOneOut(log, on);
  if (protocol === 'temporal') return temporal(log, on);
  throw errors.EVALUATION_INPUT_INVALID({ name: 'protocol', problem: `must be one of ${PROTOCOLS.join(', ')}` });
}

export function leaveOneOut(log: InteractionLog, on: FitOn = 'train'): Split {
  return split('leave-one-out', on, log, (first, end) => {
    if (end - first < MIN_EVENTS) return { trained: end, known: end };
    return { trained: end - 2, known: end - 1, valid: end - 2, test: end - 1 };
  });
}

/** @throws LorekeepError `EVALUATION_NO_CASES` */
export function temporal(log: InteractionLog, on: FitOn = 'train'): Split {
  const sorted = Float64Array.from(log.timestamps).sort();
  const at = (share: number) => sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))];
  const [validFrom, testFrom] = [at(TRAIN_SHARE), at(VALID_SHARE)];
  const found = split('temporal', on, log, (first, end) => {
    let trained = first;
    while (trained < end && log.timestamps[trained] < validFrom) trained++;
    let later = trained;
    while (later < end && log.timestamps[later] < testFrom) later++;
    // A target without a history could only be guessed.
    return {
      trained,
      known: later,
      ...(trained > first && later > trained ? { valid: trained } : {}),
      ...(later > first && end > later ? { test: later } : {}),
    };
  });
  for (const set of SETS)
    if (isHeldOut(set, on) && found.heldOut[set].users.length === 0) throw errors.EVALUATION_NO_CASES({ set });
  return found;
}

interface Cut {
  /** One past the last event that may be trained on. */
  trained: number;
  /** One past the last event before the test target, or before the moment of the test. */
  known: number;
  valid?: number;
  test?: number;
}

const emptyList = () => ({ users: [] as number[], targets: [] as number[] });

/** Whether training does not see the targets of a set. */
const isHeldOut = (set: EvaluationSet, on: FitOn) => on === 'train' || (on === 'valid' && set === 'test');

function split(protocol: Protocol, on: FitOn, log: InteractionLog, cut: (first: number, end: number) => Cut): Split {
  const users = log.userIds.length;
  const trainLengths = new Uint32Array(users);
  const heldOut = { valid: emptyList(), test: emptyList() };
  const sums = { short: 0, empty: 0, trainEvents: 0, transitions: 0 };
  for (let user = 0; user < users; user++) {
    const first = log.offsets[user];
    const end = log.offsets[user + 1];
    const { trained: selectedBy, known, ...targets } = cut(first, end);
    const trained = { train: selectedBy, valid: known, all: end }[on];
    for (const set of SETS) {
      const target = targets[set];
      if (target === undefined || !isHeldOut(set, on)) continue;
      heldOut[set].users.push(user);
      heldOut[set].targets.push(target);
    }
    if (end === first) sums.empty++;
    else if (targets.valid === undefined && targets.test === undefined) sums.short++;
    trainLengths[user] = trained - first;
    sums.trainEvents += trained - first;
    sums.transitions += Math.max(0, trained - first - 1);
  }
  const typed = ({ users, targets }: { users: number[]; targets: number[] }): HeldOut => ({
    users: Uint32Array.from(users),
    targets: Uint32Array.from(targets),
  });
  return {
    protocol,
    fitOn: on,
    log,
    trainLengths,
    heldOut: { valid: typed(heldOut.valid), test: typed(heldOut.test) },
    ...sums,
  };
}

/** A user's training events, oldest first: a view, not a copy. */
export function trainItems({ log, trainLengths }: Split, user: number): Int32Array {
  const start = log.offsets[user];
  return log.items.subarray(start, start + trainLengths[user]);
}

/** Training events of each item, `[items]`. */
export function trainCounts(split: Split): Uint32Array {
  const counts = new Uint32Array(split.log.itemIds.length);
  for (let user = 0; user < split.trainLengths.length; user++)
    for (const item of trainItems(split, user)) counts[item]++;
  return counts;
}

/** All cases of a set, in the order of `heldOut[set].users`. */
export function evaluationCases({ log, heldOut }: Split, set: EvaluationSet): EvaluationCase[] {
  const { users, targets } = heldOut[set];
  return Array.from(users, (user, at) => ({
    history: log.items.subarray(log.offsets[user], targets[at]),
    target: log.items[targets[at]],
  }));
}
