/** Whether a shop has room for what it is sent. */
import type { EventInput } from '@lorekeep/recommender';
import type { Item, Store } from '@lorekeep/store';
import { errors } from '../errors.ts';
import type { ShopLimits } from '../settings.ts';

export interface Room {
  /**
   * Must not overlap with another write of items.
   * @throws LorekeepError `SHOP_ITEMS_FULL`
   */
  forItems(items: readonly Item[]): Promise<void>;
  /**
   * Events that are known already are counted like new ones, because only the write itself finds them.
   * @throws LorekeepError `SHOP_EVENTS_FULL`
   */
  forEvents<T>(events: readonly EventInput[], write: () => Promise<T>): Promise<T>;
}

export function createRoom(store: Store, { items: mostItems, events: mostEvents }: ShopLimits): Room {
  /** Events on their way: those of two requests together must not exceed the limit either. */
  let coming = 0;
  return {
    async forItems(items) {
      if (mostItems === undefined) return;
      const ids = [...new Set(items.map(({ id }) => id))];
      const { items: stored } = await store.counts();
      const isNew = (await store.getItems(ids)).filter((item) => item === undefined).length;
      if (isNew > 0 && stored + isNew > mostItems) throw errors.SHOP_ITEMS_FULL({ most: mostItems, stored });
    },
    async forEvents(events, write) {
      if (mostEvents === undefined) return write();
      coming += events.length;
      try {
        const { events: stored } = await store.counts();
        if (stored + coming > mostEvents) throw errors.SHOP_EVENTS_FULL({ most: mostEvents, stored });
        return await write();
      } finally {
        coming -= events.length;
      }
    },
  };
}
