/**
 * Imports: from the lock to the commit. An import of a file has a connection of its own, so that
 * its open transaction does not take in the writes of others.
 */
import { setImmediate as nextTurn, setTimeout as sleep } from 'node:timers/promises';
import type {
  ImportAllOptions,
  ImportRecord,
  Imports,
  ImportTransaction,
  ReplacedEvents,
} from '../../contract/imports.ts';
import { checkEvents, checkItems, checkUsers } from '../../contract/validation.ts';
import { errors } from '../../errors.ts';
import type { Access } from '../access.ts';
import { type Deadline, deadlineIn } from '../busy.ts';
import { connect, IN_MEMORY, translate } from '../connection.ts';
import { arrivalsOfImport } from '../deletion/events.ts';
import type { Steps } from '../deletion/run.ts';
import { deletionsReader, pendingImportReader, startPendingImport } from '../visibility.ts';
import { dropHistoriesIfLarge, hasHistories, restoreHistories } from './histories-index.ts';
import { acquireImportLock, lockFileOf } from './lock.ts';
import { createImportRecords } from './records.ts';
import { replaceEvents } from './replace.ts';
import { settleImport } from './settle.ts';
import { openSlices, type Slices, slicesInMemory } from './slices.ts';
import { guardTransaction } from './transaction.ts';
import { createImportWriter } from './writer.ts';

/** Rows per step of a put: a few milliseconds, after which others get their turn. */
const STEP = 1000;

type Fill = (transaction: ImportTransaction) => Promise<unknown>;

export interface SqliteImports extends Imports {
  /** Waits for the imports that have been called. */
  end(): Promise<void>;
}

/** Unless the store is read-only, starts at once to clear up after an import that was killed. */
export function createImports(access: Access, { readOnly }: { readOnly: boolean }): SqliteImports {
  const { database, path, busyMs, read, checkOpen } = access;
  const records = createImportRecords(database);
  const running = new Set<Promise<void>>();
  let isEnding = false;
  let lastInMemory: Promise<void> = Promise.resolve();

  async function openForImport(deadline: Deadline, lockDeadline = deadline): Promise<Slices> {
    if (path === IN_MEMORY) {
      const { promise, resolve } = Promise.withResolvers<void>();
      const before = lastInMemory;
      lastInMemory = promise;
      if (await isDoneBy(before, lockDeadline)) return slicesInMemory(database, resolve);
      // Later imports wait for the one that this call did not wait for.
      before.then(resolve);
      throw errors.STORE_BUSY({ path, waitedMs: lockDeadline.busyMs });
    }
    const lock = await acquireImportLock(lockFileOf(path), path, lockDeadline);
    try {
      const own = await connect(path, { create: false, deadline });
      return openSlices(own, path, busyMs, deadline, lock);
    } catch (error) {
      lock.release();
      throw error;
    }
  }

  async function importOnce(record: ImportRecord, fill: Fill, options: ImportAllOptions): Promise<ReplacedEvents> {
    const deadline = deadlineIn(busyMs);
    try {
      const slices = await openForImport(deadline);
      const restore = () => restoreHistories(slices, path, busyMs);
      try {
        await settleImport(slices, restore);
        return await importInto(slices, path, record, fill, options, restore);
      } finally {
        slices.close();
      }
    } catch (error) {
      throw translate(error, path);
    }
  }

  /** Readers ignore hidden rows, so a failure here may wait for the next attempt. */
  async function clearUp(): Promise<void> {
    if (readOnly || path === IN_MEMORY) return;
    // A version that does not build the index may have cleared up after the import.
    if (pendingImportReader(database)() === undefined && hasHistories(database)) return;
    // Without waiting for the lock: if it is taken, that import runs.
    const slices = await openForImport(deadlineIn(busyMs), deadlineIn(0));
    try {
      await settleImport(
        slices,
        () => restoreHistories(slices, path, busyMs),
        () => isEnding,
      );
    } finally {
      slices.close();
    }
  }

  function track<T>(work: Promise<T>): Promise<T> {
    const settled = work.then(
      () => {},
      () => {},
    );
    running.add(settled);
    settled.then(() => running.delete(settled));
    return work;
  }

  const clearedUp = track(clearUp().catch(() => {}));

  return {
    async importAll(record, fill, options = {}) {
      checkOpen();
      if (readOnly) throw errors.STORE_READ_ONLY({ path, reason: 'it was opened for reading only' });
      return track(clearedUp.then(() => importOnce(record, fill, options)));
    },

    async imports() {
      return read(() => records.all());
    },

    async end() {
      isEnding = true;
      await Promise.all(running);
    },
  };
}

/** Whether `work`, which does not reject, is done by the deadline. */
async function isDoneBy(work: Promise<void>, { at }: Deadline): Promise<boolean> {
  const stop = new AbortController();
  const done = work.then(() => true);
  const late = sleep(Math.max(0, at - Date.now()), false, { signal: stop.signal }).catch(() => false);
  const isDone = await Promise.race([done, late]);
  stop.abort();
  return isDone;
}

async function importInto(
  slices: Slices,
  path: string,
  record: ImportRecord,
  fill: Fill,
  { replaces }: ImportAllOptions,
  restoreIndex: () => Promise<void>,
): Promise<ReplacedEvents> {
  const { database } = slices;
  const records = createImportRecords(database);
  const reserve = database.prepare('UPDATE deletions SET last_event = max(last_event, ?)');
  const readPendingImport = pendingImportReader(database);
  const { id, horizon, ranges } = await slices.run(() => {
    records.check(record, replaces ?? []);
    const ranges = (replaces ?? []).map((fingerprint) => arrivalsOfImport(database, fingerprint));
    dropHistoriesIfLarge(database, record.events);
    return { ...startPendingImport(database), ranges };
  });
  const writer = createImportWriter(database, horizon, ranges);
  const deletions = deletionsReader(database);
  let known: number | undefined;
  /**
   * Without this, an import whose lock file was removed would write into the next import, which took
   * it for a killed one.
   */
  const checkOwn = () => {
    if (readPendingImport()?.id !== id) throw errors.STORE_BUSY({ path, waitedMs: 0 });
  };
  const step = <T>(work: () => T): Promise<T> =>
    slices.run(() => {
      checkOwn();
      const number = deletions();
      if (number !== known) writer.forget();
      known = number;
      return work();
    });
  const { transaction, end, cancel } = guardTransaction(
    async (items) => {
      checkItems(items);
      await inSteps(items, (rows) => step(() => writer.putItems(rows)));
    },
    async (events) => {
      checkEvents(events);
      let added = 0;
      await inSteps(events, async (rows, first) => {
        added += await step(() => writer.putEvents(rows, first));
      });
      return added;
    },
    async (users) => {
      checkUsers(users);
      await inSteps(users, (rows) => step(() => writer.putUsers(rows)));
    },
  );
  let outcome: ReplacedEvents | undefined;
  function* finish(): Steps<ReplacedEvents> {
    checkOwn();
    const own = writer.arrivals();
    const commit = () => {
      records.put(record, horizon, own);
      // Later events must not get numbers in this range, also if the last ones were not needed.
      if (own !== undefined) reserve.run(own.last);
      database.exec('UPDATE pending_import SET committed = 1');
    };
    if (replaces === undefined) {
      commit();
      outcome = { replaced: 0, alreadyLive: 0 };
    } else {
      const replacement = { imports: replaces, ranges, own, timed: !record.ordinals };
      outcome = yield* replaceEvents(database, replacement, commit);
    }
    return outcome;
  }
  try {
    await fill(transaction);
    await end();
    await restoreIndex();
    const result = await slices.runWhole(finish());
    await settleImport(slices, restoreIndex);
    return result;
  } catch (error) {
    await cancel();
    slices.rollback();
    const pending = readPendingImport();
    if (pending?.id !== id) throw error;
    // Then the import is complete. What is left to remove waits for the next import or start.
    if (pending.isCommitted && outcome !== undefined) return outcome;
    await settleImport(slices, restoreIndex).catch(() => {});
    throw error;
  }
}

async function inSteps<T>(batch: T[], put: (rows: T[], first: number) => Promise<void>): Promise<void> {
  for (let first = 0; first < batch.length; first += STEP) {
    if (first > 0) await nextTurn();
    await put(batch.slice(first, first + STEP), first);
  }
}
