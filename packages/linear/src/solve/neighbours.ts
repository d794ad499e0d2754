/**
 * The item–item weights B = −P / diag(P) (column by column, diagonal 0), P = (XᵀX + β·C·Cᵀ + λI)⁻¹, cut to each item's
 * strongest neighbours. A history asks for the rows of its items and for nothing else, so a user is scored in
 * history × neighbours additions, exactly and without an index, whatever the size of the catalogue.
 */
import { createTopK, optionErrors, type SparseRows } from '@lorekeep/core';
import { rowsOfBlock, type SymmetricTiles } from './tiles.ts';

/** Entries kept an item, from 1 to the catalogue's size. */
export const PER_ITEM = 100;

/**
 * The `neighboursPerItem` largest positive entries of every row of B. Rows are made a block at a time; B as a whole never is.
 * Negative entries say what not to recommend among items that other entries recommend: without them validation
 * NDCG@10 is the same to .0003.
 *
 * @throws LorekeepError `TOWERS_BAD_OPTION`
 */
export function strongestNeighbours(inverse: SymmetricTiles, neighboursPerItem: number = PER_ITEM): SparseRows {
  if (!Number.isInteger(neighboursPerItem) || neighboursPerItem < 1)
    throw optionErrors.OPTION_INVALID({
      name: 'neighbours',
      value: neighboursPerItem,
      allowed: 'a whole number from 1',
    });
  const { size, block, tiles } = inverse;
  const width = tiles.length * block;
  const kept = Math.min(neighboursPerItem, Math.max(0, size - 1));
  const scale = new Float32Array(size);
  for (let row = 0; row < size; row++) {
    const i = Math.floor(row / block);
    scale[row] = -1 / tiles[i][i][(row - i * block) * (block + 1)];
  }
  const offsets = new Uint32Array(size + 1);
  const ids = new Int32Array(size * kept);
  const values = new Float32Array(size * kept);
  const rows = new Float32Array(block * width);
  const largest = createTopK(kept, 0);
  let end = 0;
  for (let i = 0; i < tiles.length; i++) {
    rowsOfBlock(inverse, i, rows);
    for (let item = i * block; item < Math.min((i + 1) * block, size); item++) {
      const from = (item - i * block) * width;
      largest.clear();
      for (let column = 0; column < size; column++) {
        const value = rows[from + column] * scale[column];
        if (value >= largest.least && column !== item) largest.offer(column, value);
      }
      end = largest.drain(ids, values, end);
      offsets[item + 1] = end;
    }
  }
  return { items: size, offsets, ids: ids.slice(0, end), values: values.slice(0, end) };
}
