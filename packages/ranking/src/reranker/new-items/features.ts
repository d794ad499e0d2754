/**
 * Features of a new item for one user. None of them reads an event of the item: they compare its text
 * with the texts of the history and of the items that the re-ranker put first, its leaders. What
 * similar items are worth to this user is the best that is known of a new one.
 */
import { dot } from '@lorekeep/core';
import { RECENT } from '@lorekeep/linear';
import type { CosineQuery } from './cosines.ts';

/** New items that are proposed for a history, at most. */
export const PROPOSALS = 50;
/** Weight of an event relative to the one after it, as in the baseline `decayed-history-knn`. */
export const TEXT_DECAY = 0.7;
/** A cosine counts by this power, as in that baseline. */
export const TEXT_POWER = 4;
/** The first re-ranked items, whose texts new items are compared with. */
export const LEADERS = 20;
/** Re-ranked items whose text similarity to the history is compared with that of a new item. */
const COMPARED = 50;
const SMALLEST_SHARE = 1e-3;
const SMALLEST_LEADERS = 1e-4;

export const NEW_ITEM_FEATURES = [
  // Text of the history.
  'text', // Σ decay^age · cos⁴
  'textShare', // log of the same, divided by the largest of a re-ranked item
  'textRank', // log(1 + re-ranked items that have more)
  'cosineLast', // with the newest item
  'cosineMost', // largest
  'cosineMean', // mean with decay
  'coherence', // cosine of the newest item with the sum of the history
  // Leaders, weighted by their probabilities.
  'leaders', // Σ p · cos⁴
  'leadersShare', // log of the same
  'nearestLeader', // largest cosine
  'nearestLogit', // how far the nearest leader's score is below the first
  'cosineLeaders', // with the weighted sum of the leaders
  'confidence', // probability of the first re-ranked item
  // The item and the user.
  'place', // log(1 + position among the proposals)
  'popularity', // what content alone predicts
  'historyLength', // log(1 + events)
] as const;

/** Features per new item. */
export const NEW_ITEM_WIDTH = NEW_ITEM_FEATURES.length;

type FeatureName = (typeof NEW_ITEM_FEATURES)[number];
const column = Object.fromEntries(NEW_ITEM_FEATURES.map((name, at) => [name, at])) as Record<FeatureName, number>;

/** Content vectors by row: centred, of length 1, zeros for an item without text. */
export interface ContentRows {
  readonly dim: number;
  /** A view; `undefined` for an item without a vector. */
  of(row: number): Float32Array | undefined;
}

/** The re-ranked items, best first. */
export interface RankedItemScores {
  items: ArrayLike<number>;
  /** Their softmax gives the probability of each choice. */
  scores: ArrayLike<number>;
}

export interface NewItemQuery {
  /** Rows of the history that are read, newest first. */
  newestFirst: readonly number[];
  /** Events of the whole history. */
  historyLength: number;
  ranked: RankedItemScores;
  /** `[LEADERS or fewer]` probabilities of the first re-ranked items among each other. */
  probabilities: Float64Array;
}

/** Probabilities of the first `count` items by their scores. */
export function probabilitiesOf(scores: ArrayLike<number>, count: number): Float64Array {
  const result = new Float64Array(Math.min(count, scores.length));
  let most = Number.NEGATIVE_INFINITY;
  for (let at = 0; at < result.length; at++) most = Math.max(most, scores[at]);
  let total = 0;
  for (let at = 0; at < result.length; at++) total += result[at] = Math.exp(scores[at] - most);
  for (let at = 0; at < result.length; at++) result[at] /= total || 1;
  return result;
}

/** Rows and columns of the cosines that the features of one query are made of. */
export const COSINE_ROWS = PROPOSALS + COMPARED;
export const COSINE_COLUMNS = RECENT + LEADERS;

/** What the cosines of a query are between: proposals and re-ranked items, history and leaders. */
export function cosineQuery(
  { newestFirst, ranked, probabilities }: NewItemQuery,
  found: ArrayLike<number>,
): CosineQuery {
  const rows = new Array<number>(COSINE_ROWS).fill(-1);
  const columns = new Array<number>(COSINE_COLUMNS).fill(-1);
  for (let at = 0; at < found.length; at++) rows[at] = found[at];
  for (let at = 0; at < comparedOf(ranked); at++) rows[PROPOSALS + at] = ranked.items[at];
  newestFirst.forEach((row, age) => {
    columns[age] = row;
  });
  probabilities.forEach((_, rank) => {
    columns[RECENT + rank] = ranked.items[rank];
  });
  return { rows, columns };
}

const comparedOf = (ranked: RankedItemScores) => Math.min(COMPARED, ranked.items.length);

/**
 * @param found rows of the proposed items, best first
 * @param cosines `[COSINE_ROWS × COSINE_COLUMNS]` of `cosineQuery`
 * @param popularityOf see popularity.ts
 * @param features `[PROPOSALS × NEW_ITEM_WIDTH]`, is filled
 */
export function fillFeatures(
  content: ContentRows,
  { newestFirst, historyLength, ranked, probabilities }: NewItemQuery,
  found: ArrayLike<number>,
  cosines: Float32Array,
  popularityOf: (vector: Float32Array) => number,
  features: Float32Array,
): void {
  const { dim } = content;
  const zeros = new Float32Array(dim);
  const vectorOf = (row: number) => (row < 0 ? zeros : (content.of(row) ?? zeros));
  const toHistory = (row: number) => cosines.subarray(row * COSINE_COLUMNS, row * COSINE_COLUMNS + newestFirst.length);
  const toLeaders = (row: number) =>
    cosines.subarray(row * COSINE_COLUMNS + RECENT, row * COSINE_COLUMNS + RECENT + probabilities.length);
  const others = Array.from({ length: comparedOf(ranked) }, (_, at) => decayedText(toHistory(PROPOSALS + at)));
  const mostOther = Math.max(1e-6, ...others);
  const leaders = Array.from(probabilities, (_, at) => vectorOf(ranked.items[at]));
  const leaderLength = lengthOf(weightedSum(leaders, probabilities, dim));
  const history = newestFirst.map(vectorOf);
  const historySum = weightedSum(history, new Float64Array(history.length).fill(1), dim);
  const coherence = history.length === 0 ? 0 : dot(history[0], 0, historySum, 0, dim) / lengthOf(historySum);
  const first = probabilities[0] ?? 0;
  for (let at = 0; at < found.length; at++) {
    const put = (name: FeatureName, value: number) => {
      features[at * NEW_ITEM_WIDTH + column[name]] = value;
    };
    const own = toHistory(at);
    const text = decayedText(own);
    put('text', text);
    put('textShare', Math.log(SMALLEST_SHARE + text / mostOther));
    put('textRank', Math.log1p(others.filter((other) => other > text).length));
    put('cosineLast', own[0] ?? 0);
    put('cosineMost', own.length === 0 ? 0 : Math.max(...own));
    put('cosineMean', decayedMean(own));
    put('coherence', coherence);
    const byLeader = toLeaders(at);
    let weighted = 0;
    let along = 0;
    byLeader.forEach((value, rank) => {
      weighted += probabilities[rank] * positivePower(value);
      along += probabilities[rank] * value;
    });
    const nearest = byLeader.length === 0 ? 0 : Math.max(...byLeader);
    const nearestProbability = probabilities[byLeader.indexOf(nearest)] ?? 0;
    put('leaders', weighted);
    put('leadersShare', Math.log(SMALLEST_LEADERS + weighted));
    put('nearestLeader', nearest);
    put('nearestLogit', Math.log((nearestProbability + 1e-9) / (first + 1e-9)));
    put('cosineLeaders', along / leaderLength);
    put('confidence', first);
    put('place', Math.log1p(at));
    put('popularity', popularityOf(vectorOf(found[at])));
    put('historyLength', Math.log1p(historyLength));
  }
}

const positivePower = (value: number) => (value > 0 ? value ** TEXT_POWER : 0);

const decayedText = (cosines: Float32Array) =>
  cosines.reduce((sum, value, age) => sum + TEXT_DECAY ** age * positivePower(value), 0);

function decayedMean(cosines: Float32Array): number {
  const total = cosines.reduce((sum, _, age) => sum + TEXT_DECAY ** age, 0);
  return cosines.reduce((sum, value, age) => sum + TEXT_DECAY ** age * value, 0) / (total || 1);
}

/** Of a sum of vectors; 1 for a sum of zeros. */
const lengthOf = (sum: Float32Array) => Math.sqrt(dot(sum, 0, sum, 0, sum.length)) || 1;

function weightedSum(vectors: readonly Float32Array[], weights: Float64Array, dim: number): Float32Array {
  const sum = new Float32Array(dim);
  vectors.forEach((vector, at) => {
    for (let k = 0; k < dim; k++) sum[k] += weights[at] * vector[k];
  });
  return sum;
}
