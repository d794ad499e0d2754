/**
 * The way of exposures to the disk, off the path of a request: they are collected in memory and
 * written together. What a crash loses is at most the last half second.
 */
import { errorCode } from '@lorekeep/core';
import type { Exposure, Store } from '@lorekeep/store';

const FLUSH_MS = 500;
/** Lists that are written at once. */
const BATCH = 1_000;
/** If the store cannot be written for long, the oldest are given up. */
const MOST_WAITING = 50_000;
/** What is kept: of experiments, and of other lists. */
const KEPT = { experiments: 2_000_000, others: 200_000 };
const PRUNE_EVERY = 10_000;

export interface ExposureBuffer {
  add(exposure: Exposure): void;
  /** Erased users: what is not written yet. */
  forget(users: readonly string[]): void;
  /** Resolves when everything added before is on the disk, or cannot be written now. */
  flush(): Promise<void>;
  close(): Promise<void>;
}

export function createExposureBuffer(store: Store): ExposureBuffer {
  let waiting: Exposure[] = [];
  let timer: NodeJS.Timeout | undefined;
  let writing: Promise<void> = Promise.resolve();
  let sincePruning = 0;
  /** A store that is only read never takes any. */
  let isRefused = false;

  async function write(): Promise<void> {
    while (waiting.length > 0) {
      const batch = waiting.slice(0, BATCH);
      try {
        await store.appendExposures(batch);
      } catch (error) {
        if (errorCode(error) === 'STORE_READ_ONLY') {
          isRefused = true;
          waiting = [];
        }
        // Kept, and tried again with the next ones.
        return;
      }
      const written = new Set(batch);
      waiting = waiting.filter((exposure) => !written.has(exposure));
      sincePruning += batch.length;
      if (sincePruning >= PRUNE_EVERY) {
        sincePruning = 0;
        await store.pruneExposures(KEPT).catch(() => {});
      }
    }
  }

  function flush(): Promise<void> {
    clearTimeout(timer);
    timer = undefined;
    writing = writing.then(write);
    return writing;
  }

  return {
    add(exposure) {
      if (isRefused) return;
      waiting.push(exposure);
      if (waiting.length > MOST_WAITING) waiting.splice(0, waiting.length - MOST_WAITING);
      // The process may end without it: `close` writes the rest.
      timer ??= setTimeout(flush, FLUSH_MS).unref();
    },
    forget(users) {
      const gone = new Set(users);
      waiting = waiting.filter(({ user }) => user === undefined || !gone.has(user));
    },
    flush,
    close: flush,
  };
}
