/** The features of a candidate, in the order in which the network reads them. */
import type { Variant } from './item-statistics.ts';

export const FEATURES = [
  // Linear model: its score and rank, and which history items the score comes from.
  'score',
  'rank',
  'fromLast',
  'fromLastButOne',
  'strongest',
  'relative',
  'confidence',
  'againstTenth',
  'shareOfAll',
  'undecayed',
  'steep',
  'supporters',
  'uncertainty',
  // Variants of the linear model (VARIANTS): score, and which history items it comes from.
  'eventsScore',
  'eventsFromLast',
  'eventsStrongest',
  'looseScore',
  'looseFromLast',
  'looseStrongest',
  'textualScore',
  'textualFromLast',
  'textualStrongest',
  // Text alone.
  'cosineLast',
  'cosineMean',
  'cosineMost',
  'cosineHistory',
  'cosineCandidates',
  // Order and time.
  'next',
  'nextDecayed',
  'before',
  'timeFromLast',
  'timeFromRecent',
  'time',
  'newestShare',
  // Candidate and user.
  'popularity',
  'historyLength',
  'inHistory',
  'lastPopularity',
  'meanPopularity',
  'lastTime',
  'timeSpread',
  'coherence',
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

export type FeatureName = (typeof FEATURES)[number];

/** Column of each feature. */
export const column = Object.fromEntries(FEATURES.map((name, index) => [name, index])) as Record<FeatureName, number>;

/** Columns of the features of each variant. */
export const VARIANT_COLUMNS: Record<Variant, { score: number; fromLast: number; strongest: number }> = {
  events: { score: column.eventsScore, fromLast: column.eventsFromLast, strongest: column.eventsStrongest },
  loose: { score: column.looseScore, fromLast: column.looseFromLast, strongest: column.looseStrongest },
  textual: { score: column.textualScore, fromLast: column.textualFromLast, strongest: column.textualStrongest },
};
