/**
 * The lock of imports: one at a time, over all connections and programs. It is SQLite's lock on an
 * empty file beside the store. The operating system releases it when the process ends, even if the
 * process is killed. Rows that are hidden while an import takes the lock therefore belong to an
 * import that was killed.
 *
 * The same file carries a request in the other direction: a writer that waits for the store's write
 * lock touches it, and the running import then lets others write.
 */
import { realpathSync, rmSync, statSync, utimesSync } from 'node:fs';
import { LorekeepError } from '@lorekeep/core';
import Sqlite, { type Database } from 'better-sqlite3';
import { type Deadline, INSTANT_MS, retryWhileBusy } from '../busy.ts';

export interface ImportLock {
  /** Whether a writer has asked for its turn since the last call. */
  wasAskedForTurn(): boolean;
  release(): void;
}

/** The lock file of a store that exists. */
export function lockFileOf(path: string): string {
  return `${realpathSync(path)}-import`;
}

/** Asks the running import, if there is one, to let others write. */
export function askForTurn(lockFile: string): void {
  const now = new Date();
  try {
    utimesSync(lockFile, now, now);
  } catch {
    // No import runs, or the file belongs to another user: the writer keeps trying anyway.
  }
}

/**
 * Waits for the import that runs.
 * @throws LorekeepError `STORE_BUSY` after the deadline
 */
export async function acquireImportLock(lockFile: string, path: string, deadline: Deadline): Promise<ImportLock> {
  for (;;) {
    const database = new Sqlite(lockFile, { timeout: INSTANT_MS });
    const opened = inodeOf(lockFile);
    // An import removes the file when it ends. A lock on a removed file is none: no other import
    // would find it.
    const isRemoved = () => opened === undefined || opened !== inodeOf(lockFile);
    try {
      await retryWhileBusy(database, path, deadline, () => database.exec('BEGIN EXCLUSIVE'));
      if (!isRemoved()) return createLock(lockFile, database);
    } catch (error) {
      if (error instanceof LorekeepError || !isRemoved()) {
        database.close();
        throw error;
      }
    }
    database.close();
  }
}

function createLock(lockFile: string, database: Database): ImportLock {
  let touched = modifiedAt(lockFile);
  return {
    wasAskedForTurn() {
      const before = touched;
      touched = modifiedAt(lockFile);
      return touched !== before;
    },
    release() {
      try {
        rmSync(lockFile, { force: true });
      } catch {
        // Windows keeps files that are open. The empty file does no harm.
      }
      database.close();
    },
  };
}

function inodeOf(file: string): number | undefined {
  return statSync(file, { throwIfNoEntry: false })?.ino;
}

function modifiedAt(file: string): number | undefined {
  return statSync(file, { throwIfNoEntry: false })?.mtimeMs;
}
