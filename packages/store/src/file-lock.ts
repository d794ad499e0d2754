/**
 * A lock between programs: SQLite's exclusive lock on an empty file. The operating system releases it
 * when the process ends, also if the process is killed, so no lock is ever left behind. The file
 * stays: a lock on a file that somebody removes would be none.
 */
import { mkdirSync } from 'node:fs';
import { dirname } from 'node:path';
import { systemError } from '@lorekeep/core';
import Sqlite, { type Database } from 'better-sqlite3';

/** A lock that is held. */
export interface FileLock {
  /** Gives it up. */
  release(): void;
}

/**
 * Takes the lock, or returns `undefined` at once if another holder has it, in this process or in
 * another one. Creates the file and its folder.
 * @throws LorekeepError `PATH_…`, `DISK_FULL`
 */
export function tryLock(path: string): FileLock | undefined {
  let database: Database | undefined;
  try {
    mkdirSync(dirname(path), { recursive: true });
    database = new Sqlite(path, { timeout: 0 });
    database.exec('BEGIN EXCLUSIVE');
  } catch (error) {
    database?.close();
    if (error instanceof Sqlite.SqliteError && /^SQLITE_(BUSY|LOCKED)/.test(error.code)) return undefined;
    throw systemError(error, path);
  }
  const held = database;
  return { release: () => held.close() };
}
