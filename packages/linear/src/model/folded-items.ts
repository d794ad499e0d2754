/**
 * Folded items beside a solved model: their weights to and from the solved items and each other. Each
 * `put` costs contentDim multiplications per item there is, as matrix products off the calling
 * thread, and selections in slices, so that a service keeps answering meanwhile. The solved tables
 * are never rebuilt.
 */
import { createTopK, gatherRows } from '@lorekeep/core';
import { createGraphCache, namedArray, tf } from '@lorekeep/graph';
import type { FoldInMap } from './fold-in.ts';

/** Positive weights to other items, in no particular order. */
export interface Entries {
  ids: number[];
  values: number[];
}

export interface FoldedItems {
  /** Folded items there are. */
  readonly count: number;
  /**
   * Adds or replaces folded items. Calls must not overlap.
   *
   * @param slots Position among the folded items of each; `count` or more appends
   * @param content `[slots.length × contentDim]` centred, length 1; zeros for an item without text
   */
  put(slots: readonly number[], content: Float32Array): Promise<void>;
  /** Weights from a solved item to folded ones, as rows from `solvedItems` on. */
  fromSolved(row: number): Entries | undefined;
  /** Weights from a folded item to all others: solved rows, and folded ones from `solvedItems` on. */
  fromFolded(slot: number): readonly Entries[];
  close(): Promise<void>;
}

interface Folded {
  /** Solved items that have this one as a neighbour. */
  named: Entries;
  /** Solved items that are its neighbours. */
  says: Entries;
  /** Folded items that are its neighbours. */
  peers: LargestEntries;
}

/** The largest entries offered so far. */
interface LargestEntries extends Entries {
  /** Position of the least value, once the list is full; −1 before. */
  leastAt: number;
}

/**
 * Items folded together. A smaller batch is padded to it: the kernel of a product depends on its shape,
 * and so do the last bits of its values.
 */
const SLICE = 64;
/** Replaced items that are forgotten before other work gets its turn. */
const FORGOTTEN_PER_TURN = 16;
/** Items whose peers are selected before other work gets its turn: some milliseconds at 5,000 items. */
const PEERS_PER_TURN = 8;
/** Rows that the product with the folded items is padded to, so that few graphs serve all sizes. */
const PADDING = 1024;

/** @param neighboursPerItem Most entries kept of each kind. */
export function openFoldedItems(
  { lambda, map, kernel, diagonal }: FoldInMap,
  neighboursPerItem: number,
  { threads }: { threads?: number } = {},
): FoldedItems {
  const solved = diagonal.length;
  const dim = Math.round(Math.sqrt(kernel.length));
  const folded: Folded[] = [];
  /** `[capacity × dim]` c of each folded item, and K·c. */
  let contents = new Float32Array(PADDING * dim);
  let turned = new Float32Array(PADDING * dim);
  /** s of each; NaN without text. */
  let slacks = new Float64Array(PADDING);
  const extras: (Entries | undefined)[] = new Array(solved);
  const product = createGraphCache(({ a, b }) => ({ c: tf.matMul(a as never, b as never, false, true) }), {
    name: 'fold-in',
    threads,
  });
  const namedBest = createTopK(Math.min(neighboursPerItem, solved), 0);
  const saysBest = createTopK(Math.min(neighboursPerItem, solved), 0);

  /** a `[rows × dim]` · b `[columns × dim]`ᵀ */
  async function times(a: Float32Array, rows: number, b: Float32Array, columns: number): Promise<Float32Array> {
    if (columns === 0) return new Float32Array(0);
    const { c } = await product.run({ a: namedArray([rows, dim], a), b: namedArray([columns, dim], b) });
    return c.data as Float32Array;
  }

  function grow(count: number): void {
    if (count <= slacks.length) return;
    const capacity = Math.ceil(Math.max(count, 2 * slacks.length) / PADDING) * PADDING;
    const wider = (from: Float32Array) => {
      const to = new Float32Array(capacity * dim);
      to.set(from);
      return to;
    };
    contents = wider(contents);
    turned = wider(turned);
    const more = new Float64Array(capacity);
    more.set(slacks);
    slacks = more;
  }

  /**
   * Removes what other items hold of a folded one that is replaced.
   *
   * @param incomplete takes the slots whose full list of peers lost an entry
   */
  function forget(slot: number, incomplete: Set<number>): void {
    const id = solved + slot;
    for (const row of folded[slot].named.ids) remove(extras[row] as Entries, id);
    folded.forEach(({ peers }, other) => {
      const wasFull = peers.leastAt >= 0;
      if (remove(peers, id) && wasFull) incomplete.add(other);
      peers.leastAt = peers.ids.length < neighboursPerItem ? -1 : peers.leastAt;
    });
    folded[slot] = nothing();
    slacks[slot] = Number.NaN;
  }

  /** @param values `[solved]` (M·c) of the item */
  function putNeighbours(slot: number, values: Float32Array): void {
    const slack = slacks[slot];
    namedBest.clear();
    saysBest.clear();
    for (let row = 0; row < solved; row++) {
      const value = values[row];
      if (!(value > 0)) continue;
      if (value >= namedBest.least) namedBest.offer(row, value);
      const back = value / (slack * diagonal[row] + value * value);
      if (back >= saysBest.least) saysBest.offer(row, back);
    }
    const named = drained(namedBest, neighboursPerItem);
    named.ids.forEach((row, at) => {
      extras[row] ??= { ids: [], values: [] };
      extras[row].ids.push(solved + slot);
      extras[row].values.push(named.values[at]);
    });
    folded[slot] = { named, says: drained(saysBest, neighboursPerItem), peers: noEntries() };
  }

  /** Products c_otherᵀ·K·c of up to a slice of folded items with all, one row of `padded` values per slot. */
  async function peerProducts(slots: readonly number[]): Promise<{ products: Float32Array; padded: number }> {
    const padded = Math.ceil(folded.length / PADDING) * PADDING;
    const own = gatherRows(turned, dim, slots, new Float32Array(SLICE * dim));
    return { products: await times(own, SLICE, contents.subarray(0, padded * dim), padded), padded };
  }

  /**
   * Offers every pair of the slice and the other items.
   *
   * @param oneWay only to the items of the slice
   */
  async function putPeers(slots: readonly number[], oneWay: boolean): Promise<void> {
    const { products, padded } = await peerProducts(slots);
    for (const [at, slot] of slots.entries()) {
      if (at % PEERS_PER_TURN === 0) await nextTurn();
      if (Number.isNaN(slacks[slot])) continue;
      // Of two items of one slice, the later one offers both directions.
      const later = new Set(oneWay ? [] : slots.slice(at + 1));
      for (let other = 0; other < folded.length; other++) {
        const value = products[at * padded + other];
        if (other === slot || !(value > 0) || Number.isNaN(slacks[other]) || later.has(other)) continue;
        offer(folded[slot].peers, solved + other, value / slacks[slot], neighboursPerItem);
        if (!oneWay) offer(folded[other].peers, solved + slot, value / slacks[other], neighboursPerItem);
      }
    }
  }

  async function putSlice(slots: readonly number[], content: Float32Array): Promise<void> {
    const rows = new Float32Array(SLICE * dim);
    rows.set(content);
    const values = await times(rows, SLICE, map, solved);
    const kernels = await times(rows, SLICE, kernel, dim);
    for (const [at, slot] of slots.entries()) {
      if (at % PEERS_PER_TURN === 0) await nextTurn();
      const own = rows.subarray(at * dim, (at + 1) * dim);
      contents.set(own, slot * dim);
      turned.set(kernels.subarray(at * dim, (at + 1) * dim), slot * dim);
      let slack = lambda;
      for (let k = 0; k < dim; k++) slack += own[k] * turned[slot * dim + k];
      if (!own.some((value) => value !== 0)) continue;
      slacks[slot] = slack;
      putNeighbours(slot, values.subarray(at * solved, (at + 1) * solved));
    }
    await putPeers(slots, false);
  }

  /** Lists that lost an entry may lack one that it had displaced: they are made again. */
  async function completePeers(slots: readonly number[]): Promise<void> {
    for (let first = 0; first < slots.length; first += SLICE) {
      const some = slots.slice(first, first + SLICE);
      for (const slot of some) folded[slot].peers = noEntries();
      await putPeers(some, true);
      await nextTurn();
    }
  }

  async function inSlices(
    slots: readonly number[],
    content: Float32Array,
    work: (some: readonly number[], rows: Float32Array) => Promise<void>,
  ): Promise<void> {
    for (let first = 0; first < slots.length; first += SLICE) {
      const some = slots.slice(first, first + SLICE);
      await work(some, content.subarray(first * dim, (first + some.length) * dim));
      await nextTurn();
    }
  }

  return {
    get count() {
      return folded.length;
    },
    async put(slots, content) {
      const incomplete = new Set<number>();
      for (const [at, slot] of slots.entries()) {
        grow(slot + 1);
        if (slot < folded.length) forget(slot, incomplete);
        // A batch that failed before this one left slots without an item.
        while (folded.length <= slot) slacks[folded.push(nothing()) - 1] = Number.NaN;
        if (at % FORGOTTEN_PER_TURN === 0) await nextTurn();
      }
      await inSlices(slots, content, putSlice);
      const put = new Set(slots);
      await completePeers([...incomplete].filter((slot) => !put.has(slot)));
    },
    fromSolved: (row) => extras[row],
    fromFolded: (slot) => [folded[slot].says, folded[slot].peers],
    close: () => product.close(),
  };
}

const noEntries = (): LargestEntries => ({ ids: [], values: [], leastAt: -1 });

const nothing = (): Folded => ({
  named: { ids: [], values: [] },
  says: { ids: [], values: [] },
  peers: noEntries(),
});

function drained(best: ReturnType<typeof createTopK>, most: number): Entries {
  const ids = new Int32Array(most);
  const values = new Float32Array(most);
  const end = best.drain(ids, values, 0);
  return { ids: Array.from(ids.subarray(0, end)), values: Array.from(values.subarray(0, end)) };
}

/** Keeps the `most` largest. */
function offer(entries: LargestEntries, id: number, value: number, most: number): void {
  const { ids, values, leastAt } = entries;
  if (leastAt < 0) {
    ids.push(id);
    values.push(value);
    if (ids.length < most) return;
  } else {
    if (value <= values[leastAt]) return;
    ids[leastAt] = id;
    values[leastAt] = value;
  }
  let least = 0;
  for (let at = 1; at < values.length; at++) if (values[at] < values[least]) least = at;
  entries.leastAt = least;
}

/** @returns whether there was one */
function remove({ ids, values }: Entries, id: number): boolean {
  const at = ids.indexOf(id);
  if (at < 0) return false;
  ids.splice(at, 1);
  values.splice(at, 1);
  return true;
}

/** Requests get their turn between two slices. */
const nextTurn = () => new Promise<void>((resolve) => setImmediate(resolve));
