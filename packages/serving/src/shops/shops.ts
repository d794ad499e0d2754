/**
 * Many shops in one process. Each is an ordinary workspace in a folder. A shop is opened by its first
 * request and closed when none came for a while; its files stay, and the next request opens it again.
 * Requests that arrive together wait for one opening. A request that runs keeps its shop open.
 */
import { availableParallelism } from 'node:os';
import { errorCode } from '@lorekeep/core';
import { recommenderErrors } from '@lorekeep/recommender';
import type { Keys } from '../access/keys.ts';
import { createThreadBudget, type ThreadBudget } from './budget.ts';
import { createPublisher } from './engine/publisher.ts';
import { errors } from './errors.ts';
import { openShopFolder } from './folder.ts';
import { type LoadedShop, loadShop, type ShopServerOptions } from './loaded-shop.ts';
import { checkShopName, isShopName } from './names.ts';
import { checkLimits, type ShopLimits } from './settings.ts';
import { createSlot, type Slot, type UsedShop } from './slot.ts';

export interface ShopsOptions {
  /** Keys of the host and of all shops, by namespace. */
  keys: Keys;
  /** What the server of every shop has in common. */
  server?: ShopServerOptions;
  /** Most shops, 1 to 100,000. Default 1,000. */
  maxShops?: number;
  /**
   * Most shops in memory, 1 to 10,000. The one that was idle longest makes room for another. Default
   * 100.
   */
  maxLoaded?: number;
  /** Seconds without a request after which a shop is closed, 1 to 86,400. Default 300. */
  idleAfter?: number;
  /**
   * Threads for what occupies a core for long, in all shops together, 1 to 256. Default: one per core.
   */
  threads?: number;
  /** Receives what fails in the background, with the name of the shop. Default: nothing is done. */
  onFailure?: (shop: string, error: unknown) => void;
}

/** A shop, as it is told. */
export interface ShopInfo {
  name: string;
  /** Unix seconds; `null` for a workspace that was put into the folder. */
  createdAt: number | null;
  limits: ShopLimits;
  state: 'loaded' | 'idle';
  /** `null` until the shop was loaded once. */
  items: number | null;
  events: number | null;
  /** Of all its files. */
  bytes: number;
  /** How often it was opened since the start of the process. */
  opens: number;
  /** Seconds of the last opening; `null` before the first. */
  openSeconds: number | null;
}

export interface Shops {
  /** By name. */
  list(): Promise<ShopInfo[]>;
  /** @throws LorekeepError `SHOP_UNKNOWN` */
  get(name: string): Promise<ShopInfo>;
  /**
   * Creates an empty shop. It takes items and events at once, and recommends with its first items.
   * @throws LorekeepError `SHOP_NAME`, `SHOP_EXISTS`, `SHOPS_FULL`, `SHOP_LIMITS`, `DISK_FULL`, `PATH_…`
   * @example
   * await shops.create('garden', { items: 10_000, rate: { perSecond: 50, burst: 100 } });
   */
  create(name: string, limits?: ShopLimits): Promise<ShopInfo>;
  /**
   * Sets the limits of a shop; those left out do not apply any more. Requests in progress end under
   * the former.
   * @throws LorekeepError `SHOP_UNKNOWN`, `SHOP_LIMITS`
   */
  changeLimits(name: string, limits: ShopLimits): Promise<ShopInfo>;
  /**
   * Removes a shop with all its data and revokes its keys. Requests in progress are finished first;
   * from the call on others are `SHOP_UNKNOWN`. The name can be used again.
   * @throws LorekeepError `SHOP_UNKNOWN`
   */
  delete(name: string): Promise<void>;
  /**
   * The shop, opened if it is not. Release it in any case.
   * @throws LorekeepError `SHOP_UNKNOWN`, `SHOP_NOT_OPENED`, `SHOPS_BUSY`, `ENGINE_CLOSED`
   */
  use(name: string): Promise<UsedShop>;
  /** The shop if it is loaded; opens nothing. */
  loaded(name: string): LoadedShop | undefined;
  /** All that are loaded, by name. */
  allLoaded(): [name: string, shop: LoadedShop][];
  has(name: string): Promise<boolean>;
  names(): Promise<string[]>;
  /** How often each was opened, of those that were. */
  opens(): [name: string, opens: number][];
  /** The folder of a shop. */
  pathOf(name: string): string;
  readonly budget: ThreadBudget;
  /** Takes no more calls, waits for those in use, and closes every shop. */
  close(): Promise<void>;
}

/** Between two looks for shops that are idle, at most this many ms. */
const LOOK_MS = 1_000;

/**
 * Opens a folder of shops, which is created if there is none. One process serves a folder at a time.
 * @throws LorekeepError `SHOPS_OPTION`, `SHOPS_MISSING`, `PATH_…`
 * @example
 * const shops = await openShops('shops', { keys: await loadKeys('shops/keys.jsonl') });
 * await shops.create('garden');
 * const { shop, release } = await shops.use('garden');
 */
export async function openShops(dir: string, options: ShopsOptions): Promise<Shops> {
  const { keys, server = {}, onFailure = () => {} } = options;
  const maxShops = checked('maxShops', options.maxShops ?? 1_000, 100_000);
  const maxLoaded = checked('maxLoaded', options.maxLoaded ?? 100, 10_000);
  const idleMs = checked('idleAfter', options.idleAfter ?? 300, 86_400) * 1000;
  const budget = createThreadBudget(checked('threads', options.threads ?? availableParallelism(), 256));
  const publisher = createPublisher(budget);
  const folder = await openShopFolder(dir);
  const slots = new Map<string, Slot>();
  let closed = false;

  function slotOf(name: string): Slot {
    let slot = slots.get(name);
    if (slot === undefined) {
      slot = createSlot(async () => {
        await makeRoom(name);
        const settings = await folder.settings(name);
        const at = folder.pathOf(name);
        const what = { name, dir: at, settings, keys, budget, publisher, server };
        return loadShop({ ...what, onFailure: (error) => onFailure(name, error) });
      });
      slots.set(name, slot);
    }
    return slot;
  }

  /** Closes the shop that was idle longest, if as many as may be are loaded. */
  async function makeRoom(name: string): Promise<void> {
    const others = [...slots].filter(([other, { isOccupied }]) => other !== name && isOccupied).map(([, slot]) => slot);
    if (others.length < maxLoaded) return;
    const idle = others.filter((slot) => slot.isIdle()).sort((a, b) => a.lastUsed - b.lastUsed);
    if (idle.length === 0) throw errors.SHOPS_BUSY({ most: maxLoaded });
    await idle[0].unload();
  }

  async function known(name: string): Promise<Slot> {
    const isThere = async () =>
      !slots.get(name)?.isEnding && (slots.get(name)?.loaded !== undefined || (await has(name)));
    if (!isShopName(name) || !(await isThere())) throw errors.SHOP_UNKNOWN({ shop: name.slice(0, 100).toWellFormed() });
    return slotOf(name);
  }

  const has = async (name: string) => !slots.get(name)?.isEnding && (await folder.has(name));

  async function told(name: string): Promise<ShopInfo> {
    const slot = slotOf(name);
    const counts = await slot.counts();
    const { createdAt, limits } = await folder.settings(name);
    return {
      ...{ name, createdAt, limits },
      state: slot.loaded === undefined ? 'idle' : 'loaded',
      items: counts?.items ?? null,
      events: counts?.events ?? null,
      bytes: await folder.bytes(name),
      opens: slot.opens,
      openSeconds: slot.openSeconds ?? null,
    };
  }

  function unloadIdle(): void {
    const before = performance.now() - idleMs;
    for (const [name, slot] of slots)
      if (slot.lastUsed < before && slot.isIdle()) slot.unload().catch((error) => onFailure(name, error));
  }
  const looking = setInterval(unloadIdle, Math.min(LOOK_MS, idleMs / 4)).unref();

  /** Creations and deletions of one name run one after another. */
  const turns = new Map<string, Promise<unknown>>();
  function inTurn<T>(name: string, work: () => Promise<T>): Promise<T> {
    const result = (turns.get(name) ?? Promise.resolve()).then(work);
    const settled = result.catch(() => {});
    turns.set(name, settled);
    settled.then(() => turns.get(name) === settled && turns.delete(name));
    return result;
  }

  async function revokeKeys(name: string): Promise<void> {
    for (const { id, namespace, state } of await keys.list())
      if (namespace === name && state !== 'revoked') await keys.revoke(id);
  }

  return {
    budget,
    async list() {
      const infos = await Promise.all((await folder.names()).map((name) => told(name).catch(gone)));
      return infos.filter((info) => info !== undefined);
    },
    async get(name) {
      await known(name);
      return told(name);
    },
    create: async (name, limits = {}) => {
      checkShopName(name);
      const valid = checkLimits(limits);
      return inTurn(name, async () => {
        if (await folder.has(name)) throw errors.SHOP_EXISTS({ shop: name });
        if ((await folder.names()).length >= maxShops) throw errors.SHOPS_FULL({ most: maxShops });
        // A shop of this name that was removed by hand has left its keys.
        await revokeKeys(name);
        await folder.create(name, valid);
        return told(name);
      });
    },
    changeLimits: (name, limits) =>
      inTurn(name, async () => {
        const valid = checkLimits(limits);
        const slot = await known(name);
        await folder.changeLimits(name, valid);
        await slot.unload();
        return told(name);
      }),
    delete: (name) =>
      inTurn(name, async () => {
        const slot = await known(name);
        try {
          await slot.end();
          // First the keys: a shop that is created under this name later must not open with them.
          await revokeKeys(name);
          await folder.remove(name);
        } finally {
          slots.delete(name);
        }
      }),
    async use(name) {
      if (closed) throw recommenderErrors.ENGINE_CLOSED();
      const slot = await known(name);
      try {
        return await slot.use();
      } catch (error) {
        if (closed || errorCode(error) === 'SHOPS_BUSY') throw error;
        if (slot.isEnding) throw errors.SHOP_UNKNOWN({ shop: name });
        throw errors.SHOP_NOT_OPENED({ shop: name, code: errorCode(error) }, error);
      }
    },
    loaded: (name) => slots.get(name)?.loaded,
    allLoaded: () =>
      [...slots].flatMap(([name, { loaded }]): [string, LoadedShop][] =>
        loaded === undefined ? [] : [[name, loaded]],
      ),
    has,
    names: folder.names,
    opens: () => [...slots].map(([name, { opens }]) => [name, opens]),
    pathOf: folder.pathOf,
    async close() {
      if (closed) return;
      closed = true;
      clearInterval(looking);
      await publisher.close();
      const ends = [...slots].map(([name, slot]) => slot.end().catch((error) => onFailure(name, error)));
      await Promise.all(ends);
    },
  };
}

/** A shop can be deleted while it is listed. */
const gone = (): undefined => undefined;

function checked(option: string, value: number, most: number): number {
  if (Number.isInteger(value) && value >= 1 && value <= most) return value;
  throw errors.SHOPS_OPTION({ option, expected: `a whole number from 1 to ${most.toLocaleString('en')}` });
}
