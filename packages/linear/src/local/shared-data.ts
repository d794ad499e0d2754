/**
 * What the threads of the local solver share. All arrays lie in shared memory; a thread writes only
 * the rows of its own tasks.
 */
import { sharedFloats } from '@lorekeep/graph';
import type { Interactions } from '../solve/gram.ts';

/** X by users and by items. */
export interface SharedLog {
  items: number;
  /** `[users + 1]` */
  userOffsets: Uint32Array;
  userItems: Int32Array;
  /** Absent if all values of X are 1. */
  userValues?: Float32Array;
  /** `[items + 1]` */
  itemOffsets: Uint32Array;
  itemUsers: Int32Array;
  itemValues?: Float32Array;
}

/** XᵀX: its diagonal, and the strongest entries of each row. */
export interface PairCounts {
  /** `[items]` */
  diagonal: Float32Array;
  /** `[items + 1]` first position of each row; not all positions are used. */
  offsets: ArrayLike<number>;
  /** `[items]` entries of each row */
  lengths: Int32Array;
  /** The other item of each entry. */
  ids: Int32Array;
  values: Float32Array;
}

export interface SharedTexts {
  /** `[items × dim]` centred */
  content: Float32Array;
  dim: number;
}

/** The items with the largest cosines of each item, `[items × width]`, −1 where there are fewer. */
export interface TextNeighbours {
  width: number;
  ids: Int32Array;
  cosines: Float32Array;
}

/** Columns of B with the regressors of each. */
export interface Columns {
  /** Limit of regressors of a column. */
  width: number;
  /** `[columns]` number of regressors */
  lengths: Int32Array;
  /** `[columns × width]` */
  ids: Int32Array;
  /** `[columns × width]` */
  weights: Float32Array;
  /**
   * `[columns × width]` how much an entry of XᵀX can fall before its item is no regressor any more
   */
  margins: Float32Array;
  /** `[columns]` P_ii */
  diagonal: Float32Array;
}

export interface SharedData {
  log: SharedLog;
  counts: PairCounts;
  /** Absent without content. */
  texts?: SharedTexts;
  nearest?: TextNeighbours;
}

export const sharedInts = (length: number) => new Int32Array(new SharedArrayBuffer(4 * length));
const sharedUnsigned = (length: number) => new Uint32Array(new SharedArrayBuffer(4 * length));
export const sharedDoubles = (length: number) => new Float64Array(new SharedArrayBuffer(8 * length));

/** The array itself if it is in shared memory, otherwise a copy. */
export function shared(values: Float32Array): Float32Array {
  if (values.buffer instanceof SharedArrayBuffer) return values;
  const copy = sharedFloats(values.length);
  copy.set(values);
  return copy;
}

/**
 * Items of a user that count in XᵀX, at most: the newest. A user's pairs grow with the square of
 * their number. People stay far below it; programs that read a whole shop do not.
 */
export const ITEMS_PER_USER = 2000;

/** Interactions in both orders. */
export function sharedLog({ items, offsets, rows, values }: Interactions): SharedLog {
  const users = offsets.length - 1;
  const userOffsets = sharedUnsigned(users + 1);
  for (let user = 0; user < users; user++)
    userOffsets[user + 1] = userOffsets[user] + Math.min(ITEMS_PER_USER, offsets[user + 1] - offsets[user]);
  const entries = userOffsets[users];
  const userItems = sharedInts(entries);
  const userValues = values && sharedFloats(entries);
  const itemOffsets = sharedUnsigned(items + 1);
  for (let user = 0; user < users; user++) {
    const from = offsets[user + 1] - (userOffsets[user + 1] - userOffsets[user]);
    userItems.set(rows.subarray(from, offsets[user + 1]), userOffsets[user]);
    userValues?.set(values!.subarray(from, offsets[user + 1]), userOffsets[user]);
  }
  for (const item of userItems) itemOffsets[item + 1]++;
  for (let item = 0; item < items; item++) itemOffsets[item + 1] += itemOffsets[item];
  const next = Uint32Array.from(itemOffsets);
  const itemUsers = sharedInts(entries);
  const itemValues = values && sharedFloats(entries);
  for (let user = 0; user < users; user++)
    for (let at = userOffsets[user]; at < userOffsets[user + 1]; at++) {
      const to = next[userItems[at]]++;
      itemUsers[to] = user;
      if (itemValues !== undefined) itemValues[to] = userValues![at];
    }
  return {
    items,
    userOffsets,
    userItems,
    itemOffsets,
    itemUsers,
    ...(userValues && { userValues, itemValues }),
  };
}
