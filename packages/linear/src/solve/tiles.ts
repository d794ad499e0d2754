/**
 * A symmetric items × items matrix, stored as the square tiles on and below its diagonal. It takes
 * half the memory of the whole matrix (1.4 GB for 25,986 items), and each tile is an operand of a
 * matrix product. Tile (i, j), j ≤ i, holds the rows of block i and the columns of block j. The
 * last block is padded: rows and columns from `size` on belong to no item.
 */
import { sharedFloats } from '@lorekeep/graph';

/**
 * Edge of a tile. Of 256 to 2048, products of 512 are the fastest: a tile of 1 MB fits a core's
 * cache.
 */
const LARGEST_BLOCK = 512;

export interface SymmetricTiles {
  /** Rows of the matrix. */
  size: number;
  /** Rows of a tile. */
  block: number;
  /**
   * `tiles[i][j]`, j ≤ i: `[block × block]`, row-major, in shared memory. A tile on the diagonal
   * holds both of its halves.
   */
  tiles: Float32Array[][];
}

/**
 * All zeros, except for ones on the diagonal of the padding, so that the padded matrix stays
 * invertible.
 */
export function createTiles(size: number, block: number = Math.min(LARGEST_BLOCK, Math.max(1, size))): SymmetricTiles {
  const blocks = Math.ceil(size / block);
  const tiles = Array.from({ length: blocks }, (_, i) =>
    Array.from({ length: i + 1 }, () => sharedFloats(block * block)),
  );
  const last = tiles[blocks - 1]?.[blocks - 1];
  for (let row = size; row < blocks * block; row++) last[(row % block) * (block + 1)] = 1;
  return { size, block, tiles };
}

/** Adds to the elements (row, column) and (column, row); to a diagonal element only once. */
export function addAt({ block, tiles }: SymmetricTiles, row: number, column: number, value: number): void {
  const [high, low] = row >= column ? [row, column] : [column, row];
  const i = Math.floor(high / block);
  const j = Math.floor(low / block);
  const tile = tiles[i][j];
  tile[(high - i * block) * block + low - j * block] += value;
  if (i === j && high !== low) tile[(low - j * block) * block + high - i * block] += value;
}

/** The element (row, column). */
export function at({ block, tiles }: SymmetricTiles, row: number, column: number): number {
  const [high, low] = row >= column ? [row, column] : [column, row];
  const i = Math.floor(high / block);
  const j = Math.floor(low / block);
  return tiles[i][j][(high - i * block) * block + low - j * block];
}

/** `[size]` */
export function diagonalOf(matrix: SymmetricTiles): Float32Array {
  return Float32Array.from({ length: matrix.size }, (_, row) => at(matrix, row, row));
}

/** Tile (i, j) for any i and j. For j > i it is a transposed copy of tile (j, i). */
function tileAt({ block, tiles }: SymmetricTiles, i: number, j: number): Float32Array {
  return j <= i ? tiles[i][j] : transposed(tiles[j][i], block);
}

/** The transpose of a tile, in squares of 16 × 16, so that both tiles stay in the cache. */
export function transposed(
  tile: Float32Array,
  block: number,
  into: Float32Array = new Float32Array(tile.length),
): Float32Array {
  for (let top = 0; top < block; top += 16)
    for (let left = 0; left < block; left += 16)
      for (let row = top; row < Math.min(top + 16, block); row++)
        for (let column = left; column < Math.min(left + 16, block); column++)
          into[column * block + row] = tile[row * block + column];
  return into;
}

/**
 * The rows of one block as they are in the whole matrix.
 *
 * @param into `[block × width]` with width = blocks · block ≥ size; it is overwritten
 */
export function rowsOfBlock(matrix: SymmetricTiles, i: number, into: Float32Array): void {
  const { block, tiles } = matrix;
  const width = tiles.length * block;
  for (let j = 0; j < tiles.length; j++) {
    const tile = tileAt(matrix, i, j);
    for (let row = 0; row < block; row++)
      into.set(tile.subarray(row * block, (row + 1) * block), row * width + j * block);
  }
}
