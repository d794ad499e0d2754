/**
 * The transactions of an import. One transaction is the fastest, so an import keeps its transaction
 * open until another writer asks for its turn. Then it commits what it has written so far, which
 * stays hidden (visibility.ts), pauses, and goes on in a new transaction.
 *
 * Foreign keys are not checked: an import looks up every row that it refers to, and a second
 * look-up by SQLite takes a seventh of its time. When rows are removed, SQLite would even search
 * all events for each of their items and users.
 */
import { setImmediate as nextTurn, setTimeout as sleep } from 'node:timers/promises';
import type { Database } from 'better-sqlite3';
import { type Deadline, deadlineIn, retryWhileBusy } from '../busy.ts';
import { runInMemory, type Steps } from '../deletion/run.ts';
import type { ImportLock } from './lock.ts';

/**
 * If others ask all the time, an import that has rows to write keeps the write lock for at least
 * this long, in ms.
 */
const LEAST_SLICE_MS = 100;
/** How often it looks for requests between puts, in ms. */
const LOOK_MS = 20;
/** How long it lets others write, in ms: two attempts of every waiting writer. */
const PAUSE_MS = 25;

export interface Slices {
  readonly database: Database;
  /**
   * Runs `work` in the open transaction, or in a new one. One call at a time. If `work` throws, the
   * transaction is rolled back and the import must not continue.
   */
  run<T>(work: () => T): Promise<T>;
  /** Runs all steps in one transaction: others get no turn before its end. The program goes on. */
  runWhole<T>(steps: Steps<T>): Promise<T>;
  /** Commits the open transaction. */
  commit(): Promise<void>;
  rollback(): void;
  close(): void;
}

/** @param firstDeadline of the first transaction; later ones wait for `busyMs` each */
export function openSlices(
  database: Database,
  path: string,
  busyMs: number,
  firstDeadline: Deadline,
  lock: ImportLock,
): Slices {
  database.pragma('foreign_keys = OFF');
  let deadline = firstDeadline;
  let openSince: number | undefined;
  let isIdle = false;
  let isWhole = false;
  let pauseUntil = 0;
  let failure: { error: unknown } | undefined;

  async function begin(): Promise<void> {
    await sleep(Math.max(0, pauseUntil - Date.now()));
    await retryWhileBusy(database, path, deadline, () => database.exec('BEGIN IMMEDIATE'));
    deadline = deadlineIn(busyMs);
    openSince = Date.now();
    // Requests up to now have been granted.
    lock.wasAskedForTurn();
  }

  function giveTurnIfAsked(): void {
    if (openSince === undefined || isWhole) return;
    const isDue = isIdle || Date.now() - openSince >= LEAST_SLICE_MS;
    if (!isDue || !lock.wasAskedForTurn()) return;
    try {
      database.exec('COMMIT');
      openSince = undefined;
      pauseUntil = Date.now() + PAUSE_MS;
    } catch (error) {
      failure = { error };
    }
  }

  const timer = setInterval(() => {
    giveTurnIfAsked();
    isIdle = true;
  }, LOOK_MS).unref();

  function rollback(): void {
    openSince = undefined;
    failure = undefined;
    if (database.inTransaction) database.exec('ROLLBACK');
  }

  return {
    database,

    async run(work) {
      if (openSince === undefined) await begin();
      if (failure !== undefined) throw failure.error;
      isIdle = false;
      try {
        return work();
      } catch (error) {
        // At once, because the import may take long to notice, and holds the lock until then.
        rollback();
        throw error;
      } finally {
        giveTurnIfAsked();
      }
    },

    async runWhole(steps) {
      if (openSince === undefined) await begin();
      if (failure !== undefined) throw failure.error;
      isWhole = true;
      try {
        for (let step = steps.next(); ; step = steps.next()) {
          if (step.done) return step.value;
          await nextTurn();
        }
      } catch (error) {
        rollback();
        throw error;
      } finally {
        isWhole = false;
      }
    },

    async commit() {
      if (failure !== undefined) throw failure.error;
      if (openSince === undefined) return;
      openSince = undefined;
      await retryWhileBusy(database, path, deadlineIn(busyMs), () => database.exec('COMMIT'));
    },

    rollback,

    close() {
      clearInterval(timer);
      database.close();
      lock.release();
    },
  };
}

/**
 * Transactions on the only connection of a memory store. Nothing else can hold its lock, so each
 * `work` is a transaction.
 */
export function slicesInMemory(database: Database, onClose: () => void): Slices {
  return {
    database,
    async run(work) {
      database.pragma('foreign_keys = OFF');
      try {
        return database.transaction(work).immediate();
      } finally {
        database.pragma('foreign_keys = ON');
      }
    },
    async runWhole(steps) {
      return runInMemory(database, () => steps);
    },
    async commit() {},
    rollback() {},
    close: onClose,
  };
}
