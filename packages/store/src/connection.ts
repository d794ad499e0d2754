/**
 * Opening the file, and the translation of SQLite's complaints into the house's errors.
 *
 * Write-ahead log with `synchronous = FULL`: a commit returns after its log is flushed, so what was acknowledged outlives
 * a killed process and a power cut (`fullfsync` asks the same of macOS, where plain fsync stops at the drive's cache).
 * Readers never wait for a writer. SQLite's own busy timeout would stop the whole event loop, so it is kept to the
 * moments of opening and checkpointing; waiting for another writer is done asynchronously in `retryWhileBusy`.
 */
import { existsSync, mkdirSync } from 'node:fs';
import { dirname } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { LorekeepError } from '@lorekeep/core';
import Sqlite, { type Database } from 'better-sqlite3';
import * as errors from './errors.ts';
import { currentVersion, migrate } from './schema.ts';

/** Longest a call may stand still on a lock held for an instant, in ms. */
const INSTANT_MS = 20;
/** How often a waiting writer looks again, in ms. */
const LOOK_AGAIN_MS = 10;

/** @throws LorekeepError `STORE_*` */
export async function connect(path: string, options: { create: boolean; busyMs: number }): Promise<Database> {
  const inMemory = path === ':memory:';
  if (!inMemory && !existsSync(path)) {
    if (!options.create) throw errors.storeMissing(path);
    try {
      mkdirSync(dirname(path), { recursive: true });
    } catch (error) {
      throw errors.cannotOpen(path, error);
    }
  }
  let database: Database;
  try {
    database = new Sqlite(path, { timeout: INSTANT_MS });
  } catch (error) {
    throw errors.cannotOpen(path, error);
  }
  try {
    // Looked at before the first write, so that a file that is not ours stays as it was.
    await retryWhileBusy(path, options.busyMs, () => currentVersion(database, path));
    await retryWhileBusy(path, options.busyMs, () => {
      database.pragma('page_size = 8192');
      if (!inMemory) database.pragma('journal_mode = WAL');
      database.pragma('synchronous = FULL');
      database.pragma('fullfsync = ON');
      database.pragma('checkpoint_fullfsync = ON');
      database.pragma('foreign_keys = ON');
      database.pragma('cache_size = -65536');
      migrate(database, path);
    });
    return database;
  } catch (error) {
    database.close();
    throw error;
  }
}

/** Runs `work`, again and again while another connection holds the lock, for at most `busyMs`. */
export async function retryWhileBusy<T>(path: string, busyMs: number, work: () => T): Promise<T> {
  const started = Date.now();
  for (;;) {
    try {
      return work();
    } catch (error) {
      if (!isBusy(error)) throw translate(error, path);
      if (Date.now() - started > busyMs) throw errors.busy(path, busyMs);
      await sleep(LOOK_AGAIN_MS);
    }
  }
}

function isBusy(error: unknown): boolean {
  return error instanceof Sqlite.SqliteError && /^SQLITE_(BUSY|LOCKED)/.test(error.code);
}

/** SQLite's result code as a coded error; anything else as it is. */
export function translate(error: unknown, path: string): unknown {
  if (error instanceof LorekeepError || !(error instanceof Sqlite.SqliteError)) return error;
  const code = error.code;
  if (code === 'SQLITE_NOTADB') return errors.notADatabase(path, error);
  if (code.startsWith('SQLITE_CORRUPT')) return errors.corrupt(path, error);
  if (code === 'SQLITE_FULL') return errors.diskFull(path, error);
  if (code.startsWith('SQLITE_READONLY')) return errors.readOnly(path, error);
  if (code.startsWith('SQLITE_IOERR')) return errors.inputOutput(path, error);
  if (code.startsWith('SQLITE_CANTOPEN')) return errors.cannotOpen(path, error);
  return error;
}
