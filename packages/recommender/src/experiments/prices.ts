/** What outcomes are worth, and from where on they are read. */
import type { Event, Store } from '@lorekeep/store';

/**
 * Exposures are written up to a second after their answer: events from so many before the first one
 * are read too.
 */
export const START_MARGIN = 10_000;

/** The prices of the items of some events, as they are now. */
export async function pricesOf(store: Store, events: readonly Event[]): Promise<(item: string) => number | undefined> {
  const ids = [...new Set(events.map(({ item }) => item))];
  const items = ids.length === 0 ? [] : await store.getItems(ids);
  const prices = new Map(ids.map((id, at) => [id, items[at]?.price]));
  return (item) => prices.get(item);
}
