/**
 * How the parts of a store reach its connection. `better-sqlite3` is synchronous, so each read and
 * each transaction runs in one go and no two of them interleave.
 */
import type { Database } from 'better-sqlite3';
import { errors } from '../errors.ts';
import { type Deadline, deadlineIn, retryWhileBusy } from './busy.ts';
import { translate } from './connection.ts';

export interface Access {
  readonly database: Database;
  readonly path: string;
  readonly busyMs: number;
  /** @throws LorekeepError `STORE_CLOSED`, or the coded form of SQLite's error */
  read<T>(work: () => T): T;
  /**
   * Runs `work` in one transaction. Writes run in the order of their calls, even if the first has
   * to wait for the lock.
   */
  write<T>(work: () => T): Promise<T>;
  /**
   * The same for `work` that has its own transaction: it starts after the writes called before, and
   * later ones wait for its end.
   * @param deadline for its waiting
   */
  writeApart<T>(work: (deadline: Deadline) => Promise<T>): Promise<T>;
  /** @throws LorekeepError `STORE_CLOSED` */
  checkOpen(): void;
  /**
   * Refuses all later calls and waits for the writes that have been called. False if it was closed
   * before.
   */
  end(): Promise<boolean>;
}

/** @param whileBusy called repeatedly while a write waits for the lock of another connection */
export function createAccess(database: Database, path: string, busyMs: number, whileBusy: () => void): Access {
  let isClosed = false;
  let lastWrite: Promise<unknown> = Promise.resolve();

  function checkOpen(): void {
    if (isClosed) throw errors.STORE_CLOSED({ path });
  }

  async function writeApart<T>(work: (deadline: Deadline) => Promise<T>): Promise<T> {
    checkOpen();
    const deadline = deadlineIn(busyMs);
    const result = lastWrite.then(() => work(deadline));
    lastWrite = result.catch(() => {});
    try {
      return await result;
    } catch (error) {
      throw translate(error, path);
    }
  }

  return {
    database,
    path,
    busyMs,
    checkOpen,

    read(work) {
      checkOpen();
      try {
        return work();
      } catch (error) {
        throw translate(error, path);
      }
    },

    async write(work) {
      checkOpen();
      const transaction = database.transaction(work);
      return writeApart((deadline) =>
        retryWhileBusy(database, path, deadline, () => transaction.immediate(), whileBusy),
      );
    },

    writeApart,

    async end() {
      if (isClosed) return false;
      isClosed = true;
      await lastWrite;
      return true;
    },
  };
}
