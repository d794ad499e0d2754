/**
 * Leave-one-out: of every user with at least three events the last is the test target, the last but one the
 * validation target, the rest is for training (the protocol of SASRec, UniSRec, LEARN). A user with one or two events
 * cannot spare any: those are trained on where they hold a transition, and nobody is asked about them.
 *
 * The protocol leaks time between users; where time stamps are real a global temporal split is the stricter question.
 */
import type { Corpus } from '@lorekeep/store';
import type { EvaluationSet } from './types.ts';

export interface Split {
  corpus: Corpus;
  /** `[users]` events of each user that may be trained on: the first that many. */
  trainLengths: Uint32Array;
  /** Users (rows of the corpus) with a validation and a test target. */
  evaluated: Uint32Array;
  /** Users with one or two events, not evaluated. */
  short: number;
  /** Users without events. */
  empty: number;
  /** Training events, and pairs of neighbouring training events of one user. */
  trainEvents: number;
  transitions: number;
}

/** The least number of events from which a user is evaluated. */
export const LEAST_EVENTS = 3;

export function leaveOneOut(corpus: Corpus): Split {
  const users = corpus.userIds.length;
  const trainLengths = new Uint32Array(users);
  const evaluated: number[] = [];
  const split = { short: 0, empty: 0, trainEvents: 0, transitions: 0 };
  for (let user = 0; user < users; user++) {
    const length = corpus.offsets[user + 1] - corpus.offsets[user];
    const kept = length >= LEAST_EVENTS ? length - 2 : length;
    if (length >= LEAST_EVENTS) evaluated.push(user);
    else if (length > 0) split.short++;
    else split.empty++;
    trainLengths[user] = kept;
    split.trainEvents += kept;
    split.transitions += Math.max(0, kept - 1);
  }
  return { corpus, trainLengths, evaluated: Uint32Array.from(evaluated), ...split };
}

/** A user's training events, oldest first: a view, not a copy. */
export function trainItems({ corpus, trainLengths }: Split, user: number): Int32Array {
  const start = corpus.offsets[user];
  return corpus.items.subarray(start, start + trainLengths[user]);
}

/** What is known when an evaluated user is asked about (a view), and the answer. The test history includes the validation event. */
export function question({ corpus }: Split, user: number, set: EvaluationSet): { history: Int32Array; target: number } {
  const target = corpus.offsets[user + 1] - (set === 'test' ? 1 : 2);
  return { history: corpus.items.subarray(corpus.offsets[user], target), target: corpus.items[target] };
}
