import type { RunContext } from '@lorekeep/core';
import type { Event } from '@lorekeep/store';
import type { SimulatedShop } from './shop.ts';

/** Items or events per batch. */
export const BATCH = 5000;

/**
 * The events of a shop in batches. Reports each batch, and stops between batches if `signal` is
 * aborted.
 */
export function* eventBatches(shop: SimulatedShop, { progress, signal }: RunContext): Generator<Event[]> {
  const total = shop.options.events;
  let done = 0;
  let batch: Event[] = [];
  for (const event of shop.events()) {
    batch.push(event);
    if (batch.length < BATCH && done + batch.length < total) continue;
    signal?.throwIfAborted();
    yield batch;
    done += batch.length;
    batch = [];
    progress?.({ stage: 'import', done, total, unit: 'events', note: 'simulated shop' });
  }
}
