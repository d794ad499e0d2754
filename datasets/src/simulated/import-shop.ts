/** The simulated shop straight into a store, without files. */
import { setImmediate } from 'node:timers/promises';
import type { RunContext } from '@lorekeep/core';
import type { ImportRecord, ImportTransaction, Item, Store } from '@lorekeep/store';
import { errors } from '../errors.ts';
import { BATCH, eventBatches } from './event-batches.ts';
import { formerFingerprint, simulatedFingerprint } from './fingerprint.ts';
import { resolveShopOptions, type SimulatedShopOptions } from './options.ts';
import { type SimulatedShop, simulateShop } from './shop.ts';

export interface SimulatedImport {
  record: ImportRecord;
  /** The store already holds this shop; nothing was done. */
  unchanged: boolean;
}

/** What an import record names in place of files. */
const SOURCE = 'simulated';

/**
 * Puts the shop into a store, in one transaction.
 * @throws LorekeepError `SIMULATED_OTHER_SHOP` if the store holds one made with other options,
 *   `SIMULATED_BAD_OPTION`; or `signal.reason`
 */
export async function importSimulatedShop(
  store: Store,
  options: SimulatedShopOptions = {},
  context: RunContext = {},
): Promise<SimulatedImport> {
  const resolved = resolveShopOptions(options);
  const fingerprint = simulatedFingerprint(resolved);
  const imports = await store.imports();
  const former = formerFingerprint(resolved);
  const same = imports.find((record) => record.fingerprint === fingerprint || record.fingerprint === former);
  if (same !== undefined) return { record: same, unchanged: true };
  const other = imports.find((record) => record.files.length === 1 && record.files[0] === SOURCE);
  if (other !== undefined) throw errors.SIMULATED_OTHER_SHOP({ stored: other.fingerprint });

  const record: ImportRecord = {
    fingerprint,
    files: [SOURCE],
    contents: [],
    items: resolved.items,
    events: resolved.events,
    ordinals: false,
    skipped: 0,
    at: Math.floor(Date.now() / 1000),
  };
  const shop = simulateShop(resolved);
  await store.importAll(record, (transaction) => putShop(transaction, shop, context));
  return { record, unchanged: false };
}

/** Whether the only import of a store is the simulated shop of these options. */
export async function holdsSimulatedShop(store: Store, options: SimulatedShopOptions = {}): Promise<boolean> {
  const made = [simulatedFingerprint(options), formerFingerprint(options)];
  const imports = await store.imports();
  return imports.length > 0 && imports.every(({ fingerprint }) => made.includes(fingerprint));
}

async function putShop(transaction: ImportTransaction, shop: SimulatedShop, context: RunContext): Promise<void> {
  const items: Item[] = [];
  for (const item of shop.items()) {
    items.push(item);
    if (items.length === BATCH) await transaction.putItems(items.splice(0));
  }
  if (items.length > 0) await transaction.putItems(items);
  for (const batch of eventBatches(shop, context)) {
    await transaction.putEvents(batch);
    // Timers and Ctrl-C are handled between batches.
    await setImmediate();
  }
}
