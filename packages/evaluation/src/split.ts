/**
 * Divides an interaction log into training events and held-out targets.
 *
 * * `leave-one-out`: for a user with at least three events, the last event is the test target, the
 *   second last the validation target, and all others are training events (the protocol of SASRec,
 *   UniSRec and LEARN). A user with one or two events has no target, and all their events are
 *   training events. Training events of one user may be later than targets of another.
 * * `temporal`: two moments divide the log of all users. Events before the first moment are
 *   training events. A user's first event between the moments is the validation target, and the
 *   first event after the second moment is the test target, if at least one event precedes it. This
 *   corresponds to a shop that trains at night and serves by day. It needs real timestamps.
 *
 * Once all settings are selected, training may continue to the test targets or to the end
 * (`FitOn`). A set whose targets may be trained on has no cases.
 */
import type { InteractionLog } from '@lorekeep/store';
import { errors } from './errors.ts';

/** How a log is divided into training events and held-out targets. */
export type Protocol = 'leave-one-out' | 'temporal';

/**
 * How far training may read: up to the validation targets (`train`, while settings are selected),
 * up to the test targets (`valid`, with the selected settings), or to the end (`all`, with nothing
 * held out).
 */
export type FitOn = 'train' | 'valid' | 'all';

/** `valid` selects settings; `test` is evaluated once at the end. */
export type EvaluationSet = 'valid' | 'test';

export interface Split {
  protocol: Protocol;
  fitOn: FitOn;
  log: InteractionLog;
  /** `[users]` number of each user's first events that may be trained on. */
  trainLengths: Uint32Array;
  /**
   * Users with a target, in ascending order. In `leave-one-out` they are the same for both sets.
   */
  heldOut: Record<EvaluationSet, HeldOut>;
  /** Number of users with events but without a target. */
  short: number;
  /** Number of users without events. */
  empty: number;
  /** Number of training events. */
  trainEvents: number;
  /** Number of pairs of successive training events of one user. */
  transitions: number;
}

export interface HeldOut {
  /** Rows of users in the log. */
  users: Uint32Array;
  /** Position of each target in `log.items`; its history precedes it. */
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

/** Events of a user that `leave-one-out` needs for a target. */
const MIN_EVENTS = 3;

/** Shares of the events, by time, before the first and before the second moment of `temporal`. */
const TRAIN_SHARE = 0.8;
const VALID_SHARE = 0.9;

/**
 * @param fitOn how far training may read. Default `'train'`.
 * @throws LorekeepError `EVALUATION_INPUT_INVALID` for an unknown protocol or `fitOn`,
 *   `EVALUATION_NO_CASES` if `temporal` finds no target in a held-out set
 */
export function splitBy(protocol: Protocol, log: InteractionLog, fitOn: FitOn = 'train'): Split {
  if (!FIT_ON.includes(fitOn))
    throw errors.EVALUATION_INPUT_INVALID({ name: 'fitOn', problem: `must be one of ${FIT_ON.join(', ')}` });
  if (protocol === 'leave-one-out') return leaveOneOut(log, fitOn);
  if (protocol === 'temporal') return temporal(log, fitOn);
  throw errors.EVALUATION_INPUT_INVALID({ name: 'protocol', problem: `must be one of ${PROTOCOLS.join(', ')}` });
}

export function leaveOneOut(log: InteractionLog, fitOn: FitOn = 'train'): Split {
  return split('leave-one-out', fitOn, log, (first, end) => {
    if (end - first < MIN_EVENTS) return { trained: end, known: end };
    return { trained: end - 2, known: end - 1, valid: end - 2, test: end - 1 };
  });
}

/** @throws LorekeepError `EVALUATION_NO_CASES` if a held-out set has no target */
export function temporal(log: InteractionLog, fitOn: FitOn = 'train'): Split {
  const sorted = Float64Array.from(log.timestamps).sort();
  const at = (share: number) => sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))];
  const [validFrom, testFrom] = [at(TRAIN_SHARE), at(VALID_SHARE)];
  const found = split('temporal', fitOn, log, (first, end) => {
    let trained = first;
    while (trained < end && log.timestamps[trained] < validFrom) trained++;
    let later = trained;
    while (later < end && log.timestamps[later] < testFrom) later++;
    // A target needs a history, so a user's first event is never a target.
    return {
      trained,
      known: later,
      ...(trained > first && later > trained ? { valid: trained } : {}),
      ...(later > first && end > later ? { test: later } : {}),
    };
  });
  for (const set of SETS)
    if (isHeldOut(set, fitOn) && found.heldOut[set].users.length === 0) throw errors.EVALUATION_NO_CASES({ set });
  return found;
}

/** Where the events of one user are divided, as positions in `log.items`. */
interface Cut {
  /** End of the training events while settings are selected. */
  trained: number;
  /** End of the events before the test target or the second moment. */
  known: number;
  valid?: number;
  test?: number;
}

/** Whether training does not read the targets of a set. */
const isHeldOut = (set: EvaluationSet, fitOn: FitOn) => fitOn === 'train' || (fitOn === 'valid' && set === 'test');

function split(protocol: Protocol, fitOn: FitOn, log: InteractionLog, cut: (first: number, end: number) => Cut): Split {
  const users = log.userIds.length;
  const trainLengths = new Uint32Array(users);
  const heldOut = { valid: growingHeldOut(), test: growingHeldOut() };
  const sums = { short: 0, empty: 0, trainEvents: 0, transitions: 0 };
  for (let user = 0; user < users; user++) {
    const first = log.offsets[user];
    const end = log.offsets[user + 1];
    const { trained, known, ...targets } = cut(first, end);
    const trainEnd = { train: trained, valid: known, all: end }[fitOn];
    for (const set of SETS) {
      const target = targets[set];
      if (target === undefined || !isHeldOut(set, fitOn)) continue;
      heldOut[set].users.push(user);
      heldOut[set].targets.push(target);
    }
    if (end === first) sums.empty++;
    else if (targets.valid === undefined && targets.test === undefined) sums.short++;
    trainLengths[user] = trainEnd - first;
    sums.trainEvents += trainEnd - first;
    sums.transitions += Math.max(0, trainEnd - first - 1);
  }
  return {
    protocol,
    fitOn,
    log,
    trainLengths,
    heldOut: { valid: typedHeldOut(heldOut.valid), test: typedHeldOut(heldOut.test) },
    ...sums,
  };
}

const growingHeldOut = () => ({ users: [] as number[], targets: [] as number[] });

const typedHeldOut = ({ users, targets }: ReturnType<typeof growingHeldOut>): HeldOut => ({
  users: Uint32Array.from(users),
  targets: Uint32Array.from(targets),
});

/** Item rows of a user's training events, oldest first: a view, not a copy. */
export function trainItems({ log, trainLengths }: Split, user: number): Int32Array {
  const start = log.offsets[user];
  return log.items.subarray(start, start + trainLengths[user]);
}

/** `[items]` number of training events of each item. */
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
