/**
 * The place of one shop in memory: empty, opening, loaded or closing. All changes go through here, so
 * that a shop is never opened twice, nor closed while a request uses it.
 */
import { errorCode } from '@lorekeep/core';
import { recommenderErrors } from '@lorekeep/recommender';
import type { StoreCounts } from '@lorekeep/store';
import type { LoadedShop } from './loaded-shop.ts';

/** A shop in use. It stays open until `release`. */
export interface UsedShop {
  shop: LoadedShop;
  release(): void;
}

/** A shop that could not be opened is tried again after this many ms. */
export const RETRY_MS = 3_000;

export interface Slot {
  readonly loaded: LoadedShop | undefined;
  /** Loaded, or about to be. */
  readonly isOccupied: boolean;
  /** It is loaded, no request uses it, and nothing runs in it. */
  isIdle(): boolean;
  /** It is being removed, or the process ends. */
  readonly isEnding: boolean;
  /** Of `performance.now()`. */
  readonly lastUsed: number;
  readonly opens: number;
  /** Of the last opening. */
  readonly openSeconds: number | undefined;
  /** Those of the shop; while it is closed, those that it had then. */
  counts(): Promise<StoreCounts | undefined>;
  /** The shop, which stays open until `release`. Those who ask while it opens wait for the same. */
  use(): Promise<UsedShop>;
  /** Waits until nobody uses it, and closes it. Who asks meanwhile waits, and opens it again. */
  unload(): Promise<void>;
  /** The same, for good: who asks from now on is refused. */
  end(): Promise<void>;
}

export function createSlot(load: () => Promise<LoadedShop>): Slot {
  let loaded: LoadedShop | undefined;
  let opening: Promise<void> | undefined;
  let closing: Promise<void> | undefined;
  let failure: { at: number; error: unknown } | undefined;
  let uses = 0;
  let whenUnused: (() => void) | undefined;
  let isEnding = false;
  let lastUsed = 0;
  let lastCounts: StoreCounts | undefined;
  let opens = 0;
  let openSeconds: number | undefined;

  async function open(): Promise<void> {
    const started = performance.now();
    try {
      loaded = await load();
    } catch (error) {
      // Where there was no room, there may be some at once.
      if (errorCode(error) !== 'SHOPS_BUSY') failure = { at: performance.now(), error };
      throw error;
    }
    failure = undefined;
    opens++;
    lastUsed = performance.now();
    openSeconds = (lastUsed - started) / 1000;
  }

  async function close(): Promise<void> {
    await opening?.catch(() => {});
    if (uses > 0) await new Promise<void>((resolve) => (whenUnused = resolve));
    const shop = loaded;
    loaded = undefined;
    lastCounts = (await shop?.counts().catch(() => undefined)) ?? lastCounts;
    await shop?.close();
  }

  function unload(): Promise<void> {
    closing ??= close().finally(() => {
      closing = undefined;
    });
    return closing;
  }

  function granted(shop: LoadedShop): UsedShop {
    uses++;
    lastUsed = performance.now();
    let isReleased = false;
    return {
      shop,
      release() {
        if (isReleased) return;
        isReleased = true;
        lastUsed = performance.now();
        if (--uses === 0) whenUnused?.();
      },
    };
  }

  return {
    get loaded() {
      return loaded;
    },
    get isOccupied() {
      return closing === undefined && (loaded !== undefined || opening !== undefined);
    },
    isIdle: () => uses === 0 && closing === undefined && loaded !== undefined && !loaded.isBusy(),
    get isEnding() {
      return isEnding;
    },
    get lastUsed() {
      return lastUsed;
    },
    get opens() {
      return opens;
    },
    get openSeconds() {
      return openSeconds;
    },
    counts: async () => (loaded === undefined ? lastCounts : loaded.counts().catch(() => lastCounts)),
    async use() {
      for (;;) {
        if (isEnding) throw recommenderErrors.ENGINE_CLOSED();
        if (closing !== undefined) await closing.catch(() => {});
        else if (loaded !== undefined) return granted(loaded);
        else if (failure !== undefined && performance.now() - failure.at < RETRY_MS) throw failure.error;
        else {
          opening ??= open().finally(() => {
            opening = undefined;
          });
          await opening;
        }
      }
    },
    unload,
    async end() {
      isEnding = true;
      await unload();
    },
  };
}
