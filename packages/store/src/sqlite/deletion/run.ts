/**
 * The transaction of a deletion. A deletion of many rows takes long, so it runs in steps on a
 * connection of its own: between two steps the program goes on, and readers see the former state
 * until the commit. Other writers wait for its end.
 */
import { setImmediate as nextTurn } from 'node:timers/promises';
import type { Database } from 'better-sqlite3';
import { errors } from '../../errors.ts';
import type { Access } from '../access.ts';
import { retryWhileBusy } from '../busy.ts';
import { connect, IN_MEMORY } from '../connection.ts';

/** The work of a deletion, which yields between two steps. */
export type Steps<T> = Generator<void, T>;

export type DeletionRunner = <T>(work: (database: Database) => Steps<T>) => Promise<T>;

/** @param whileBusy called repeatedly while a deletion waits for the lock of another connection */
export function createDeletionRunner(access: Access, whileBusy: () => void): DeletionRunner {
  const { path, writeApart } = access;
  if (access.database.readonly) {
    return async () => {
      throw errors.STORE_READ_ONLY({ path, reason: 'it was opened for reading only' });
    };
  }
  if (path === IN_MEMORY) return (work) => writeApart(async () => runInMemory(access.database, work));
  return (work) =>
    writeApart(async (deadline) => {
      const database = await connect(path, { create: false, deadline });
      try {
        database.pragma('secure_delete = ON');
        database.pragma('temp_store = MEMORY');
        // Every row that refers to a deleted one is deleted here. SQLite would search all events for
        // each item and user.
        database.pragma('foreign_keys = OFF');
        await retryWhileBusy(database, path, deadline, () => database.exec('BEGIN IMMEDIATE'), whileBusy);
        const steps = work(database);
        let step = steps.next();
        while (!step.done) {
          await nextTurn();
          step = steps.next();
        }
        database.exec('COMMIT');
        return step.value;
      } finally {
        if (database.inTransaction) database.exec('ROLLBACK');
        database.close();
      }
    });
}

/** On the only connection of a memory store nothing may come between two steps. */
export function runInMemory<T>(database: Database, work: (database: Database) => Steps<T>): T {
  database.pragma('foreign_keys = OFF');
  try {
    return database
      .transaction(() => {
        const steps = work(database);
        let step = steps.next();
        while (!step.done) step = steps.next();
        return step.value;
      })
      .immediate();
  } finally {
    database.pragma('foreign_keys = ON');
  }
}
