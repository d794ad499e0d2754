/**
 * Cells of items with similar texts, by spherical k-means on a sample. In a large table, an item is
 * compared with the items of the nearest cells alone, so some of the nearest can be missed
 * (`text-cells.test.ts` measures how many).
 */
import { createRandom, moveCentres } from '@lorekeep/core';
import { type GraphCache, namedArray } from '@lorekeep/graph';

/** Items per cell when the cells are made, on average. */
const CELL_ITEMS = 512;
/** Cells that an item is compared with. */
export const PROBED_CELLS = 16;
const SAMPLE_PER_CELL = 40;
const ROUNDS = 5;
/** Vectors that are compared with all centres in one run. */
const BATCH = 256;
const SEED = 42;

export interface TextCells {
  /** Items when the cells were made. */
  readonly size: number;
  /** The slots below are in cells. */
  readonly end: number;
  /** Puts the next slots, from `end` on, into cells. Calls must not overlap. */
  add(vectors: readonly Float32Array[]): Promise<void>;
  /** The nearest cells of each vector, nearest first. */
  nearest(vectors: readonly Float32Array[]): Promise<Int32Array[]>;
  /** Slots of a cell. */
  members(cell: number): readonly number[];
}

/**
 * @param vectors of the slots from 0 on; those that `isUsed` refuses belong to removed items
 * @param products `{ rows, columns }` → `{ cosines }`: rows · columnsᵀ
 */
export async function createTextCells(
  vectors: readonly Float32Array[],
  isUsed: (slot: number) => boolean,
  dim: number,
  products: GraphCache,
): Promise<TextCells> {
  const used = Int32Array.from(vectors.keys()).filter(isUsed);
  const count = Math.ceil(used.length / CELL_ITEMS);
  const drawn = createRandom(SEED)
    .shuffle(used.slice())
    .slice(0, count * SAMPLE_PER_CELL);
  const sample = Array.from(drawn, (slot) => vectors[slot]);
  const sampled = new Float32Array(sample.length * dim);
  sample.forEach((vector, at) => {
    sampled.set(vector, at * dim);
  });
  const centres = sampled.slice(0, count * dim);
  const members: number[][] = Array.from({ length: count }, () => []);

  /** The `wanted` nearest cells of each vector. */
  async function nearestOf(some: readonly Float32Array[], wanted: number): Promise<Int32Array[]> {
    const columns = namedArray([count, dim], centres);
    const rows = new Float32Array(BATCH * dim);
    const found: Int32Array[] = [];
    for (let first = 0; first < some.length; first += BATCH) {
      const batch = some.slice(first, first + BATCH);
      batch.forEach((vector, at) => {
        rows.set(vector, at * dim);
      });
      const { cosines } = await products.run({ rows: namedArray([BATCH, dim], rows), columns });
      const values = cosines.data as Float32Array;
      batch.forEach((_, at) => {
        found.push(largest(values.subarray(at * count, (at + 1) * count), Math.min(wanted, count)));
      });
    }
    return found;
  }

  for (let round = 0; round < ROUNDS; round++) {
    const cells = Int32Array.from(await nearestOf(sample, 1), ([cell]) => cell);
    moveCentres(sampled, dim, cells, centres);
  }
  let end = 0;
  async function add(some: readonly Float32Array[]): Promise<void> {
    for (const [cell] of await nearestOf(some, 1)) members[cell].push(end++);
  }
  await add(vectors);
  return {
    size: used.length,
    get end() {
      return end;
    },
    add,
    nearest: (some) => nearestOf(some, PROBED_CELLS),
    members: (cell) => members[cell],
  };
}

/** Positions of the largest values, largest first. */
function largest(values: Float32Array, count: number): Int32Array {
  const places = new Int32Array(count);
  let filled = 0;
  for (let at = 0; at < values.length; at++) {
    if (filled === count && !(values[at] > values[places[count - 1]])) continue;
    let place = filled < count ? filled++ : count - 1;
    for (; place > 0 && values[places[place - 1]] < values[at]; place--) places[place] = places[place - 1];
    places[place] = at;
  }
  return places;
}
