/**
 * XᵀX from the sparse log, row by row. A row of a popular item can have as many entries as there
 * are items, so only the strongest are stored. An entry of a symmetric matrix that is dropped from
 * one row can still be in the other, so what is lost is weak for both of its items.
 */
import { createTopK } from '@lorekeep/core';
import { sharedFloats } from '@lorekeep/graph';
import { type PairCounts, type SharedLog, sharedDoubles, sharedInts } from './shared-data.ts';

/** Memory for the rows, all still empty. */
export function createPairCounts(log: SharedLog, limit: number): PairCounts {
  const { items, userOffsets, itemOffsets, itemUsers } = log;
  const offsets = sharedDoubles(items + 1);
  for (let item = 0; item < items; item++) {
    let bound = 0;
    for (let at = itemOffsets[item]; at < itemOffsets[item + 1]; at++)
      bound += userOffsets[itemUsers[at] + 1] - userOffsets[itemUsers[at]] - 1;
    offsets[item + 1] = offsets[item] + Math.min(bound, limit, items - 1);
  }
  return {
    diagonal: sharedFloats(items),
    offsets,
    lengths: sharedInts(items),
    ids: sharedInts(offsets[items]),
    values: sharedFloats(offsets[items]),
  };
}

/** Fills rows of the counts. */
export function createPairCounter(log: SharedLog, counts: PairCounts, limit: number) {
  const { items, userOffsets, userItems, userValues, itemOffsets, itemUsers, itemValues } = log;
  const { diagonal, offsets, lengths, ids, values } = counts;
  const sums = new Float64Array(items);
  const touched = new Int32Array(items);
  const best = createTopK(limit);

  function addPairs(item: number): number {
    let count = 0;
    for (let at = itemOffsets[item]; at < itemOffsets[item + 1]; at++) {
      const user = itemUsers[at];
      const own = itemValues === undefined ? 1 : itemValues[at];
      for (let other = userOffsets[user]; other < userOffsets[user + 1]; other++) {
        const id = userItems[other];
        const product = userValues === undefined ? 1 : own * userValues[other];
        if (product === 0) continue;
        if (sums[id] === 0) touched[count++] = id;
        sums[id] += product;
      }
    }
    return count;
  }

  return (item: number): void => {
    const count = addPairs(item);
    diagonal[item] = sums[item];
    sums[item] = 0;
    let end = offsets[item];
    const room = offsets[item + 1] - end;
    if (count - 1 <= room) {
      for (let at = 0; at < count; at++) {
        const id = touched[at];
        if (sums[id] === 0) continue;
        ids[end] = id;
        values[end++] = sums[id];
      }
    } else {
      best.clear();
      for (let at = 0; at < count; at++) {
        const id = touched[at];
        if (sums[id] > 0 && sums[id] >= best.least) best.offer(id, sums[id]);
      }
      end = best.drain(ids, values, end);
    }
    lengths[item] = end - offsets[item];
    for (let at = 0; at < count; at++) sums[touched[at]] = 0;
  };
}
