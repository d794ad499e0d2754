/**
 * A count over the whole store. It is made in the background, in slices with pauses between them, so
 * that requests are answered meanwhile; and only while somebody looks. The last result is kept until
 * a newer one is there.
 */
import { setImmediate as pause } from 'node:timers/promises';
import type { Store } from '@lorekeep/store';

/** A count is made again after this time at the earliest, and after 20 times what it took. */
const MIN_REST_MS = 10_000;
const REST_SHARE = 20;

export interface SurveyRun {
  readonly store: Store;
  /**
   * To be called after each slice. It lets requests pass.
   * @throws Error when the service closes
   */
  next(done: number, of: number): Promise<void>;
}

export interface Survey<T> {
  /**
   * The last result. Starts a new count if what it depends on has changed.
   * `undefined` before the first result, and after a deletion: nothing deleted is shown.
   */
  latest(): Promise<T | undefined>;
  /** Of the count that runs. */
  progress(): { done: number; of: number };
  /** Waits for the end of the count that runs. */
  close(): Promise<void>;
}

class Stopped extends Error {}

/**
 * @param keyOf what the count depends on, as a text
 * @param count makes it
 */
export function createSurvey<T>(
  store: () => Store,
  keyOf: () => Promise<string>,
  count: (run: SurveyRun) => Promise<T>,
): Survey<T> {
  let result: { value: T; key: string; deletions: number; until: number } | undefined;
  let running: Promise<void> | undefined;
  let failure: { error: unknown; until: number } | undefined;
  let state = { done: 0, of: 0 };
  let closing = false;

  async function run(key: string, deletions: number): Promise<void> {
    const started = performance.now();
    let busy = 0;
    let sliceFrom = started;
    try {
      const value = await count({
        store: store(),
        async next(done, of) {
          busy += performance.now() - sliceFrom;
          state = { done, of };
          await pause();
          if (closing) throw new Stopped();
          sliceFrom = performance.now();
        },
      });
      result = { value, key, deletions, until: performance.now() + Math.max(MIN_REST_MS, REST_SHARE * busy) };
      failure = undefined;
    } catch (error) {
      if (!(error instanceof Stopped)) failure = { error, until: performance.now() + MIN_REST_MS };
    }
  }

  return {
    async latest() {
      if (closing) return result?.value;
      const deletions = await store().deletions();
      if (result !== undefined && result.deletions !== deletions) result = undefined;
      // A count that has failed would fail again: the cause is told, and it is tried later.
      if (result === undefined && failure !== undefined && performance.now() < failure.until) throw failure.error;
      const isDue = result === undefined || performance.now() > result.until;
      if (running === undefined && isDue) {
        const key = await keyOf();
        if (running === undefined && !closing && result?.key !== key) {
          state = { done: 0, of: 0 };
          running = run(key, deletions).finally(() => {
            running = undefined;
          });
        }
      }
      return result?.value;
    },
    progress: () => state,
    async close() {
      closing = true;
      await running;
    },
  };
}
