/**
 * Folded items beside a solved model: their weights to and from the solved items and each other. A
 * folded item has a slot, its position among the folded items. In weights it has the row
 * `solvedItems + slot`; rows below `solvedItems` are solved items.
 *
 * A `put` costs contentDim multiplications per new item and existing item. A matrix product blocks
 * the event loop while it runs, so items are folded in slices; neighbours are selected a few items
 * at a time. A service answers between these steps. The solved tables are never rebuilt.
 */
import { setImmediate as nextTurn } from 'node:timers/promises';
import { createTopK, gatherRows } from '@lorekeep/core';
import { createGraphCache, namedArray, tf } from '@lorekeep/graph';
import { type Entries, entriesOf, type LargestEntries, noEntries, offerEntry, removeEntry } from './entries.ts';
import type { FoldInMap } from './fold-in-map.ts';
import { createFoldedVectors, PADDING } from './folded-vectors.ts';
import { type ColumnFolder, createColumnFolder, type FoldedColumn, type LocalFoldIn } from './local-fold-in.ts';

export interface FoldedItems {
  /** Number of folded items. */
  readonly count: number;
  /**
   * Adds or replaces folded items. Calls must not overlap.
   *
   * @param slots Slot of each item; a slot of `count` or more appends.
   * @param content `[slots.length × contentDim]` centred, length 1; zeros for an item without text
   */
  put(slots: readonly number[], content: Float32Array): Promise<void>;
  /** Weights from a solved item to folded items, by row. */
  fromSolved(row: number): Entries | undefined;
  /** Weights from a folded item to all other items, by row. */
  fromFolded(slot: number): readonly Entries[];
  close(): Promise<void>;
}

/** The weights of one folded item. */
interface Folded {
  /** From solved items to it. */
  incoming: Entries;
  /** From it to solved items. */
  outgoing: Entries;
  /** From it to folded items. */
  peers: LargestEntries;
}

/**
 * Items that are folded together. A smaller batch is padded to this size: the kernel of a product
 * depends on its shape, and so do the last bits of its values.
 */
const SLICE = 64;
/** Replaced items whose weights are removed before the event loop runs other work. */
const REMOVED_PER_TURN = 16;
/**
 * Items whose neighbours are selected before the event loop runs other work: some milliseconds at
 * 5,000 items.
 */
const SELECTED_PER_TURN = 8;

/** What fold-in needs of a model that was solved as a whole, or column by column. */
export type FoldIn = FoldInMap | LocalFoldIn;

/** @param neighboursPerItem Maximum number of entries in each list of weights. */
export function openFoldedItems(
  foldIn: FoldIn,
  neighboursPerItem: number,
  { threads }: { threads?: number } = {},
): FoldedItems {
  const { lambda, diagonal } = foldIn;
  const solvedItems = diagonal.length;
  const dim = 'map' in foldIn ? Math.round(Math.sqrt(foldIn.kernel.length)) : foldIn.content.length / solvedItems;
  const folder = 'map' in foldIn ? undefined : createColumnFolder(foldIn, SLICE, dim, { threads });
  const folded: Folded[] = [];
  // K of one solution is symmetric. Without it, the products of both directions are averaged: the
  // vectors are [c, k] and [k, c].
  const width = 'map' in foldIn ? dim : 2 * dim;
  const vectors = createFoldedVectors(width);
  /** Weights from each solved item to folded items. */
  const fromSolved: (Entries | undefined)[] = new Array(solvedItems);
  const product = createGraphCache(({ a, b }) => ({ c: tf.matMul(a as never, b as never, false, true) }), {
    name: 'fold-in',
    threads,
  });
  const incomingBest = createTopK(Math.min(neighboursPerItem, solvedItems), 0);
  const outgoingBest = createTopK(Math.min(neighboursPerItem, solvedItems), 0);

  /** a `[rows × n]` · b `[columns × n]`ᵀ */
  async function times(a: Float32Array, rows: number, b: Float32Array, columns: number): Promise<Float32Array> {
    if (columns === 0) return new Float32Array(0);
    const inner = a.length / rows;
    const { c } = await product.run({ a: namedArray([rows, inner], a), b: namedArray([columns, inner], b) });
    return c.data as Float32Array;
  }

  /**
   * Removes all weights to an item that is replaced.
   *
   * @param incomplete receives the slots whose full list of peers lost an entry
   */
  function removeWeightsTo(slot: number, incomplete: Set<number>): void {
    const id = solvedItems + slot;
    for (const row of folded[slot].incoming.ids) removeEntry(fromSolved[row] as Entries, id);
    folded.forEach(({ peers }, other) => {
      const wasFull = peers.leastAt >= 0;
      if (!removeEntry(peers, id)) return;
      peers.leastAt = -1;
      if (wasFull) incomplete.add(other);
    });
    folded[slot] = withoutWeights();
    vectors.schurComplements[slot] = Number.NaN;
  }

  /** @param weights from solved items to the item */
  function putSolvedNeighbours(
    slot: number,
    { ids, weights }: Partial<FoldedColumn> & Pick<FoldedColumn, 'weights'>,
  ): void {
    const schur = vectors.schurComplements[slot];
    incomingBest.clear();
    outgoingBest.clear();
    for (let at = 0; at < weights.length; at++) {
      const value = weights[at];
      const row = ids === undefined ? at : ids[at];
      if (!(value > 0)) continue;
      if (value >= incomingBest.least) incomingBest.offer(row, value);
      const outgoing = value / (schur * diagonal[row] + value * value);
      if (outgoing >= outgoingBest.least) outgoingBest.offer(row, outgoing);
    }
    const incoming = entriesOf(incomingBest, neighboursPerItem);
    incoming.ids.forEach((row, at) => {
      fromSolved[row] ??= noEntries();
      fromSolved[row].ids.push(solvedItems + slot);
      fromSolved[row].values.push(incoming.values[at]);
    });
    folded[slot] = { incoming, outgoing: entriesOf(outgoingBest, neighboursPerItem), peers: noEntries() };
  }

  /**
   * Products c_otherᵀ·K·c of the items of a slice with all folded items.
   *
   * @returns `[SLICE × padded]`
   */
  async function peerProducts(slots: readonly number[]): Promise<{ products: Float32Array; padded: number }> {
    const padded = Math.ceil(folded.length / PADDING) * PADDING;
    const own = gatherRows(vectors.kernelContents, width, slots, new Float32Array(SLICE * width));
    return { products: await times(own, SLICE, vectors.contents.subarray(0, padded * width), padded), padded };
  }

  /**
   * Adds the weights between the items of a slice and all other folded items.
   *
   * @param oneWay only the weights from the items of the slice
   */
  async function putPeers(slots: readonly number[], oneWay: boolean): Promise<void> {
    const { products, padded } = await peerProducts(slots);
    const { schurComplements } = vectors;
    for (const [at, slot] of slots.entries()) {
      if (at % SELECTED_PER_TURN === 0) await nextTurn();
      if (Number.isNaN(schurComplements[slot])) continue;
      // For two items of one slice, the later one adds both directions.
      const later = new Set(oneWay ? [] : slots.slice(at + 1));
      for (let other = 0; other < folded.length; other++) {
        const value = products[at * padded + other];
        if (other === slot || !(value > 0) || Number.isNaN(schurComplements[other]) || later.has(other)) continue;
        offerEntry(folded[slot].peers, solvedItems + other, value / schurComplements[slot], neighboursPerItem);
        if (!oneWay)
          offerEntry(folded[other].peers, solvedItems + slot, value / schurComplements[other], neighboursPerItem);
      }
    }
  }

  /** Weights from solved items, and the vectors k, of the items of a slice. */
  async function columnsOf(rows: Float32Array, count: number) {
    if (!('map' in foldIn)) return (folder as ColumnFolder).columns(rows, count);
    const values = await times(rows, SLICE, foldIn.map, solvedItems);
    const kernels = await times(rows, SLICE, foldIn.kernel, dim);
    const columns = Array.from({ length: count }, (_, at) => ({
      weights: values.subarray(at * solvedItems, (at + 1) * solvedItems),
    }));
    return { columns, kernels };
  }

  function putVectors(slot: number, own: Float32Array, kernelContent: Float32Array): void {
    const first = slot * width;
    vectors.contents.set(own, first);
    vectors.kernelContents.set(kernelContent, first);
    if (width === dim) return;
    for (let k = 0; k < dim; k++) {
      vectors.contents[first + dim + k] = kernelContent[k] / 2;
      vectors.kernelContents[first + dim + k] = own[k];
      vectors.kernelContents[first + k] /= 2;
    }
  }

  async function putSlice(slots: readonly number[], content: Float32Array): Promise<void> {
    const rows = new Float32Array(SLICE * dim);
    rows.set(content);
    const { columns, kernels } = await columnsOf(rows, slots.length);
    for (const [at, slot] of slots.entries()) {
      if (at % SELECTED_PER_TURN === 0) await nextTurn();
      const own = rows.subarray(at * dim, (at + 1) * dim);
      const kernelContent = kernels.subarray(at * dim, (at + 1) * dim);
      putVectors(slot, own, kernelContent);
      let schur = lambda;
      for (let k = 0; k < dim; k++) schur += own[k] * kernelContent[k];
      if (!own.some((value) => value !== 0)) continue;
      vectors.schurComplements[slot] = schur;
      putSolvedNeighbours(slot, columns[at]);
    }
    await putPeers(slots, false);
  }

  /**
   * Rebuilds lists of peers that lost an entry: they may lack one that this entry had displaced.
   */
  async function rebuildPeers(slots: readonly number[]): Promise<void> {
    for (let first = 0; first < slots.length; first += SLICE) {
      const slice = slots.slice(first, first + SLICE);
      for (const slot of slice) folded[slot].peers = noEntries();
      await putPeers(slice, true);
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
        vectors.reserve(slot + 1);
        if (slot < folded.length) removeWeightsTo(slot, incomplete);
        // An earlier batch that failed may have left slots without an item.
        while (folded.length <= slot) vectors.schurComplements[folded.push(withoutWeights()) - 1] = Number.NaN;
        if (at % REMOVED_PER_TURN === 0) await nextTurn();
      }
      for (let first = 0; first < slots.length; first += SLICE) {
        const slice = slots.slice(first, first + SLICE);
        await putSlice(slice, content.subarray(first * dim, (first + slice.length) * dim));
        await nextTurn();
      }
      const replaced = new Set(slots);
      await rebuildPeers([...incomplete].filter((slot) => !replaced.has(slot)));
    },
    fromSolved: (row) => fromSolved[row],
    fromFolded: (slot) => [folded[slot].outgoing, folded[slot].peers],
    async close() {
      await Promise.all([product.close(), folder?.close()]);
    },
  };
}

const withoutWeights = (): Folded => ({ incoming: noEntries(), outgoing: noEntries(), peers: noEntries() });
