/** Cells of items with similar texts: spherical k-means on a sample, then all items. */

import type { RunContext } from '@lorekeep/core';
import { createRandom, dot, moveCentres } from '@lorekeep/core';
import { sharedFloats } from '@lorekeep/graph';
import type { Cells } from './nearest-texts.ts';
import { type SharedLog, type SharedTexts, sharedInts } from './shared-data.ts';
import type { SolverThreads } from './threads.ts';

/** Largest catalogue in which every text is compared with every other. */
const EXACT_ITEMS = 65_536;
/** Items per cell, on average; a cell of more than twice as many is divided. */
const CELL_ITEMS = 512;
/** Cells that a cell is compared with, itself included. */
const COMPARED_CELLS = 16;
const SAMPLE_PER_CELL = 40;
const ROUNDS = 6;
const ROWS_PER_TASK = 4096;

export interface CellOptions extends Pick<RunContext, 'signal'> {
  /** Default `EXACT_ITEMS`. */
  exactItems?: number;
}

/** The same log and texts give the same cells. */
export async function createCells(
  log: SharedLog,
  texts: SharedTexts,
  threads: SolverThreads,
  { exactItems = EXACT_ITEMS, signal }: CellOptions = {},
): Promise<Cells> {
  const order = byPopularity(log);
  if (log.items <= exactItems) return allCells(order);
  const { dim } = texts;
  const count = Math.ceil(log.items / CELL_ITEMS);
  const sample = sharedInts(Math.min(log.items, count * SAMPLE_PER_CELL));
  const random = createRandom(42);
  for (let at = 0; at < sample.length; at++) sample[at] = random.int(log.items);
  const centres = sharedFloats(count * dim);
  for (let cell = 0; cell < count; cell++) centres.set(rowOf(texts, sample[cell]), cell * dim);
  const assigned = sharedInts(sample.length);
  for (let round = 0; round < ROUNDS; round++) {
    const stage = { kind: 'assign', data: { texts }, centres, cells: assigned, rows: sample } as const;
    await threads.run(stage, sample.length, ROWS_PER_TASK, { signal });
    moveCentres(texts.content, dim, assigned, centres, sample);
  }
  const cells = sharedInts(log.items);
  await threads.run({ kind: 'assign', data: { texts }, centres, cells }, log.items, ROWS_PER_TASK, { signal });
  return dividedCells(order, cells, centres, dim);
}

const rowOf = ({ content, dim }: SharedTexts, row: number) => content.subarray(row * dim, (row + 1) * dim);

/** Item rows; those that more users chose come first. */
function byPopularity({ items, itemOffsets }: SharedLog): Int32Array {
  const users = (item: number) => itemOffsets[item + 1] - itemOffsets[item];
  return Int32Array.from({ length: items }, (_, item) => item).sort((a, b) => users(b) - users(a) || a - b);
}

/** Cells of equal size, each compared with all. */
function allCells(order: Int32Array): Cells {
  const count = Math.ceil(order.length / CELL_ITEMS);
  const offsets = Int32Array.from({ length: count + 1 }, (_, cell) => Math.min(order.length, cell * CELL_ITEMS));
  return { offsets, members: order, nearest: Int32Array.from({ length: count * count }, (_, at) => at % count) };
}

/** Cells of at most 2 · `CELL_ITEMS` items: a larger cluster becomes several cells. */
function dividedCells(order: Int32Array, clusters: Int32Array, centres: Float32Array, dim: number): Cells {
  const count = centres.length / dim;
  const starts = new Int32Array(count + 1);
  for (const cluster of clusters) starts[cluster + 1]++;
  for (let cluster = 0; cluster < count; cluster++) starts[cluster + 1] += starts[cluster];
  const members = new Int32Array(order.length);
  const next = starts.slice();
  for (const item of order) members[next[clusters[item]]++] = item;
  const offsets: number[] = [];
  const clusterOf: number[] = [];
  for (let cluster = 0; cluster < count; cluster++) {
    const size = starts[cluster + 1] - starts[cluster];
    const parts = size > 2 * CELL_ITEMS ? Math.ceil(size / CELL_ITEMS) : Math.min(1, size);
    for (let part = 0; part < parts; part++) {
      offsets.push(starts[cluster] + Math.floor((part * size) / parts));
      clusterOf.push(cluster);
    }
  }
  offsets.push(order.length);
  return { offsets: Int32Array.from(offsets), members, nearest: nearestCells(clusterOf, centres, dim) };
}

function nearestCells(clusterOf: readonly number[], centres: Float32Array, dim: number): Int32Array {
  const cells = clusterOf.length;
  const compared = Math.min(COMPARED_CELLS, cells);
  const nearest = new Int32Array(cells * compared);
  const similarities = new Float64Array(cells);
  for (let cell = 0; cell < cells; cell++) {
    for (let other = 0; other < cells; other++)
      similarities[other] =
        other === cell ? Infinity : dot(centres, clusterOf[cell] * dim, centres, clusterOf[other] * dim, dim);
    const ranked = Array.from(similarities.keys()).sort((a, b) => similarities[b] - similarities[a] || a - b);
    nearest.set(ranked.slice(0, compared), cell * compared);
  }
  return nearest;
}
