/**
 * The regressors of an item: the other items with the largest |XᵀX + β·C·Cᵀ| in its row. They are
 * selected among its nearest texts and the items that users chose together with it.
 */
import { createTopK, dot } from '@lorekeep/core';
import type { SharedData } from './shared-data.ts';

export interface Regressors {
  count: number;
  /** `[limit]` item rows */
  ids: Int32Array;
  /** `[limit]` their entries of XᵀX + β·C·Cᵀ */
  cross: Float32Array;
}

/** @returns the regressors of an item, in arrays that the next call overwrites */
export function createRegressorReader(
  { log, counts, texts, nearest }: SharedData,
  beta: number,
  limit: number,
): (item: number) => Regressors {
  const best = createTopK(limit, 0);
  const found: Regressors = { count: 0, ids: new Int32Array(limit), cross: new Float32Array(limit) };
  /** Entries of the row, by item; 0 for all others. */
  const entries = new Float32Array(log.items);
  const isText = new Uint8Array(log.items);

  const offer = (id: number, value: number) => {
    entries[id] = value;
    const size = Math.abs(value);
    if (size >= best.least) best.offer(id, size);
  };

  return (item) => {
    best.clear();
    const [from, to] = [counts.offsets[item], counts.offsets[item] + counts.lengths[item]];
    for (let at = from; at < to; at++) entries[counts.ids[at]] = counts.values[at];
    const first = nearest === undefined || beta === 0 ? 0 : item * nearest.width;
    const last = nearest === undefined || beta === 0 ? 0 : first + nearest.width;
    for (let at = first; at < last; at++) {
      const id = nearest!.ids[at];
      if (id < 0) break;
      isText[id] = 1;
      offer(id, entries[id] + beta * nearest!.cosines[at]);
    }
    for (let at = from; at < to; at++) {
      const id = counts.ids[at];
      // No cosine is above 1, so most products need not be computed.
      if (isText[id] === 1 || counts.values[at] + beta < best.least) continue;
      const cosine =
        texts === undefined || beta === 0
          ? 0
          : dot(texts.content, item * texts.dim, texts.content, id * texts.dim, texts.dim);
      offer(id, counts.values[at] + beta * cosine);
    }
    found.count = best.drain(found.ids, found.cross, 0);
    for (let at = 0; at < found.count; at++) found.cross[at] = entries[found.ids[at]];
    for (let at = first; at < last && nearest!.ids[at] >= 0; at++)
      isText[nearest!.ids[at]] = entries[nearest!.ids[at]] = 0;
    for (let at = from; at < to; at++) entries[counts.ids[at]] = 0;
    return found;
  };
}
