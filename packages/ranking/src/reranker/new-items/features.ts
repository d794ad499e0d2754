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
  const others = new Float64Array(comparedOf(ranked));
  for (let at = 0; at < others.length; at++)
    others[at] = decayedText(cosines, (PROPOSALS + at) * COSINE_COLUMNS, newestFirst.length);
  let mostOther = 1e-6;
  for (let at = 0; at < others.length; at++) if (others[at] > mostOther) mostOther = others[at];
  const leaders = Array.from(probabilities, (_, at) => vectorOf(ranked.items[at]));
  const leaderLength = lengthOf(weightedSum(leaders, probabilities, dim));
  const history = newestFirst.map(vectorOf);
  const historySum = weightedSum(history, new Float64Array(history.length).fill(1), dim);
  const coherence = history.length === 0 ? 0 : dot(history[0], 0, historySum, 0, dim) / lengthOf(historySum);
  const first = probabilities[0] ?? 0;
  for (let at = 0, row = 0, start = 0; at < found.length; at++, row += COSINE_COLUMNS, start += NEW_ITEM_WIDTH) {
    const text = decayedText(cosines, row, newestFirst.length);
    let more = 0;
    for (let other = 0; other < others.length; other++) if (others[other] > text) more++;
    features[start + column.text] = text;
    features[start + column.textShare] = Math.log(SMALLEST_SHARE + text / mostOther);
    features[start + column.textRank] = Math.log1p(more);
    features[start + column.cosineLast] = history.length === 0 ? 0 : cosines[row];
    features[start + column.cosineMost] = largestOf(cosines, row, history.length);
    features[start + column.cosineMean] = decayedMean(cosines, row, history.length);
    features[start + column.coherence] = coherence;
    let weighted = 0;
    let along = 0;
    let nearest = 0;
    for (let rank = 0, from = row + RECENT; rank < probabilities.length; rank++) {
      const cosine = cosines[from + rank];
      weighted += probabilities[rank] * positivePower(cosine);
      along += probabilities[rank] * cosine;
      if (rank === 0 || cosine > cosines[from + nearest]) nearest = rank;
    }
    const nearestProbability = probabilities[nearest] ?? 0;
    features[start + column.leaders] = weighted;
    features[start + column.leadersShare] = Math.log(SMALLEST_LEADERS + weighted);
    features[start + column.nearestLeader] = probabilities.length === 0 ? 0 : cosines[row + RECENT + nearest];
    features[start + column.nearestLogit] = Math.log((nearestProbability + 1e-9) / (first + 1e-9));
    features[start + column.cosineLeaders] = along / leaderLength;
    features[start + column.confidence] = first;
    features[start + column.place] = Math.log1p(at);
    features[start + column.popularity] = popularityOf(vectorOf(found[at]));
    features[start + column.historyLength] = Math.log1p(historyLength);
  }
}

/** `value ** TEXT_POWER`, 0 for a negative value; without a call of `Math.pow`. */
const positivePower = (value: number) => (value > 0 ? value * value * value * value : 0);

const DECAYS = Float64Array.from({ length: RECENT }, (_, age) => TEXT_DECAY ** age);

/** Σ decay^age · cos⁴ over the cosines of a row with the history. */
function decayedText(cosines: Float32Array, from: number, length: number): number {
  let sum = 0;
  for (let age = 0; age < length; age++) sum += DECAYS[age] * positivePower(cosines[from + age]);
  return sum;
}

function decayedMean(cosines: Float32Array, from: number, length: number): number {
  let sum = 0;
  let total = 0;
  for (let age = 0; age < length; age++) {
    sum += DECAYS[age] * cosines[from + age];
    total += DECAYS[age];
  }
  return sum / (total || 1);
}

/** 0 of none. */
function largestOf(values: Float32Array, from: number, length: number): number {
  let most = length === 0 ? 0 : values[from];
  for (let at = 1; at < length; at++) if (values[from + at] > most) most = values[from + at];
  return most;
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
