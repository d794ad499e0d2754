/** Staged items and events into the store, in one import. */
import { errorCode, type RunContext } from '@lorekeep/core';
import type { ImportRecord, ImportTransaction, ReplacedEvents, Store } from '@lorekeep/store';
import { errors } from '../errors.ts';
import { type ColumnsOfFile, type RowFilter, stagedEvents, stagedItems, stagedUsers } from '../staging/staged-rows.ts';
import type { Staging } from '../staging/staging.ts';
import type { ImportPlan } from './plan.ts';

/** Which of the staged rows are written, and how. */
export interface StagedPart {
  /** Named in `IMPORT_TIMES_MIXED`. */
  eventFiles: string[];
  filter: RowFilter;
  columns: ColumnsOfFile;
  /** Types of the outcomes of rows. */
  outcomes: readonly string[];
  /** Number of records with attributes. */
  users: number;
}

/**
 * @param replaces imports whose events are replaced
 * @throws LorekeepError `IMPORT_TIMES_MIXED`, `IMPORT_REPEATED` (another program added the same
 *   files meanwhile)
 */
export async function writeStaged(
  staging: Staging,
  store: Store,
  record: ImportRecord,
  { eventFiles, filter, columns, outcomes, users }: StagedPart,
  context: RunContext,
  { replaces }: Pick<ImportPlan, 'replaces'>,
): Promise<ReplacedEvents> {
  const fill = async (transaction: ImportTransaction) => {
    // Counted inside the import: no other import can run, although live writes go on.
    const replaced = await countEvents(store, replaces ?? []);
    const stored = (await store.counts()).events - replaced;
    if (record.events > 0) await checkTimes(store, record.ordinals, stored, eventFiles, replaces ?? []);
    const items = stagedItems(staging, filter.items, columns);
    await put('items', record.items, items, (batch) => transaction.putItems(batch), context);
    // Deleted events leave gaps, so the number of events does not tell the last ordinal.
    const last = record.ordinals && stored > 0 ? await store.lastTimestamp() : undefined;
    const events = stagedEvents(staging, filter.events, last === undefined ? 0 : last + 1, outcomes);
    await put('events', record.events, events, (batch) => transaction.putEvents(batch), context);
    // After the events, so that users keep their order, with and without attributes.
    const attributes = stagedUsers(staging, filter.users);
    if (users > 0) await put('users', users, attributes, (batch) => transaction.putUsers(batch), context);
  };
  return store.importAll(
    record,
    fill,
    replaces === undefined ? {} : { replaces: replaces.map(({ fingerprint }) => fingerprint) },
  );
}

/** Ordinals and timestamps cannot be compared, so a store holds events of one kind only. */
async function checkTimes(
  store: Store,
  ordinals: boolean,
  stored: number,
  files: string[],
  replaces: readonly ImportRecord[],
): Promise<void> {
  const others = await store.imports();
  const imports = others.filter((record) => !replaces.some(({ fingerprint }) => fingerprint === record.fingerprint));
  const storedOrdinals = await countEvents(
    store,
    imports.filter((record) => record.ordinals),
  );
  const mixed = stored > 0 && (ordinals ? storedOrdinals < stored : storedOrdinals > 0);
  if (mixed) throw errors.IMPORT_TIMES_MIXED({ files, ordinals });
}

/** Events of these imports that are still stored. */
async function countEvents(store: Store, imports: readonly ImportRecord[]): Promise<number> {
  let sum = 0;
  for (const { fingerprint, events } of imports) {
    if (events === 0) continue;
    try {
      sum += await store.countEvents({ import: fingerprint });
    } catch (error) {
      // Older versions did not record which events an import has brought.
      if (errorCode(error) !== 'IMPORT_NOT_RECORDED') throw error;
      sum += events;
    }
  }
  return sum;
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
