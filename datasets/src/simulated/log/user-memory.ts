/**
 * What is remembered of users between visits: a few bytes per user, and the needs of users who
 * bought something.
 */
import type { Need } from './errands.ts';

const RECENT_SHELVES = 3;
const RECENT_ITEMS = 16;

export interface UserMemory {
  /**
   * Shelves of the user's last clicks, latest first, −1 where there is none. A view: it changes
   * with `addClick`.
   */
  recentShelves(user: number): Int16Array;
  /** The last clicked items, likewise. */
  recentItems(user: number): Int32Array;
  addClick(user: number, item: number, shelf: number): void;
  needs: Map<number, Need[]>;
}

export function createUserMemory(users: number): UserMemory {
  const shelves = new Int16Array(users * RECENT_SHELVES).fill(-1);
  const items = new Int32Array(users * RECENT_ITEMS).fill(-1);
  const recentShelves = (user: number) => shelves.subarray(user * RECENT_SHELVES, (user + 1) * RECENT_SHELVES);
  const recentItems = (user: number) => items.subarray(user * RECENT_ITEMS, (user + 1) * RECENT_ITEMS);
  return {
    recentShelves,
    recentItems,
    addClick(user, item, shelf) {
      unshift(recentShelves(user), shelf);
      unshift(recentItems(user), item);
    },
    needs: new Map(),
  };
}

/** Puts a value in front; the last one is lost. */
function unshift(values: Int16Array | Int32Array, value: number): void {
  values.copyWithin(1, 0, values.length - 1);
  values[0] = value;
}
