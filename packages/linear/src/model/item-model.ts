/**
 * A solved linear model in use on a catalogue that grows: rows 0 … are the items it was solved with,
 * the rows after them are items that came later, folded in by their content.
 */
import { centredContent, contentErrors, type SparseRows } from '@lorekeep/core';
import type { HistorySettings, SparseScores } from '@lorekeep/evaluation';
import type { LinearModel } from './fit.ts';
import { type FoldedItems, openFoldedItems } from './folded-items.ts';

export interface ItemModel {
  readonly settings: HistorySettings;
  /** Rows there are. */
  readonly items: number;
  /**
   * Folds items in, or replaces folded ones. Scores see a batch in slices, each slice at once.
   *
   * @param rows Row of each item: a folded one is replaced, −1 appends
   * @param content `[rows.length × contentDim]` raw vectors of the encoder; zeros for an item without
   *   text, which gets no weights
   * @returns the row of each item
   * @throws LorekeepError `CONTENT_INVALID`
   */
  fold(rows: ArrayLike<number>, content: Float32Array): Promise<Int32Array>;
  /**
   * @param history rows, oldest first; −1 for an item to be ignored
   * @returns views that the next call overwrites, in no particular order
   */
  score(history: ArrayLike<number>): SparseScores;
  /** All weights, those of folded items included: a copy if there are any. */
  weights(): SparseRows;
  close(): Promise<void>;
}

export function openItemModel(
  { settings, neighbours, foldIn, mean }: LinearModel,
  options: { threads?: number } = {},
): ItemModel {
  const { decay, maxHistory, neighboursPerItem } = settings;
  const solved = neighbours.items;
  /** Without content nothing can be folded: later items get empty rows. */
  const folded = foldIn && mean ? openFoldedItems(foldIn, neighboursPerItem, options) : undefined;
  let items = solved;
  let lastFold: Promise<unknown> = Promise.resolve();
  let sums = new Float32Array(items);
  let touched = new Int32Array(items);
  let scores = new Float32Array(items);
  let count = 0;

  function grow(): void {
    if (sums.length >= items) return;
    const size = Math.max(items, 2 * sums.length);
    sums = new Float32Array(size);
    touched = new Int32Array(size);
    scores = new Float32Array(size);
    count = 0;
  }

  function add(id: number, score: number): void {
    if (sums[id] === 0) touched[count++] = id;
    sums[id] += score;
  }

  function addRow(row: number, weight: number): void {
    if (row < solved) {
      for (let at = neighbours.offsets[row]; at < neighbours.offsets[row + 1]; at++)
        add(neighbours.ids[at], weight * neighbours.values[at]);
    }
    for (const { ids, values } of entriesBeside(folded, row, solved))
      for (let at = 0; at < ids.length; at++) add(ids[at], weight * values[at]);
  }

  return {
    settings: { decay, maxHistory },
    get items() {
      return items;
    },
    async fold(rows, content) {
      const dim = mean?.length ?? 0;
      const invalid = (problem: string) => contentErrors.CONTENT_INVALID({ problem });
      if (mean !== undefined && content.length !== rows.length * dim)
        throw invalid(`${content.length} numbers are not ${rows.length} items of dimension ${dim}`);
      if (mean !== undefined && !content.every(Number.isFinite))
        throw invalid('the vector of a new item is not finite');
      const placed = Int32Array.from(rows, (row) => (row < 0 ? items++ : row));
      if (folded !== undefined && mean !== undefined && rows.length > 0) {
        const slots = Array.from(placed, (row) => row - solved);
        const centred = centredContent(content, mean);
        const work = lastFold.then(() => folded.put(slots, centred));
        lastFold = work.catch(() => {});
        await work;
      }
      return placed;
    },
    score(history) {
      grow();
      for (let at = 0; at < count; at++) sums[touched[at]] = 0;
      count = 0;
      let weight = 1;
      const oldest = Math.max(0, history.length - maxHistory);
      for (let age = history.length - 1; age >= oldest; age--, weight *= decay)
        if (history[age] >= 0) addRow(history[age], weight);
      for (let at = 0; at < count; at++) scores[at] = sums[touched[at]];
      return { items: touched.subarray(0, count), scores: scores.subarray(0, count) };
    },
    weights: () => joinedRows(neighbours, folded, items),
    async close() {
      await lastFold;
      await folded?.close();
    },
  };
}

/** What a row has besides its solved entries. */
function entriesBeside(folded: FoldedItems | undefined, row: number, solved: number) {
  if (folded === undefined) return [];
  if (row < solved) {
    const extra = folded.fromSolved(row);
    return extra === undefined ? [] : [extra];
  }
  return row - solved < folded.count ? folded.fromFolded(row - solved) : [];
}

function joinedRows(neighbours: SparseRows, folded: FoldedItems | undefined, items: number): SparseRows {
  if (items === neighbours.items) return neighbours;
  const offsets = new Uint32Array(items + 1);
  const ids: number[] = [];
  const values: number[] = [];
  for (let row = 0; row < items; row++) {
    if (row < neighbours.items) {
      for (let at = neighbours.offsets[row]; at < neighbours.offsets[row + 1]; at++) {
        ids.push(neighbours.ids[at]);
        values.push(neighbours.values[at]);
      }
    }
    for (const beside of entriesBeside(folded, row, neighbours.items)) {
      for (const id of beside.ids) ids.push(id);
      for (const value of beside.values) values.push(value);
    }
    offsets[row + 1] = ids.length;
  }
  return { items, offsets, ids: Int32Array.from(ids), values: Float32Array.from(values) };
}
