/**
 * Features of a candidate from text alone: cosines of its content vector with those of the history
 * and of the other candidates.
 */
import { dot } from '@lorekeep/core';
import { column, WIDTH } from './feature-names.ts';
import type { FeatureGroup, FeatureQuery } from './query.ts';

/**
 * @param content `[items × contentDim]` centred rows of length 1, zeros for an item without text
 */
export function createTextFeatures(content: Float32Array, items: number, decay: number): FeatureGroup {
  const dim = content.length / items;
  const historySum = new Float32Array(dim);
  const candidateSum = new Float32Array(dim);
  const addRow = (sum: Float32Array, row: number, weight: number) => {
    for (let k = 0, from = row * dim; k < dim; k++, from++) sum[k] += weight * content[from];
  };

  /** Mean cosine of two different items of the history; 1 for a history of one item. */
  function coherenceOf(newestFirst: readonly number[]): number {
    historySum.fill(0);
    for (const row of newestFirst) addRow(historySum, row, 1);
    // The squared length of the sum covers all ordered pairs; those of an item with itself are
    // removed.
    const pairs = newestFirst.length * (newestFirst.length - 1);
    const own = newestFirst.reduce((sum, row) => sum + dot(content, row * dim, content, row * dim, dim), 0);
    return pairs === 0 ? 1 : (dot(historySum, 0, historySum, 0, dim) - own) / pairs;
  }

  /**
   * Fills `candidateSum` with the sum of the candidates, weighted by squared score; returns its
   * length.
   */
  function sumCandidates({ candidates: { items: rows, scores, count } }: FeatureQuery): number {
    candidateSum.fill(0);
    for (let rank = 0; rank < count; rank++) addRow(candidateSum, rows[rank], scores[rank] ** 2);
    return Math.sqrt(dot(candidateSum, 0, candidateSum, 0, dim)) || 1;
  }

  return {
    add(query) {
      const { newestFirst, candidates, features } = query;
      const coherence = coherenceOf(newestFirst);
      const length = sumCandidates(query);
      const total = newestFirst.reduce((sum, _, age) => sum + decay ** age, 0);
      for (let rank = 0; rank < candidates.count; rank++) {
        const start = rank * WIDTH;
        const vector = candidates.items[rank] * dim;
        let most = -1;
        let sum = 0;
        let decayedSum = 0;
        for (let age = 0, recency = 1; age < newestFirst.length; age++, recency *= decay) {
          const cosine = dot(content, newestFirst[age] * dim, content, vector, dim);
          if (age === 0) features[start + column.cosineLast] = cosine;
          if (cosine > most) most = cosine;
          sum += cosine;
          decayedSum += recency * cosine;
        }
        features[start + column.cosineMost] = most;
        features[start + column.cosineMean] = decayedSum / total;
        features[start + column.cosineHistory] = sum / newestFirst.length;
        features[start + column.cosineCandidates] = dot(candidateSum, 0, content, vector, dim) / length;
        features[start + column.coherence] = coherence;
      }
    },
  };
}
