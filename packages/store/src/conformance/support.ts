/** What the checks of the suite share. */
import assert from 'node:assert/strict';
import type { Event } from '../contract/event-log.ts';
import type { ImportRecord } from '../contract/imports.ts';
import type { Store } from '../contract/store.ts';

/** One empty store of an adapter, with what the tests can do to it. */
export interface StoreUnderTest {
  store: Store;
  /** Closes the store and opens the same data again. Absent if the adapter cannot do that. */
  reopen?: () => Promise<Store>;
  /**
   * Opens a second, independent connection to the same data. Absent if the adapter cannot do that.
   */
  another?: () => Promise<Store>;
  /** Closes every open connection and removes the data. */
  dispose: () => Promise<void>;
}

/** Declares one test that gets an empty store. */
export type Check = (title: string, run: (under: StoreUnderTest) => Promise<void>) => void;

export const at = (user: string, item: string, timestamp: number, type = 'view'): Event => ({
  user,
  item,
  type,
  timestamp,
});

/** For `assert.rejects`: the error has this code. */
export const code = (expected: string) => (error: unknown) => {
  assert.equal((error as { code?: string }).code, expected, String(error));
  return true;
};

export const collect = async <T>(batches: AsyncIterable<T[]>): Promise<T[]> => (await Array.fromAsync(batches)).flat();

export const record = (fingerprint: string, contents: string[] = []): ImportRecord => ({
  fingerprint,
  files: ['a.csv'],
  contents,
  items: 1,
  events: 1,
  ordinals: fingerprint === 'f1',
  skipped: 2,
  at: 17.5,
});
