/** Staged items and events into the store, in one import. */
import type { RunContext } from '@lorekeep/core';
import type { ImportRecord, Store } from '@lorekeep/store';
import { errors } from '../errors.ts';
import { type ColumnsOfFile, type RowFilter, stagedEvents, stagedItems, stagedUsers } from '../staging/staged-rows.ts';
import type { Staging } from '../staging/staging.ts';

/**
 * @param outcomes types of the outcomes of rows
 * @param users number of records with attributes
 * @param eventFiles named in `IMPORT_TIMES_MIXED`
 * @throws LorekeepError `IMPORT_TIMES_MIXED`, `IMPORT_REPEATED` (another program added the same
 *   files meanwhile)
 */
export async function writeStaged(
  staging: Staging,
  store: Store,
  record: ImportRecord,
  eventFiles: string[],
  filter: RowFilter,
  columns: ColumnsOfFile,
  outcomes: readonly string[],
  users: number,
  context: RunContext,
): Promise<void> {
  await store.importAll(record, async (transaction) => {
    // Counted inside the import: no other import can run, although live writes go on.
    const stored = (await store.counts()).events;
    if (record.events > 0) await checkTimes(store, record.ordinals, stored, eventFiles);
    const items = stagedItems(staging, filter.items, columns);
    await put('items', record.items, items, (batch) => transaction.putItems(batch), context);
    const events = stagedEvents(staging, filter.events, stored, outcomes);
    await put('events', record.events, events, (batch) => transaction.putEvents(batch), context);
    // After the events, so that users keep their order, with and without attributes.
    const attributes = stagedUsers(staging, filter.users);
    if (users > 0) await put('users', users, attributes, (batch) => transaction.putUsers(batch), context);
  });
}

/** Ordinals and timestamps cannot be compared, so a store holds events of one kind only. */
async function checkTimes(store: Store, ordinals: boolean, stored: number, files: string[]): Promise<void> {
  const imports = await store.imports();
  const storedOrdinals = imports.reduce((sum, record) => sum + (record.ordinals ? record.events : 0), 0);
  const mixed = ordinals ? storedOrdinals < stored : storedOrdinals > 0;
  if (mixed) throw errors.IMPORT_TIMES_MIXED({ files, ordinals });
}

async function put<Row>(
  unit: 'items' | 'events' | 'users',
  total: number,
  batches: AsyncIterable<Row[]>,
  putBatch: (batch: Row[]) => Promise<unknown>,
  { progress, signal }: RunContext,
): Promise<void> {
  let done = 0;
  const report = () => {
    signal?.throwIfAborted();
    progress?.({ stage: 'import', done, total, unit, note: 'writing' });
  };
  report();
  for await (const batch of batches) {
    await putBatch(batch);
    done += batch.length;
    report();
  }
}
