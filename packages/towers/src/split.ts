/**
 * Which events may be trained on, and who is asked about what afterwards.
 *
 * * `leave-one-out`: of every user with at least three events the last is the test target, the last but one the validation
 *   target, the rest is for training (the protocol of SASRec, UniSRec, LEARN). A user with one or two events cannot spare
 *   any: those are trained on where they hold a transition, and nobody is asked about them. It leaks time between users.
 * * `temporal`: two moments cut the log for everybody. Events before the first are for training; a user's first event between the
 *   two is the validation target, the first one after the second the test target, wherever something precedes it. What a shop sees
 *   that trains at night and serves by day; it needs real time stamps.
 *
 * Either may be moved on, once everything is chosen: training up to the test targets, or up to the end (`TrainedOn`). A set whose
 * targets may be trained on has no questions.
 */
import type { Corpus } from '@lorekeep/store';
import { badTowerInput, noQuestions } from './errors.ts';
import type { EvaluationSet, Protocol, TrainedOn } from './types.ts';

export interface Split {
  protocol: Protocol;
  trainedOn: TrainedOn;
  corpus: Corpus;
  /** `[users]` events of each user that may be trained on: the first that many. */
  trainLengths: Uint32Array;
  /** Who is asked about, in ascending order. In `leave-one-out` the same users for both sets. */
  asked: Record<EvaluationSet, Asked>;
  /** Users with too few events to be asked about. */
  short: number;
  /** Users without events. */
  empty: number;
  /** Training events, and pairs of neighbouring training events of one user. */
  trainEvents: number;
  transitions: number;
}

export interface Asked {
  /** Rows of the corpus's users. */
  users: Uint32Array;
  /** Where each one's target lies in `corpus.items`; what is known stands before it. */
  targets: Uint32Array;
}

export interface Question {
  /** Oldest first; a view, not a copy. The test history includes the validation event. */
  history: Int32Array;
  target: number;
}

export const PROTOCOLS: readonly Protocol[] = ['leave-one-out', 'temporal'];
const TRAINED_ON: readonly TrainedOn[] = ['train', 'valid', 'all'];
const SETS: readonly EvaluationSet[] = ['valid', 'test'];

/** The least number of events from which a user is evaluated by `leave-one-out`. */
export const LEAST_EVENTS = 3;

/** Shares of the events, by time, that `temporal` keeps for training and for training and validation. */
const TRAIN_SHARE = 0.8;
const VALID_SHARE = 0.9;

/**
 * @param on what may be trained on. Default `'train'`.
 * @throws LorekeepError `TOWERS_BAD_INPUT` for an unknown protocol or part, `TOWERS_NO_QUESTIONS` where `temporal` leaves nobody to ask about
 */
export function splitBy(protocol: Protocol, corpus: Corpus, on: TrainedOn = 'train'): Split {
  if (!TRAINED_ON.includes(on)) throw badTowerInput('on', `must be one of ${TRAINED_ON.join(', ')}`);
  if (protocol === 'leave-one-out') return leaveOneOut(corpus, on);
  if (protocol === 'temporal') return temporal(corpus, on);
  throw badTowerInput('protocol', `must be one of ${PROTOCOLS.join(', ')}`);
}

export function leaveOneOut(corpus: Corpus, on: TrainedOn = 'train'): Split {
  return split('leave-one-out', on, corpus, (first, end) => {
    if (end - first < LEAST_EVENTS) return { trained: end, known: end };
    return { trained: end - 2, known: end - 1, valid: end - 2, test: end - 1 };
  });
}

/** @throws LorekeepError `TOWERS_NO_QUESTIONS` */
export function temporal(corpus: Corpus, on: TrainedOn = 'train'): Split {
  const sorted = Float64Array.from(corpus.timestamps).sort();
  const at = (share: number) => sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))];
  const [validFrom, testFrom] = [at(TRAIN_SHARE), at(VALID_SHARE)];
  const found = split('temporal', on, corpus, (first, end) => {
    let trained = first;
    while (trained < end && corpus.timestamps[trained] < validFrom) trained++;
    let later = trained;
    while (later < end && corpus.timestamps[later] < testFrom) later++;
    // Without anything before it, a target could only be guessed.
    return {
      trained,
      known: later,
      ...(trained > first && later > trained ? { valid: trained } : {}),
      ...(later > first && end > later ? { test: later } : {}),
    };
  });
  for (const set of SETS) if (isAsked(set, on) && found.asked[set].users.length === 0) throw noQuestions(set);
  return found;
}

interface Cut {
  /** One past the last event that may be trained on. */
  trained: number;
  /** One past the last event before the test target, or of all that precede the moment of the test. */
  known: number;
  valid?: number;
  test?: number;
}

const emptyList = () => ({ users: [] as number[], targets: [] as number[] });

/** Whether a set's targets are out of training's sight. */
const isAsked = (set: EvaluationSet, on: TrainedOn) => on === 'train' || (on === 'valid' && set === 'test');

function split(protocol: Protocol, on: TrainedOn, corpus: Corpus, cut: (first: number, end: number) => Cut): Split {
  const users = corpus.userIds.length;
  const trainLengths = new Uint32Array(users);
  const asked = { valid: emptyList(), test: emptyList() };
  const sums = { short: 0, empty: 0, trainEvents: 0, transitions: 0 };
  for (let user = 0; user < users; user++) {
    const first = corpus.offsets[user];
    const end = corpus.offsets[user + 1];
    const { trained: chosenBy, known, ...targets } = cut(first, end);
    const trained = { train: chosenBy, valid: known, all: end }[on];
    for (const set of SETS) {
      const target = targets[set];
      if (target === undefined || !isAsked(set, on)) continue;
      asked[set].users.push(user);
      asked[set].targets.push(target);
    }
    if (end === first) sums.empty++;
    else if (targets.valid === undefined && targets.test === undefined) sums.short++;
    trainLengths[user] = trained - first;
    sums.trainEvents += trained - first;
    sums.transitions += Math.max(0, trained - first - 1);
  }
  const typed = ({ users, targets }: { users: number[]; targets: number[] }): Asked => ({
    users: Uint32Array.from(users),
    targets: Uint32Array.from(targets),
  });
  return {
    protocol,
    trainedOn: on,
    corpus,
    trainLengths,
    asked: { valid: typed(asked.valid), test: typed(asked.test) },
    ...sums,
  };
}

/** A user's training events, oldest first: a view, not a copy. */
export function trainItems({ corpus, trainLengths }: Split, user: number): Int32Array {
  const start = corpus.offsets[user];
  return corpus.items.subarray(start, start + trainLengths[user]);
}

/** Training events of each item, `[items]`. */
export function trainCounts(split: Split): Uint32Array {
  const counts = new Uint32Array(split.corpus.itemIds.length);
  for (let user = 0; user < split.trainLengths.length; user++)
    for (const item of trainItems(split, user)) counts[item]++;
  return counts;
}

/** All questions of a set, in the order of `asked[set].users`. */
export function questions({ corpus, asked }: Split, set: EvaluationSet): Question[] {
  const { users, targets } = asked[set];
  return Array.from(users, (user, at) => ({
    history: corpus.items.subarray(corpus.offsets[user], targets[at]),
    target: corpus.items[targets[at]],
  }));
}
