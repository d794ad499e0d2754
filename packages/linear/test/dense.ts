/** Sparse weights as a matrix, for comparisons. */
import type { SparseRows } from '@lorekeep/core';

export const dense = ({ items, offsets, ids, values }: SparseRows) => {
  const b = Array.from({ length: items }, () => new Array<number>(items).fill(0));
  for (let row = 0; row < items; row++)
    for (let k = offsets[row]; k < offsets[row + 1]; k++) b[row][ids[k]] = values[k];
  return b;
};
