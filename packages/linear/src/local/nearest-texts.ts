/**
 * The nearest texts of every item, by matrix products. The catalogue is divided into cells, and the
 * items of a cell are compared with those of the nearest cells, by the inner product of the cells'
 * mean vectors. Up to `EXACT_ITEMS` items, every cell is compared with all cells, so that the result
 * is exact. Above, cells are clusters (k-means on a sample).
 *
 * Of equal cosines the item that more users chose comes first: where all items of a category have
 * one text, histories contain its popular items.
 */
import { createTopK, gatherRows } from '@lorekeep/core';
import { createSession, type GraphSession, namedArray, OnnxGraphBuilder } from '@lorekeep/graph';
import { type SharedTexts, sharedInts, type TextNeighbours } from './shared-data.ts';

/** Items that are compared with others in one run. */
const QUERIES = 256;
/** Items that they are compared with in one run. */
const OTHERS = 2048;

/** Items of each cell and the cells it is compared with. */
export interface Cells {
  /** `[cells + 1]` */
  offsets: Int32Array;
  /** Item rows by cell; in a cell, items that more users chose come first. */
  members: Int32Array;
  /** `[cells × nearest.length / cells]` cells to compare with, nearest first. */
  nearest: Int32Array;
}

export interface ProductRunner {
  /** `[QUERIES × OTHERS]` products of two blocks of rows; the next call overwrites them. */
  run(a: Float32Array, b: Float32Array): Promise<Float32Array>;
  close(): Promise<void>;
}

/** Products of `[rows × dim]` and `[columns × dim]`ᵀ, on one thread. */
export async function openProducts(rows: number, columns: number, dim: number): Promise<ProductRunner> {
  const graph = new OnnxGraphBuilder('cosines');
  graph.input('a', 'float32', [rows, dim]);
  graph.input('b', 'float32', [columns, dim]);
  graph.node('Gemm', ['a', 'b'], { transB: 1 }, ['c']);
  graph.output('c', 'float32', [rows, columns]);
  const session: GraphSession = await createSession(graph.toBytes(), { threads: 1, name: 'cosines' });
  const c = namedArray([rows, columns], new Float32Array(rows * columns));
  return {
    async run(a, b) {
      await session.run({ a: namedArray([rows, dim], a), b: namedArray([columns, dim], b) }, { c });
      return c.data as Float32Array;
    },
    close: () => session.close(),
  };
}

export function createTextNeighbours(items: number, width: number): TextNeighbours {
  const ids = sharedInts(items * width);
  return { width, ids, cosines: new Float32Array(new SharedArrayBuffer(4 * items * width)) };
}

/** Fills the neighbours of the items of one cell after the other. */
export async function openNearestTexts({ content, dim }: SharedTexts, cells: Cells, into: TextNeighbours) {
  const products = await openProducts(QUERIES, OTHERS, dim);
  const { offsets, members, nearest } = cells;
  const perCell = nearest.length / (offsets.length - 1);
  const queries = new Float32Array(QUERIES * dim);
  const others = new Float32Array(OTHERS * dim);
  const otherIds = new Int32Array(OTHERS);
  const best = Array.from({ length: QUERIES }, () => createTopK(into.width));

  /** The items that a cell is compared with, in blocks of `OTHERS`. */
  function* blocksOf(cell: number): Generator<number> {
    let filled = 0;
    for (let at = cell * perCell; at < (cell + 1) * perCell; at++)
      for (let next = offsets[nearest[at]]; next < offsets[nearest[at] + 1]; ) {
        const taken = Math.min(OTHERS - filled, offsets[nearest[at] + 1] - next);
        otherIds.set(members.subarray(next, next + taken), filled);
        next += taken;
        filled += taken;
        if (filled === OTHERS) {
          yield filled;
          filled = 0;
        }
      }
    if (filled > 0) yield filled;
  }

  async function fillSome(items: Int32Array, cell: number): Promise<void> {
    gatherRows(content, dim, items, queries);
    for (const own of best) own.clear();
    /** Position of an item in the order of comparison; ids of `best`, so that ties keep it. */
    let position = 0;
    const order: Int32Array[] = [];
    for (const count of blocksOf(cell)) {
      gatherRows(content, dim, otherIds.subarray(0, count), others);
      const cosines = await products.run(queries, others);
      for (let row = 0; row < items.length; row++) {
        const own = best[row];
        const item = items[row];
        for (let at = 0, from = row * OTHERS; at < count; at++) {
          const cosine = cosines[from + at];
          // An item without text has the product 0 with all others.
          if (cosine >= own.least && cosine !== 0 && otherIds[at] !== item) own.offer(position + at, cosine);
        }
      }
      order.push(otherIds.slice(0, count));
      position += count;
    }
    const positions = new Int32Array(into.width);
    for (let row = 0; row < items.length; row++) {
      const first = items[row] * into.width;
      const end = best[row].drain(positions, into.cosines.subarray(first, first + into.width), 0);
      for (let at = 0; at < into.width; at++)
        into.ids[first + at] = at < end ? order[Math.floor(positions[at] / OTHERS)][positions[at] % OTHERS] : -1;
    }
  }

  return {
    async fill(cell: number): Promise<void> {
      const items = members.subarray(offsets[cell], offsets[cell + 1]);
      for (let first = 0; first < items.length; first += QUERIES)
        await fillSome(items.subarray(first, first + QUERIES), cell);
    },
    close: () => products.close(),
  };
}
