/**
 * A solved linear model of a growing catalogue. Its first rows are the items that it was solved
 * with, called solved rows. The rows after them are later items, folded in by their content; the
 * position of a row among these is its slot. With `live`, events move the columns of the items that
 * they touch.
 */
import { centredContent, contentErrors, type SparseRows } from '@lorekeep/core';
import type { HistorySettings, SparseScores } from '@lorekeep/evaluation';
import { type FoldedItems, openFoldedItems } from '../fold-in/folded-items.ts';
import type { LocalFoldIn } from '../fold-in/local-fold-in.ts';
import { createLiveColumns, type LiveColumns } from '../live/live-columns.ts';
import type { UserChange } from '../live/live-rows.ts';
import { createLiveThread } from '../live/live-thread.ts';
import { createLiveWeights, type LiveWeights } from '../live/live-weights.ts';
import type { LinearModel } from './fit.ts';

export interface ItemModel {
  readonly settings: HistorySettings;
  /** Number of rows. */
  readonly items: number;
  /**
   * Folds in new items, or replaces folded ones. Scores include a batch slice by slice.
   *
   * @param rows Row of each item. The row of a folded item replaces it; −1 appends.
   * @param content `[rows.length × contentDim]` raw vectors of the encoder; zeros for an item
   *   without text, which gets no weights
   * @returns the row of each item
   * @throws LorekeepError `CONTENT_INVALID`
   */
  fold(rows: ArrayLike<number>, content: Float32Array): Promise<Int32Array>;
  /**
   * @param history rows, oldest first; −1 for an item to be ignored
   * @returns scores in no particular order, as views that the next call overwrites
   */
  score(history: ArrayLike<number>): SparseScores;
  /** All weights without those of moved columns from or to later items. If there are folded items, it is a copy. */
  weights(): SparseRows;
  /** Whether events move columns. */
  readonly isLive: boolean;
  /**
   * Takes in what events have changed, and solves the columns of the touched rows in the background.
   * Without `live` nothing happens.
   *
   * @param touched the most urgent first
   */
  learn(changes: readonly UserChange[], touched: readonly number[]): void;
  /** Whether a later item has a column of its own, from its events. */
  isChosen(row: number): boolean;
  /**
   * Waits until all columns that events have moved, or their regressors, are solved.
   *
   * @throws LorekeepError `GRAPH_RUN` if the thread has failed
   */
  settle(): Promise<void>;
  close(): Promise<void>;
}

export interface ItemModelOptions {
  /** Default: all cores. */
  threads?: number;
  /**
   * Events move columns. The model must have been read with `live`: its neighbours are changed. No
   * effect on a model that was solved as a whole or without content. Default false.
   */
  live?: boolean;
  /** Regressors of a column that is solved again. Default: as in training. */
  regressors?: number;
}

export function openItemModel(
  { settings, neighbours, foldIn, mean }: LinearModel,
  options: ItemModelOptions = {},
): ItemModel {
  const { decay, maxHistory, neighboursPerItem } = settings;
  const solved = neighbours.items;
  /** `undefined` if the model was solved without content: later items then have no weights. */
  const folded = foldIn && mean ? openFoldedItems(foldIn, neighboursPerItem, options) : undefined;
  const live =
    options.live && foldIn && mean && 'pairs' in foldIn ? openLive(neighbours, foldIn, settings, options) : undefined;
  let items = solved;
  let lastFold: Promise<unknown> = Promise.resolve();
  let sums = new Float32Array(items);
  let seen = new Uint8Array(items);
  let touched = new Int32Array(items);
  let scores = new Float32Array(items);
  let count = 0;

  function grow(): void {
    if (sums.length >= items) return;
    const size = Math.max(items, 2 * sums.length);
    sums = new Float32Array(size);
    seen = new Uint8Array(size);
    touched = new Int32Array(size);
    scores = new Float32Array(size);
    count = 0;
  }

  function add(id: number, score: number): void {
    // Not `sums[id] === 0`: the weights of old events are so small that a sum can remain 0.
    if (seen[id] === 0) {
      seen[id] = 1;
      touched[count++] = id;
    }
    sums[id] += score;
  }

  function addRow(row: number, weight: number): void {
    if (row < solved) {
      for (let at = neighbours.offsets[row]; at < neighbours.offsets[row + 1]; at++)
        if (neighbours.values[at] !== 0) add(neighbours.ids[at], weight * neighbours.values[at]);
    }
    for (const { ids, values } of foldedEntries(folded, row, solved))
      for (let at = 0; at < ids.length; at++) if (!live?.weights.isMoved(ids[at])) add(ids[at], weight * values[at]);
    const own = live?.weights.entriesOf(row);
    if (own !== undefined) for (let at = 0; at < own.ids.length; at++) add(own.ids[at], weight * own.values[at]);
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
        throw invalid(
          `${rows.length} items of dimension ${dim} need ${rows.length * dim} numbers, not ${content.length}`,
        );
      if (mean !== undefined && !content.every(Number.isFinite))
        throw invalid('the vector of a new item contains a value that is not finite');
      const foldedRows = Int32Array.from(rows, (row) => (row < 0 ? items++ : row));
      if (folded !== undefined && mean !== undefined && rows.length > 0) {
        const slots = Array.from(foldedRows, (row) => row - solved);
        const centred = centredContent(content, mean);
        live?.columns.putTexts(foldedRows, centred);
        const work = lastFold.then(() => folded.put(slots, centred));
        lastFold = work.catch(() => {});
        await work;
      }
      return foldedRows;
    },
    score(history) {
      grow();
      for (let at = 0; at < count; at++) {
        sums[touched[at]] = 0;
        seen[touched[at]] = 0;
      }
      count = 0;
      let weight = 1;
      const oldest = Math.max(0, history.length - maxHistory);
      for (let age = history.length - 1; age >= oldest; age--, weight *= decay)
        if (history[age] >= 0) addRow(history[age], weight);
      for (let at = 0; at < count; at++) scores[at] = sums[touched[at]];
      return { items: touched.subarray(0, count), scores: scores.subarray(0, count) };
    },
    weights: () => joinedRows(neighbours, folded, items),
    isLive: live !== undefined,
    learn: (changes, touched) => live?.columns.learn(changes, touched),
    isChosen: (row) => live?.weights.isChosen(row) ?? false,
    settle: async () => live?.columns.settle(),
    async close() {
      await Promise.all([lastFold, live?.columns.close()]);
      await folded?.close();
    },
  };
}

function openLive(
  neighbours: SparseRows,
  foldIn: LocalFoldIn,
  { neighboursPerItem }: LinearModel['settings'],
  { regressors }: ItemModelOptions,
): { columns: LiveColumns; weights: LiveWeights } {
  const { lambda, beta, content, pairs, chosen } = foldIn;
  const thread = createLiveThread({ lambda, beta, content, pairs, chosen }, { regressors });
  const weights = createLiveWeights(neighbours, pairs, neighboursPerItem);
  return { weights, columns: createLiveColumns(thread, { onColumn: weights.put }) };
}

/** The weights of a row that come from fold-in. */
function foldedEntries(folded: FoldedItems | undefined, row: number, solved: number) {
  if (folded === undefined) return [];
  if (row < solved) {
    const entries = folded.fromSolved(row);
    return entries === undefined ? [] : [entries];
  }
  return row - solved < folded.count ? folded.fromFolded(row - solved) : [];
}

/** The solved and the folded weights in one table. */
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
    for (const entries of foldedEntries(folded, row, neighbours.items)) {
      for (const id of entries.ids) ids.push(id);
      for (const value of entries.values) values.push(value);
    }
    offsets[row + 1] = ids.length;
  }
  return { items, offsets, ids: Int32Array.from(ids), values: Float32Array.from(values) };
}
