/**
 * How the solver of a column reads XᵀX and the texts. Training reads arrays that are complete; a
 * service reads the arrays of a bundle and, above them, what has come since.
 */
import { dot, gatherRows } from '@lorekeep/core';
import type { PairCounts, SharedTexts } from './shared-data.ts';

/** Entries of one row: the positions `from` to `to` − 1 of two arrays. */
export interface RowView {
  ids: Int32Array;
  values: Float32Array;
  from: number;
  to: number;
}

export interface PairRows {
  /** `[items]` diagonal of XᵀX */
  readonly diagonal: Float32Array;
  /** The strongest entries of a row of XᵀX, as a view that the next call overwrites. */
  rowOf(item: number): RowView;
}

export interface TextRows {
  readonly dim: number;
  /** Inner product of the vectors of two items. */
  cosine(a: number, b: number): number;
  /** Copies the vectors of items one behind the other. */
  gather(items: ArrayLike<number>, into: Float32Array): void;
}

export function pairRows({ diagonal, offsets, lengths, ids, values }: PairCounts): PairRows {
  const view: RowView = { ids, values, from: 0, to: 0 };
  return {
    diagonal,
    rowOf(item) {
      view.from = offsets[item];
      view.to = view.from + lengths[item];
      return view;
    },
  };
}

export const textRows = ({ content, dim }: SharedTexts): TextRows => ({
  dim,
  cosine: (a, b) => dot(content, a * dim, content, b * dim, dim),
  gather: (items, into) => {
    gatherRows(content, dim, items, into);
  },
});
