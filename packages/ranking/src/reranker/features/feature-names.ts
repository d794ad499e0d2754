/** The features of a candidate, in the order in which the network reads them. */
import type { Variant } from '../statistics/item-statistics.ts';

export const FEATURES = [
  // Linear model: score and rank of the candidate, and which history items support it.
  'score',
  'rank',
  'fromLast', // weight from the newest item
  'fromLastButOne',
  'strongest', // largest weight from any history item
  'relative', // score divided by that of the first candidate
  'confidence', // score of the first candidate
  'againstTenth', // score divided by that of the tenth candidate
  'shareOfAll', // score divided by the sum over all candidates
  'undecayed', // sum of weights without decay
  'steep', // sum of weights with decay 0.5
  'supporters', // history items with a weight that is not negligible
  'uncertainty',
  // Variants of the linear model (VARIANTS): score, and weights of history items.
  'eventsScore',
  'eventsFromLast',
  'eventsStrongest',
  'looseScore',
  'looseFromLast',
  'looseStrongest',
  'textualScore',
  'textualFromLast',
  'textualStrongest',
  // Text alone: cosines.
  'cosineLast', // with the newest item
  'cosineMean', // mean over the history, with decay
  'cosineMost', // largest over the history
  'cosineHistory', // mean over the history, without decay
  'cosineCandidates', // with the sum of the candidates
  // Order and time.
  'next', // share of users who went from the newest item to the candidate
  'nextDecayed', // the same from all history items, with decay
  'before', // share of users who went from the candidate to the newest item
  'timeFromLast', // temporal order: candidate minus newest item
  'timeFromRecent', // candidate minus mean of the three newest items
  'time',
  'newestShare', // share of its users whose newest event is the candidate
  // Candidate and user.
  'popularity', // users who chose the candidate
  'historyLength',
  'inHistory', // 1 / (1 + age) of the candidate in the history
  'lastPopularity',
  'meanPopularity',
  'lastTime',
  'timeSpread', // standard deviation of the temporal order over the history
  'coherence', // mean cosine between history items
  // Rank among the candidates by one feature alone, from 0 to 1.
  'rankFromLast',
  'rankByEvents',
  'rankByLoose',
  'rankByTextual',
  'rankByCosine',
  'rankByNext',
] as const;

/** Features per candidate. */
export const WIDTH = FEATURES.length;

/** Added to a count before it divides: a share of few events is weak evidence. */
export const SHRINKAGE = 3;

export type FeatureName = (typeof FEATURES)[number];

/** Column of each feature. */
export const column = Object.fromEntries(FEATURES.map((name, index) => [name, index])) as Record<FeatureName, number>;

/** Columns of the features of each variant. */
export const VARIANT_COLUMNS: Record<Variant, { score: number; fromLast: number; strongest: number }> = {
  events: { score: column.eventsScore, fromLast: column.eventsFromLast, strongest: column.eventsStrongest },
  loose: { score: column.looseScore, fromLast: column.looseFromLast, strongest: column.looseStrongest },
  textual: { score: column.textualScore, fromLast: column.textualFromLast, strongest: column.textualStrongest },
};
