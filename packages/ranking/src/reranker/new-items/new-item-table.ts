/**
 * The new items of a catalogue, and for each item of a history those that are nearest to it by text.
 * A new item is one that no user chose before the training: in the Gram matrix of the linear model it
 * has its text alone, on a scale far below that of co-occurrence, and is never among the strongest
 * neighbours of an item. So new items have a table of their own.
 *
 * The list of an item is made when a history first needs it, by one matrix product with all new
 * items (in a large table: with those of the nearest cells), and kept. When it is needed again, it takes in the items that came in between, so a new item
 * competes at once, and adding one costs nothing else.
 */
import { createTopK, dot } from '@lorekeep/core';
import { createGraphCache, namedArray, tf } from '@lorekeep/graph';
import { type ContentRows, TEXT_POWER } from './features.ts';
import { createTextCells, type TextCells } from './text-cells.ts';

/** New items in the list of an item. */
const NEAREST = 50;
/** A list keeps some more, which take the places of items that go. */
const KEPT = NEAREST + 10;
/** Lists that are made together. */
const LISTS = 64;
/** Slots of one product. Capacities are multiples of it, so that one graph serves all sizes. */
const SLOTS = 4096;
/** Items that a list takes in one by one; for more, it is made anew. */
const TAKEN_IN = 512;
/** Largest table in which an item is compared with all new items. */
const EXACT_ITEMS = 16_384;
/** Cells whose items lists that are made together are compared with, at most. */
const CELLS_TOGETHER = 64;
/** Lists that are kept: 500 MB at most. Beyond, all are made anew. */
const MAX_LISTS = 1_000_000;

/** New items near one item. */
export interface NearNewItems {
  /** Nearest first; of equally near items, the lowest row. */
  rows: Int32Array;
  /** cos ^ 4 */
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
  /** The text of an item that is not new has changed. */
  forget(row: number): void;
  /** Makes the lists of these rows, or brings them up to date. Calls may overlap. */
  prepare(rows: Iterable<number>): Promise<void>;
  /** The list of a row as it was prepared, without removed items; `undefined` for a row without one. */
  near(row: number): NearNewItems | undefined;
  close(): Promise<void>;
}

/**
 * Entries are slots, not rows: a row whose vector is replaced gets another slot. All items that come
 * before the bound are in the list, so it does not depend on the order in which items came and went.
 */
interface List {
  /** Nearest first. */
  slots: Int32Array;
  weights: Float32Array;
  count: number;
  /** The first item that had no place; its weight is 0 if every item had one. */
  bound: { weight: number; row: number };
  /** The list has taken in the slots below. */
  seen: number;
  /** What `near` answers, until the list takes in an item or an item is removed. */
  answer?: { near: NearNewItems; removals: number };
}

/** Slots with their vectors, which many items are compared with at once. */
interface Block {
  /** `[count]` */
  slots: ArrayLike<number>;
  count: number;
  /** `[SLOTS × dim]` */
  vectors: Float32Array;
}

/** Rows whose lists are made together. */
interface Group {
  rows: readonly number[];
  /** The cells they are compared with. Absent: all new items. */
  among?: { cells: TextCells; wanted: Iterable<number> };
}

export interface NewItemTableOptions {
  threads?: number;
  /** Default 16,384. */
  exactItems?: number;
}

/** @param content vectors of all rows that occur in histories */
export function createNewItemTable(
  content: ContentRows,
  { threads, exactItems = EXACT_ITEMS }: NewItemTableOptions = {},
): NewItemTable {
  const { dim } = content;
  const slotOf = new Map<number, number>();
  /** Row of each slot, −1 if it is removed. */
  let rowAt: number[] = [];
  /** One array of `[SLOTS × dim]` per block of slots. */
  let blocks: Float32Array[] = [];
  const lists = new Map<number, List>();
  /** Changes when slots are numbered anew. */
  let generation = 0;
  /** Slots that were removed so far. */
  let removals = 0;
  const products = createGraphCache(
    ({ rows, columns }) => ({ cosines: tf.matMul(rows as never, columns as never, false, true) }),
    { name: 'new items', threads },
  );
  const best = createTopK(KEPT, 0);
  /** Only in a table of more than `exactItems`. */
  let cells: TextCells | undefined;
  let updated: Promise<void> = Promise.resolve();

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
    cells = undefined;
    generation++;
    for (const { row, vector } of kept) append(row, vector);
  }

  const raiseBound = (list: List, weight: number, row: number) => {
    if (comesBefore(weight, row, list.bound.weight, list.bound.row)) list.bound = { weight, row };
  };

  function offer(list: List, slot: number, cosine: number): void {
    if (!(cosine > 0)) return;
    const weight = Math.fround(cosine ** TEXT_POWER);
    const row = rowAt[slot];
    if (!comesBefore(weight, row, list.bound.weight, list.bound.row)) return;
    const isBeforeEntry = (at: number) => comesBefore(weight, row, list.weights[at], rowAt[list.slots[at]]);
    if (list.count === KEPT) {
      const last = KEPT - 1;
      if (!isBeforeEntry(last)) {
        raiseBound(list, weight, row);
        return;
      }
      raiseBound(list, list.weights[last], rowAt[list.slots[last]]);
      list.count--;
    }
    let at = list.count++;
    for (; at > 0 && isBeforeEntry(at - 1); at--) {
      list.slots[at] = list.slots[at - 1];
      list.weights[at] = list.weights[at - 1];
    }
    list.slots[at] = slot;
    list.weights[at] = weight;
    list.answer = undefined;
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

  /** Too many items came, or removed items left places that other items must take. */
  function isStale(list: List): boolean {
    if (rowAt.length - list.seen > TAKEN_IN) return true;
    if (list.bound.weight === 0) return false;
    let live = 0;
    for (let at = 0; at < list.count; at++) if (rowAt[list.slots[at]] >= 0) live++;
    return live < NEAREST;
  }

  /** Brings the cells up to date. They are made anew when the table has doubled. */
  async function updateCells(): Promise<void> {
    if (slotOf.size <= exactItems) {
      cells = undefined;
      return;
    }
    const own = cells !== undefined && slotOf.size <= 2 * cells.size ? cells : undefined;
    const from = own?.end ?? 0;
    const vectors = Array.from({ length: rowAt.length - from }, (_, at) => vectorAt(from + at));
    if (own !== undefined) {
      await own.add(vectors);
      return;
    }
    const before = generation;
    const made = await createTextCells(vectors, (slot) => rowAt[slot] >= 0, dim, products);
    if (before === generation) cells = made;
  }

  /** Rows whose lists are made together: each group is compared with all items, or with those of some cells. */
  async function groupsOf(missing: readonly number[]): Promise<Group[]> {
    const own = cells;
    // An item may have gone meanwhile.
    const rows = missing.filter((row) => content.of(row) !== undefined);
    if (own === undefined)
      return Array.from({ length: Math.ceil(rows.length / LISTS) }, (_, at) => ({
        rows: rows.slice(at * LISTS, (at + 1) * LISTS),
      }));
    const nearest = await own.nearest(rows.map((row) => content.of(row) as Float32Array));
    const order = Array.from(rows.keys()).sort((a, b) => nearest[a][0] - nearest[b][0] || rows[a] - rows[b]);
    const groups: { rows: number[]; wanted: Set<number> }[] = [];
    for (const at of order) {
      const last = groups.at(-1);
      const joined = last?.wanted.union(new Set(nearest[at]));
      if (last === undefined || joined === undefined || last.rows.length === LISTS || joined.size > CELLS_TOGETHER)
        groups.push({ rows: [rows[at]], wanted: new Set(nearest[at]) });
      else {
        last.rows.push(rows[at]);
        last.wanted = joined;
      }
    }
    return groups.map(({ rows, wanted }) => ({ rows, among: { cells: own, wanted } }));
  }

  function* allBlocks(end: number): Generator<Block> {
    for (let first = 0; first < end; first += SLOTS) {
      const count = Math.min(SLOTS, end - first);
      yield { slots: Array.from({ length: count }, (_, at) => first + at), count, vectors: blocks[first / SLOTS] };
    }
  }

  function* blocksOf({ cells: own, wanted }: Required<Group>['among']): Generator<Block> {
    const block = { slots: new Int32Array(SLOTS), count: 0, vectors: new Float32Array(SLOTS * dim) };
    for (const cell of wanted)
      for (const slot of own.members(cell)) {
        block.vectors.set(vectorAt(slot), block.count * dim);
        block.slots[block.count++] = slot;
        if (block.count < SLOTS) continue;
        yield block;
        block.count = 0;
      }
    if (block.count > 0) yield block;
  }

  async function make({ rows: wantedRows, among }: Group): Promise<void> {
    const made = generation;
    // An item may have gone while other lists were made.
    const rows = wantedRows.filter((row) => content.of(row) !== undefined);
    const vectors = rows.map((row) => (content.of(row) as Float32Array).slice());
    const wanted = new Float32Array(LISTS * dim);
    vectors.forEach((vector, at) => {
      wanted.set(vector, at * dim);
    });
    const seen = among?.cells.end ?? rowAt.length;
    const found = rows.map(
      (): List => ({
        slots: new Int32Array(KEPT),
        weights: new Float32Array(KEPT),
        count: 0,
        bound: { weight: 0, row: 0 },
        seen,
      }),
    );
    for (const block of among === undefined ? allBlocks(seen) : blocksOf(among)) {
      const columns = namedArray([SLOTS, dim], block.vectors);
      const { cosines } = await products.run({ rows: namedArray([LISTS, dim], wanted), columns });
      // The next `prepare` makes them: slots have other numbers now.
      if (made !== generation) return;
      rows.forEach((own, at) => {
        takeBest(found[at], own, vectors[at], block, (cosines.data as Float32Array).subarray(at * SLOTS));
      });
    }
    rows.forEach((row, at) => {
      // Texts may have changed, and items may have come and gone while the products ran.
      if (!isSame(content.of(row), vectors[at])) return;
      bringUpToDate(found[at], row, vectors[at]);
      lists.set(row, found[at]);
    });
  }

  /** Offers the best of a block to the list of a row. */
  function takeBest(list: List, own: number, vector: Float32Array, block: Block, values: Float32Array): void {
    best.clear();
    for (let at = 0; at < block.count; at++) {
      if (!(values[at] >= best.least)) continue;
      const row = rowAt[block.slots[at]];
      // Cells can take in slots while the products run.
      if (row >= 0 && row !== own && block.slots[at] < list.seen) best.offer(row, values[at]);
    }
    const { keys } = best.best();
    // The product rounds otherwise than `dot`, which is the one measure of all entries.
    let least = { weight: Number.POSITIVE_INFINITY, row: 0 };
    for (const row of keys) {
      const slot = slotOf.get(row) as number;
      const cosine = dot(vector, 0, vectorAt(slot), 0, dim);
      offer(list, slot, cosine);
      const weight = Math.fround(Math.max(0, cosine) ** TEXT_POWER);
      if (comesBefore(least.weight, least.row, weight, row)) least = { weight, row };
    }
    // Other items of the block may come right behind the last of these.
    if (keys.length === KEPT) raiseBound(list, least.weight, least.row);
  }

  function remove(row: number): void {
    lists.delete(row);
    const slot = slotOf.get(row);
    if (slot === undefined) return;
    slotOf.delete(row);
    rowAt[slot] = -1;
    removals++;
  }

  function nearOf(list: List): NearNewItems {
    const live = Array.from({ length: list.count }, (_, at) => at)
      .filter((at) => rowAt[list.slots[at]] >= 0)
      .slice(0, NEAREST);
    return {
      rows: Int32Array.from(live, (at) => rowAt[list.slots[at]]),
      weights: Float32Array.from(live, (at) => list.weights[at]),
    };
  }

  return {
    get count() {
      return slotOf.size;
    },
    has: (row) => slotOf.has(row),
    put(row, vector) {
      remove(row);
      if (vector.every((value) => value === 0)) return;
      append(row, vector);
      if (rowAt.length > 2 * slotOf.size + SLOTS) compact();
    },
    remove,
    forget(row) {
      lists.delete(row);
    },
    async prepare(rows) {
      if (lists.size > MAX_LISTS) lists.clear();
      const wanted = new Set(rows);
      let prepared: number;
      do {
        prepared = generation;
        const missing: number[] = [];
        for (const row of wanted) {
          const vector = row < 0 ? undefined : content.of(row);
          if (vector === undefined) continue;
          const list = lists.get(row);
          if (list === undefined || isStale(list)) missing.push(row);
          else bringUpToDate(list, row, vector);
        }
        if (slotOf.size === 0) return;
        if (missing.length === 0) return;
        updated = updated.catch(() => {}).then(updateCells);
        await updated;
        for (const group of await groupsOf(missing)) {
          if (prepared !== generation) break;
          await make(group);
        }
        // Lists that were up to date are gone if slots were numbered anew meanwhile.
      } while (prepared !== generation);
    },
    near(row) {
      const list = lists.get(row);
      if (list === undefined) return undefined;
      if (list.answer?.removals !== removals) list.answer = { near: nearOf(list), removals };
      return list.answer.near;
    },
    close: () => products.close(),
  };
}

const comesBefore = (weight: number, row: number, otherWeight: number, otherRow: number) =>
  weight > otherWeight || (weight === otherWeight && row < otherRow);

const isSame = (now: Float32Array | undefined, before: Float32Array) =>
  now?.every((value, k) => value === before[k]) ?? false;
