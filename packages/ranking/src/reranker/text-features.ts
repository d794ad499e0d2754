/** Features of a candidate from text alone: cosines of its content vector with those of the history and of the other candidates. */
import { dot } from '@lorekeep/core';
import type { Candidates } from '@lorekeep/linear';
import { column, WIDTH } from './feature-names.ts';

export interface TextFeatures {
  /** Fills the text columns of `features [CANDIDATES × WIDTH]`. */
  add(features: Float32Array, candidates: Candidates, newestFirst: readonly number[]): void;
}

/** @param content `[items × contentDim]` centred rows of length 1, zeros for an item without text */
export function createTextFeatures(content: Float32Array, items: number, decay: number): TextFeatures {
  const dim = content.length / items;
  const historySum = new Float32Array(dim);
  const candidateSum = new Float32Array(dim);
  const addTo = (sum: Float32Array, row: number, worth: number) => {
    for (let k = 0, from = row * dim; k < dim; k++, from++) sum[k] += worth * content[from];
  };
  return {
    add(features, { items: rows, scores, count }, newestFirst) {
      historySum.fill(0);
      candidateSum.fill(0);
      for (const row of newestFirst) addTo(historySum, row, 1);
      for (let at = 0; at < count; at++) addTo(candidateSum, rows[at], scores[at] ** 2);
      const length = Math.sqrt(dot(candidateSum, 0, candidateSum, 0, dim)) || 1;
      // Mean cosine of two different items of the history: all ordered pairs, without those of an item with itself.
      const pairs = newestFirst.length * (newestFirst.length - 1);
      const own = newestFirst.reduce((sum, row) => sum + dot(content, row * dim, content, row * dim, dim), 0);
      const coherence = pairs === 0 ? 1 : (dot(historySum, 0, historySum, 0, dim) - own) / pairs;
      const total = newestFirst.reduce((sum, _, age) => sum + decay ** age, 0);
      for (let at = 0; at < count; at++) {
        const to = at * WIDTH;
        const from = rows[at] * dim;
        let most = -1;
        let sum = 0;
        let decayed = 0;
        for (let age = 0, worth = 1; age < newestFirst.length; age++, worth *= decay) {
          const cosine = dot(content, newestFirst[age] * dim, content, from, dim);
          if (age === 0) features[to + column.cosineLast] = cosine;
          if (cosine > most) most = cosine;
          sum += cosine;
          decayed += worth * cosine;
        }
        features[to + column.cosineMost] = most;
        features[to + column.cosineMean] = decayed / total;
        features[to + column.cosineHistory] = sum / newestFirst.length;
        features[to + column.cosineCandidates] = dot(candidateSum, 0, content, from, dim) / length;
        features[to + column.coherence] = coherence;
      }
    },
  };
}
