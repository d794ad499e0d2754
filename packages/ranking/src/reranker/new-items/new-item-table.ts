/**
 * The new items of a catalogue, and for each item of a history those that are nearest to it by text.
 * A new item is one that no user chose before the training: in the Gram matrix of the linear model it
 * has its text alone, on a scale far below that of co-occurrence, and is never among the strongest
 * neighbours of an item. So new items have a table of their own.
 *
 * The list of an item is made when a history first needs it, by one matrix product with all new
 * items, and kept. A new item is added to the lists that exist, so it competes at once.
 */
import { createTopK, dot } from '@lorekeep/core';
import { createGraphCache, namedArray, tf } from '@lorekeep/graph';
import { type ContentRows, TEXT_POWER } from './features.ts';

/** New items in the list of an item. */
const NEAREST = 50;
/** Lists that are made together. */
const LISTS = 64;
/** Slots of one product. Capacities are multiples of it, so that one graph serves all sizes. */
const SLOTS = 4096;
/** Lists that are kept: 400 MB at most. Beyond, all are made anew. */
const MAX_LISTS = 1_000_000;

/** New items near one item. */
export interface NearNewItems {
  rows: Int32Array;
  /** cos ^ 4, in no particular order. */
  weights: Float32Array;
  count: number;
}

export interface NewItemTable {
  /** New items there are. */
  readonly count: number;
  has(row: number): boolean;
  /** Adds a new item, or replaces its vector. */
  put(row: number, vector: Float32Array): void;
  /** The item is not new any more, or does not exist any more. */
  remove(row: number): void;
  /** Makes the lists of these rows that are missing. Calls may overlap. */
  prepare(rows: Iterable<number>): Promise<void>;
  /** The list of a row, `undefined` if it was not prepared or the row has no text. It can name removed items. */
  near(row: number): NearNewItems | undefined;
  close(): Promise<void>;
}

/** @param content vectors of all rows that occur in histories */
export function createNewItemTable(content: ContentRows, { threads }: { threads?: number } = {}): NewItemTable {
  const { dim } = content;
  const slotOf = new Map<number, number>();
  const rowAt: number[] = [];
  /** One array of `[SLOTS × dim]` per block of slots. */
  const blocks: Float32Array[] = [];
  const lists = new Map<number, NearNewItems>();
  const products = createGraphCache(
    ({ rows, columns }) => ({ cosines: tf.matMul(rows as never, columns as never, false, true) }),
    { name: 'new items', threads },
  );
  const best = createTopK(NEAREST, 0);

  const vectorAt = (slot: number) =>
    blocks[Math.floor(slot / SLOTS)].subarray((slot % SLOTS) * dim, ((slot % SLOTS) + 1) * dim);

  function offer(list: NearNewItems, row: number, cosine: number): void {
    if (!(cosine > 0)) return;
    const weight = cosine ** TEXT_POWER;
    if (list.count < NEAREST) {
      list.rows[list.count] = row;
      list.weights[list.count++] = weight;
      return;
    }
    let least = 0;
    for (let at = 1; at < NEAREST; at++) if (list.weights[at] < list.weights[least]) least = at;
    if (weight <= list.weights[least]) return;
    list.rows[least] = row;
    list.weights[least] = weight;
  }

  /** Of slots from `from` on. */
  function offerSlots(list: NearNewItems, own: number, vector: Float32Array, from: number): void {
    for (let slot = from; slot < rowAt.length; slot++)
      if (rowAt[slot] >= 0 && rowAt[slot] !== own) offer(list, rowAt[slot], dot(vector, 0, vectorAt(slot), 0, dim));
  }

  async function make(rows: readonly number[]): Promise<void> {
    const wanted = new Float32Array(LISTS * dim);
    const vectors = rows.map((row) => (content.of(row) as Float32Array).slice());
    vectors.forEach((vector, at) => {
      wanted.set(vector, at * dim);
    });
    const slots = rowAt.length;
    const found: { row: number; cosine: number }[][] = rows.map(() => []);
    for (let first = 0; first < slots; first += SLOTS) {
      const { cosines } = await products.run({
        rows: namedArray([LISTS, dim], wanted),
        columns: namedArray([SLOTS, dim], blocks[first / SLOTS]),
      });
      const values = cosines.data as Float32Array;
      rows.forEach((own, at) => {
        best.clear();
        for (let slot = first; slot < Math.min(slots, first + SLOTS); slot++) {
          const value = values[at * SLOTS + slot - first];
          if (value >= best.least && rowAt[slot] >= 0 && rowAt[slot] !== own) best.offer(slot, value);
        }
        const { keys, scores } = best.best();
        keys.forEach((slot, rank) => {
          found[at].push({ row: rowAt[slot], cosine: scores[rank] });
        });
      });
    }
    rows.forEach((row, at) => {
      const list = { rows: new Int32Array(NEAREST), weights: new Float32Array(NEAREST), count: 0 };
      for (const { row: other, cosine } of found[at]) if (slotOf.has(other)) offer(list, other, cosine);
      // Items that came while the products ran.
      offerSlots(list, row, vectors[at], slots);
      lists.set(row, list);
    });
  }

  function remove(row: number): void {
    const slot = slotOf.get(row);
    if (slot === undefined) return;
    slotOf.delete(row);
    rowAt[slot] = -1;
    vectorAt(slot).fill(0);
    // Another item may take the row later.
    for (const list of lists.values())
      for (let at = 0; at < list.count; at++)
        if (list.rows[at] === row) {
          list.rows[at] = list.rows[--list.count];
          list.weights[at] = list.weights[list.count];
          break;
        }
  }

  return {
    get count() {
      return slotOf.size;
    },
    has: (row) => slotOf.has(row),
    put(row, vector) {
      remove(row);
      lists.delete(row);
      if (vector.every((value) => value === 0)) return;
      const slot = rowAt.push(row) - 1;
      if (slot % SLOTS === 0) blocks.push(new Float32Array(SLOTS * dim));
      vectorAt(slot).set(vector);
      slotOf.set(row, slot);
      for (const [own, list] of lists) {
        const ownVector = own === row ? undefined : content.of(own);
        if (ownVector !== undefined) offer(list, row, dot(ownVector, 0, vector, 0, dim));
      }
    },
    remove,
    async prepare(rows) {
      if (lists.size > MAX_LISTS) lists.clear();
      const missing = [...new Set(rows)].filter((row) => row >= 0 && !lists.has(row) && content.of(row) !== undefined);
      if (slotOf.size === 0) return;
      for (let first = 0; first < missing.length; first += LISTS) await make(missing.slice(first, first + LISTS));
    },
    near: (row) => lists.get(row),
    close: () => products.close(),
  };
}
