/**
 * Dense inputs: the vector of the candidate (of its text or image), and how similar the candidate is
 * to what the user did, as a histogram of cosine similarities (SimTier; Sheng et al., CIKM 2024).
 * The histogram says whether a user comes back to similar items, also for items that were never
 * clicked.
 */
import { dot } from '@lorekeep/core';
import { type Arrays, namedArray } from '@lorekeep/graph';
import type { Examples } from './example-reader.ts';

/** Vectors of items, of any length. */
export interface ItemVectors {
  dim: number;
  /** The vector of an item row, which must not change; undefined if it has none. */
  of(item: number): Float32Array | undefined;
}

export interface VectorReader {
  /**
   * @param size rows of the batch with padding
   * @returns `vectors [size, dim]`, of length 1, zeros where the candidate has none; `similarities
   *   [size, bins]`, log(1 + number of behaviours) in equal bins from −1 to 1
   */
  read(examples: Examples, size: number): Arrays;
}

export function createVectorReader({ dim, of }: ItemVectors, bins: number): VectorReader {
  const units: (Float32Array | null)[] = [];
  function unit(item: number): Float32Array | null {
    const known = units[item];
    if (known !== undefined) return known;
    const given = of(item);
    const norm = given === undefined ? 0 : Math.sqrt(dot(given, 0, given, 0, dim));
    return (units[item] = given !== undefined && norm > 0 ? given.map((value) => value / norm) : null);
  }
  return {
    read({ count, targets, history, itemNumbers }, size) {
      const length = history.length / count;
      const vectors = new Float32Array(size * dim);
      const similarities = new Float32Array(size * bins);
      for (let i = 0; i < count; i++) {
        const candidate = unit(itemNumbers[targets[i]]);
        if (candidate === null) continue;
        vectors.set(candidate, i * dim);
        if (bins === 0) continue;
        for (let k = i * length; k < (i + 1) * length && history[k] >= 0; k++) {
          const other = unit(itemNumbers[history[k]]);
          if (other !== null) similarities[i * bins + binOf(dot(candidate, 0, other, 0, dim), bins)]++;
        }
      }
      const arrays: Arrays = { vectors: namedArray([size, dim], vectors) };
      if (bins > 0) arrays.similarities = namedArray([size, bins], similarities.map(Math.log1p));
      return arrays;
    },
  };
}

const binOf = (similarity: number, bins: number) =>
  Math.min(bins - 1, Math.max(0, Math.floor(((similarity + 1) / 2) * bins)));
