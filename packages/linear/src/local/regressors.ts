/**
 * The regressors of an item: the other items with the largest |XᵀX + β·C·Cᵀ| in its row. They are
 * selected among its nearest texts and the items that users chose together with it.
 */
import { createTopK } from '@lorekeep/core';
import type { PairRows, RowView, TextRows } from './row-readers.ts';

export interface Regressors {
  count: number;
  /** `[limit]` item rows */
  ids: Int32Array;
  /** `[limit]` their entries of XᵀX + β·C·Cᵀ */
  cross: Float32Array;
}

export interface RegressorSources {
  items: number;
  pairs: PairRows;
  /** Absent without content. */
  texts?: TextRows;
  /** Nearest texts of an item with their cosines; an id below 0 ends them. Only with `texts`. */
  nearestOf?: (item: number) => RowView;
}

const NO_TEXTS: RowView = { ids: new Int32Array(0), values: new Float32Array(0), from: 0, to: 0 };

/** @returns the regressors of an item, in arrays that the next call overwrites */
export function createRegressorReader(
  { items, pairs, texts, nearestOf }: RegressorSources,
  beta: number,
  limit: number,
): (item: number) => Regressors {
  const best = createTopK(limit, 0);
  const found: Regressors = { count: 0, ids: new Int32Array(limit), cross: new Float32Array(limit) };
  /** Entries of the row, by item; 0 for all others. */
  const entries = new Float32Array(items);
  const isText = new Uint8Array(items);

  const offer = (id: number, value: number) => {
    entries[id] = value;
    const size = Math.abs(value);
    if (size >= best.least) best.offer(id, size);
  };

  return (item) => {
    best.clear();
    const { ids, values, from, to } = pairs.rowOf(item);
    for (let at = from; at < to; at++) entries[ids[at]] = values[at];
    const nearest = nearestOf === undefined || beta === 0 ? NO_TEXTS : nearestOf(item);
    for (let at = nearest.from; at < nearest.to; at++) {
      const id = nearest.ids[at];
      if (id < 0) break;
      isText[id] = 1;
      offer(id, entries[id] + beta * nearest.values[at]);
    }
    for (let at = from; at < to; at++) {
      const id = ids[at];
      // No cosine is above 1, so most products need not be computed.
      if (isText[id] === 1 || values[at] + beta < best.least) continue;
      const cosine = texts === undefined || beta === 0 ? 0 : texts.cosine(item, id);
      offer(id, values[at] + beta * cosine);
    }
    found.count = best.drain(found.ids, found.cross, 0);
    for (let at = 0; at < found.count; at++) found.cross[at] = entries[found.ids[at]];
    for (let at = nearest.from; at < nearest.to && nearest.ids[at] >= 0; at++)
      isText[nearest.ids[at]] = entries[nearest.ids[at]] = 0;
    for (let at = from; at < to; at++) entries[ids[at]] = 0;
    return found;
  };
}
