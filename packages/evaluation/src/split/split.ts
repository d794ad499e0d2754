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
 *
 * An `EventChoice` restricts which events may be targets and what one user can count for. Histories
 * keep all events, as in serving.
 */
import type { InteractionLog } from '@lorekeep/store';
import { errors } from '../errors.ts';
import {
  type ChosenEvents,
  chosenEvents,
  type EventChoice,
  type TrainingEvents,
  trainingEvents,
} from './training-events.ts';
import { unwantedItems } from './unwanted-items.ts';

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
  /** `[users]` number of each user's training events. */
  trainLengths: Uint32Array;
  /** Absent if the training events are each user's first ones, unweighted, and all may be targets. */
  training?: TrainingEvents;
  /** Users with implausibly many events, who are left out. */
  leftOut: Uint32Array;
  /** The largest number of events of a user who counts. */
  userLimit: number;
  /** Identifies what the choice of events changed; '' if nothing. */
  choice: string;
  /**
   * Users with a target, in ascending order. In `leave-one-out` they are the same for both sets.
   */
  heldOut: Record<EvaluationSet, HeldOut>;
  /** Number of users with events but without a target. */
  short: number;
  /** Number of users without events. Users who are left out are neither short nor empty. */
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
  /**
   * Items that are not recommended to the user, because the user did not want them. Absent if there
   * are none.
   */
  unwanted?: Int32Array;
}

export const PROTOCOLS: readonly Protocol[] = ['leave-one-out', 'temporal'];
const FIT_ON: readonly FitOn[] = ['train', 'valid', 'all'];
const SETS: readonly EvaluationSet[] = ['valid', 'test'];

/** Shares of the events, by time, before the first and before the second moment of `temporal`. */
const TRAIN_SHARE = 0.8;
const VALID_SHARE = 0.9;

/**
 * @param fitOn how far training may read. Default `'train'`.
 * @param choice Default: all events are trained on and may be targets.
 * @throws LorekeepError `EVALUATION_INPUT_INVALID` for an unknown protocol or `fitOn`,
 *   `TARGET_UNKNOWN`, `EVALUATION_NO_CASES` if `temporal` finds no target in a held-out set
 */
export function splitBy(
  protocol: Protocol,
  log: InteractionLog,
  fitOn: FitOn = 'train',
  choice: EventChoice = {},
): Split {
  if (!FIT_ON.includes(fitOn))
    throw errors.EVALUATION_INPUT_INVALID({ name: 'fitOn', problem: `must be one of ${FIT_ON.join(', ')}` });
  if (protocol === 'leave-one-out') return leaveOneOut(log, fitOn, choice);
  if (protocol === 'temporal') return temporal(log, fitOn, choice);
  throw errors.EVALUATION_INPUT_INVALID({ name: 'protocol', problem: `must be one of ${PROTOCOLS.join(', ')}` });
}

export function leaveOneOut(log: InteractionLog, fitOn: FitOn = 'train', choice: EventChoice = {}): Split {
  const chosen = chosenEvents(log, choice);
  return split('leave-one-out', fitOn, log, chosen, choice, (first, end) => {
    const test = lastTarget(chosen, first, end);
    const valid = lastTarget(chosen, first, test);
    // A validation target has a history: a user needs three events.
    if (valid <= first) return { trained: end, known: end };
    return { trained: valid, known: test, valid, test };
  });
}

/** Position of the last target before `end`, `first` − 1 if there is none. */
function lastTarget({ isTarget }: ChosenEvents, first: number, end: number): number {
  let at = end - 1;
  while (at >= first && isTarget?.[at] === 0) at--;
  return Math.max(at, first - 1);
}

/** Position of the first target from `from` on, `undefined` if there is none before `end`. */
function firstTarget({ isTarget }: ChosenEvents, from: number, end: number): number | undefined {
  let at = from;
  while (at < end && isTarget?.[at] === 0) at++;
  return at < end ? at : undefined;
}

/** @throws LorekeepError `EVALUATION_NO_CASES` if a held-out set has no target */
export function temporal(log: InteractionLog, fitOn: FitOn = 'train', choice: EventChoice = {}): Split {
  const chosen = chosenEvents(log, choice);
  const sorted = timesOf(log, chosen).sort();
  const at = (share: number) => sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))];
  const [validFrom, testFrom] = [at(TRAIN_SHARE), at(VALID_SHARE)];
  const found = split('temporal', fitOn, log, chosen, choice, (first, end) => {
    let trained = first;
    while (trained < end && log.timestamps[trained] < validFrom) trained++;
    let later = trained;
    while (later < end && log.timestamps[later] < testFrom) later++;
    // A target needs a history, so a user's first event is never a target.
    return {
      trained,
      known: later,
      ...(trained > first ? { valid: firstTarget(chosen, trained, later) } : {}),
      ...(later > first ? { test: firstTarget(chosen, later, end) } : {}),
    };
  });
  for (const set of SETS)
    if (isHeldOut(set, fitOn) && found.heldOut[set].users.length === 0) throw errors.EVALUATION_NO_CASES({ set });
  return found;
}

/**
 * Holds out what came at a given moment or later: the test target of a user is the first event from
 * then on, if at least one event precedes it. All events before the moment are training events, and
 * there is no validation set. With it, versions are compared that were trained before the moment.
 *
 * @param moment in the unit of the timestamps
 */
export function splitAt(moment: number, log: InteractionLog, choice: EventChoice = {}): Split {
  const chosen = chosenEvents(log, choice);
  return split('temporal', 'valid', log, chosen, choice, (first, end) => {
    let known = first;
    while (known < end && log.timestamps[known] < moment) known++;
    return { trained: known, known, ...(known > first ? { test: firstTarget(chosen, known, end) } : {}) };
  });
}

/** The times of all events of users who count. */
function timesOf({ timestamps, offsets }: InteractionLog, { leftOut }: ChosenEvents): Float64Array {
  if (leftOut === undefined) return timestamps.slice();
  return Float64Array.from(
    Array.from(leftOut.keys()).flatMap((user) =>
      leftOut[user] === 1 ? [] : [...timestamps.subarray(offsets[user], offsets[user + 1])],
    ),
  );
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

function split(
  protocol: Protocol,
  fitOn: FitOn,
  log: InteractionLog,
  chosen: ChosenEvents,
  choice: EventChoice,
  cut: (first: number, end: number) => Cut,
): Split {
  const users = log.userIds.length;
  const { leftOut, userLimit, isTarget } = chosen;
  const lengths = new Uint32Array(users);
  const heldOut = { valid: growingHeldOut(), test: growingHeldOut() };
  const sums = { short: 0, empty: 0, trainEvents: 0, transitions: 0 };
  for (let user = 0; user < users; user++) {
    if (leftOut?.[user] === 1) continue;
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
    lengths[user] = trainEnd - first;
  }
  const training = trainingEvents(log, lengths, chosen);
  const trainLengths = training
    ? lengths.map((_, user) => training.offsets[user + 1] - training.offsets[user])
    : lengths;
  for (const length of trainLengths) {
    sums.trainEvents += length;
    sums.transitions += Math.max(0, length - 1);
  }
  const isChanged = training !== undefined || leftOut !== undefined;
  return {
    protocol,
    fitOn,
    log,
    trainLengths,
    ...(training === undefined ? {} : { training }),
    leftOut: Uint32Array.from(leftOut?.keys() ?? []).filter((user) => leftOut?.[user] === 1),
    userLimit,
    choice: isChanged ? JSON.stringify([isTarget && choice.target, choice.maxPairEvents, leftOut && userLimit]) : '',
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
export function trainItems({ log, training, trainLengths }: Split, user: number): Int32Array {
  const { items, offsets } = training ?? log;
  return items.subarray(offsets[user], offsets[user] + trainLengths[user]);
}

/** Weights of the same events; `undefined` if all are 1. */
export function trainWeights({ training, trainLengths }: Split, user: number): Float32Array | undefined {
  return training?.weights?.subarray(training.offsets[user], training.offsets[user] + trainLengths[user]);
}

/** 1 for those of the same events that may be targets; `undefined` if all may. */
export function trainTargets({ training, trainLengths }: Split, user: number): Uint8Array | undefined {
  return training?.isTarget?.subarray(training.offsets[user], training.offsets[user] + trainLengths[user]);
}

/** `[items]` number of training events of each item. */
export function trainCounts(split: Split): Uint32Array {
  return countItems(split, (user) => trainItems(split, user));
}

/** `[items]` number of training events of each item that may be targets. */
export function trainTargetCounts(split: Split): Uint32Array {
  return countItems(split, (user) => {
    const isTarget = trainTargets(split, user);
    const items = trainItems(split, user);
    return isTarget === undefined ? items : items.filter((_, at) => isTarget[at] === 1);
  });
}

/** `[items]` number of users with a training event of each item: its popularity. */
export function trainUsers(split: Split): Uint32Array {
  return countItems(split, (user) => new Set(trainItems(split, user)));
}

function countItems({ log, trainLengths }: Split, itemsOf: (user: number) => Iterable<number>): Uint32Array {
  const counts = new Uint32Array(log.itemIds.length);
  for (let user = 0; user < trainLengths.length; user++) for (const item of itemsOf(user)) counts[item]++;
  return counts;
}

/** Largest number of cases that a choice between settings is made on. */
const MAX_CHOICE_CASES = 20_000;

/** Every second, third, … case, so that at most 20,000 remain: with these, settings are compared. */
export function casesForChoice(cases: readonly EvaluationCase[]): readonly EvaluationCase[] {
  const step = Math.ceil(cases.length / MAX_CHOICE_CASES);
  return step <= 1 ? cases : cases.filter((_, at) => at % step === 0);
}

/** All cases of a set, in the order of `heldOut[set].users`. */
export function evaluationCases({ log, heldOut }: Split, set: EvaluationSet): EvaluationCase[] {
  const { users, targets } = heldOut[set];
  return Array.from(users, (user, at) => {
    const unwanted = unwantedItems(log, user, targets[at]);
    return {
      history: log.items.subarray(log.offsets[user], targets[at]),
      target: log.items[targets[at]],
      ...(unwanted === undefined ? {} : { unwanted }),
    };
  });
}
