/**
 * The new items of a catalogue, and for each item of a history those that are nearest to it by text.
 * A new item is one that no user chose before the training: in the Gram matrix of the linear model it
 * has its text alone, on a scale far below that of co-occurrence, and is never among the strongest
 * neighbours of an item. So new items have a table of their own.
 *
 * The list of an item is made when a history first needs it, by one matrix product with all new
 * items, and kept. When it is needed again, it takes in the items that came in between, so a new item
 * competes at once, and adding one costs nothing else.
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
/** Items that a list takes in one by one; for more, it is made anew. */
const TAKEN_IN = 512;
/** Lists that are kept: 400 MB at most. Beyond, all are made anew. */
const MAX_LISTS = 1_000_000;

/** New items near one item. */
export interface NearNewItems {
  rows: Int32Array;
  /** cos ^ 4, in no particular order. */
  weights: Float32Array;
}

export interface NewItemTable {
  /** New items there are. */
  readonly count: number;
  has(row: number): boolean;
  /** Adds a new item, or replaces its vector. One without a text is left out. */
  put(row: number, vector: Float32Array): void;
  /** The item is not new any more, or does not exist any more. */
  remove(row: number): void;
  /** Makes the lists of these rows, or brings them up to date. Calls may overlap. */
  prepare(rows: Iterable<number>): Promise<void>;
  /** The list of a row as it was prepared, without removed items; `undefined` for a row without one. */
  near(row: number): NearNewItems | undefined;
  close(): Promise<void>;
}

/** Entries are slots, not rows: a row whose vector is replaced gets another slot. */
interface List {
  slots: Int32Array;
  weights: Float32Array;
  count: number;
  /** The list has taken in the slots below. */
  seen: number;
}

/** @param content vectors of all rows that occur in histories */
export function createNewItemTable(content: ContentRows, { threads }: { threads?: number } = {}): NewItemTable {
  const { dim } = content;
  const slotOf = new Map<number, number>();
  /** Row of each slot, −1 if it is removed. */
  let rowAt: number[] = [];
  /** One array of `[SLOTS × dim]` per block of slots. */
  let blocks: Float32Array[] = [];
  const lists = new Map<number, List>();
  /** Changes when slots are numbered anew. */
  let generation = 0;
  const products = createGraphCache(
    ({ rows, columns }) => ({ cosines: tf.matMul(rows as never, columns as never, false, true) }),
    { name: 'new items', threads },
  );
  const best = createTopK(NEAREST, 0);

  const vectorAt = (slot: number) =>
    blocks[Math.floor(slot / SLOTS)].subarray((slot % SLOTS) * dim, ((slot % SLOTS) + 1) * dim);

  function append(row: number, vector: Float32Array): void {
    const slot = rowAt.push(row) - 1;
    if (slot % SLOTS === 0) blocks.push(new Float32Array(SLOTS * dim));
    vectorAt(slot).set(vector);
    slotOf.set(row, slot);
  }

  /** Frees the slots of removed items. */
  function compact(): void {
    const kept = Array.from(slotOf, ([row, slot]) => ({ row, vector: vectorAt(slot).slice() }));
    rowAt = [];
    blocks = [];
    lists.clear();
    generation++;
    for (const { row, vector } of kept) append(row, vector);
  }

  function offer(list: List, slot: number, cosine: number): void {
    if (!(cosine > 0)) return;
    const weight = cosine ** TEXT_POWER;
    if (list.count < NEAREST) {
      list.slots[list.count] = slot;
      list.weights[list.count++] = weight;
      return;
    }
    let least = 0;
    for (let at = 1; at < NEAREST; at++) if (list.weights[at] < list.weights[least]) least = at;
    if (weight <= list.weights[least]) return;
    list.slots[least] = slot;
    list.weights[least] = weight;
  }

  /** Takes in the items that came since, and leaves out the removed ones. */
  function bringUpToDate(list: List, own: number, vector: Float32Array): void {
    let kept = 0;
    for (let at = 0; at < list.count; at++) {
      if (rowAt[list.slots[at]] < 0) continue;
      list.slots[kept] = list.slots[at];
      list.weights[kept++] = list.weights[at];
    }
    list.count = kept;
    for (; list.seen < rowAt.length; list.seen++) {
      const row = rowAt[list.seen];
      if (row >= 0 && row !== own) offer(list, list.seen, dot(vector, 0, vectorAt(list.seen), 0, dim));
    }
  }

  /** A list that lost too many items may lack one that they had displaced. */
  const isStale = (list: List) =>
    rowAt.length - list.seen > TAKEN_IN ||
    (list.count === NEAREST && list.slots.filter((slot) => rowAt[slot] < 0).length > NEAREST / 5);

  async function make(rows: readonly number[]): Promise<void> {
    const made = generation;
    const vectors = rows.map((row) => (content.of(row) as Float32Array).slice());
    const wanted = new Float32Array(LISTS * dim);
    vectors.forEach((vector, at) => {
      wanted.set(vector, at * dim);
    });
    const slots = rowAt.length;
    const found = rows.map(() => ({
      slots: new Int32Array(NEAREST),
      weights: new Float32Array(NEAREST),
      count: 0,
      seen: slots,
    }));
    for (let first = 0; first < slots; first += SLOTS) {
      const columns = namedArray([SLOTS, dim], blocks[first / SLOTS]);
      const { cosines } = await products.run({ rows: namedArray([LISTS, dim], wanted), columns });
      if (made !== generation) return make(rows);
      const values = cosines.data as Float32Array;
      rows.forEach((own, at) => {
        best.clear();
        for (let slot = first; slot < Math.min(slots, first + SLOTS); slot++) {
          const value = values[at * SLOTS + slot - first];
          if (value >= best.least && rowAt[slot] >= 0 && rowAt[slot] !== own) best.offer(slot, value);
        }
        const { keys, scores } = best.best();
        keys.forEach((slot, rank) => {
          offer(found[at], slot, scores[rank]);
        });
      });
    }
    rows.forEach((row, at) => {
      // Items may have come and gone while the products ran.
      bringUpToDate(found[at], row, vectors[at]);
      lists.set(row, found[at]);
    });
  }

  function remove(row: number): void {
    const slot = slotOf.get(row);
    if (slot === undefined) return;
    slotOf.delete(row);
    rowAt[slot] = -1;
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
      append(row, vector);
      if (rowAt.length > 2 * slotOf.size + SLOTS) compact();
    },
    remove,
    async prepare(rows) {
      if (lists.size > MAX_LISTS) lists.clear();
      const missing: number[] = [];
      for (const row of new Set(rows)) {
        const vector = row < 0 ? undefined : content.of(row);
        if (vector === undefined) continue;
        const list = lists.get(row);
        if (list === undefined || isStale(list)) missing.push(row);
        else bringUpToDate(list, row, vector);
      }
      if (slotOf.size === 0) return;
      for (let first = 0; first < missing.length; first += LISTS) await make(missing.slice(first, first + LISTS));
    },
    near(row) {
      const list = lists.get(row);
      if (list === undefined) return undefined;
      const live = Array.from({ length: list.count }, (_, at) => at).filter((at) => rowAt[list.slots[at]] >= 0);
      return {
        rows: Int32Array.from(live, (at) => rowAt[list.slots[at]]),
        weights: Float32Array.from(live, (at) => list.weights[at]),
      };
    },
    close: () => products.close(),
  };
}
