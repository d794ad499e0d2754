/**
 * Opening the file, and the translation of SQLite's result codes into coded errors.
 *
 * The write-ahead log with `synchronous = FULL` flushes the log before a commit returns, so
 * acknowledged writes survive a killed process and a power cut (`fullfsync` asks the same of macOS,
 * where plain fsync stops at the drive's cache). Readers never wait for a writer.
 */
import { accessSync, constants, existsSync, mkdirSync, statfsSync } from 'node:fs';
import { dirname } from 'node:path';
import { LorekeepError } from '@lorekeep/core';
import Sqlite, { type Database } from 'better-sqlite3';
import { errors } from '../errors.ts';
import { type Deadline, INSTANT_MS, retryWhileBusy } from './busy.ts';
import { connectReadOnly } from './file/read-only.ts';
import { checkCurrent, currentVersion, migrate } from './schema.ts';

export const IN_MEMORY = ':memory:';

interface ConnectOptions {
  create: boolean;
  readOnly?: boolean;
  deadline: Deadline;
}

/** @throws LorekeepError `STORE_*` */
export async function connect(path: string, options: ConnectOptions): Promise<Database> {
  const { create, readOnly = false, deadline } = options;
  const inMemory = path === IN_MEMORY;
  if (readOnly && !inMemory) return openForReading(path, deadline);
  if (!inMemory && !existsSync(path)) {
    if (!create) throw errors.STORE_MISSING({ path });
    try {
      mkdirSync(dirname(path), { recursive: true });
    } catch (error) {
      throw cannotOpen(path, error);
    }
  }
  let database: Database;
  try {
    database = new Sqlite(path, { timeout: INSTANT_MS });
  } catch (error) {
    throw cannotOpen(path, error);
  }
  try {
    // Checked before the first write, so that a file of another program stays as it was.
    await retryWhileBusy(database, path, deadline, () => currentVersion(database, path));
    await retryWhileBusy(database, path, deadline, () => {
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
    throw translate(error, path);
  }
}

async function openForReading(path: string, deadline: Deadline): Promise<Database> {
  if (!existsSync(path)) throw errors.STORE_MISSING({ path });
  try {
    const database = await connectReadOnly(path, deadline, (opened) => checkCurrent(opened, path));
    database.pragma('cache_size = -65536');
    return database;
  } catch (error) {
    throw translate(error, path);
  }
}

/** SQLite's result code as a coded error; any other error unchanged. */
export function translate(error: unknown, path: string): unknown {
  if (error instanceof LorekeepError || !(error instanceof Sqlite.SqliteError)) return error;
  const { code, message: reason } = error;
  if (code === 'SQLITE_NOTADB') return errors.STORE_NOT_A_DATABASE({ path }, error);
  if (code.startsWith('SQLITE_CORRUPT')) return errors.STORE_CORRUPT({ path, reason }, error);
  if (code === 'SQLITE_FULL' || (code.startsWith('SQLITE_IOERR_SHM') && isDiskFull(path)))
    return errors.STORE_DISK_FULL({ path }, error);
  if (code.startsWith('SQLITE_READONLY')) return errors.STORE_READ_ONLY({ path, reason }, error);
  if (code.startsWith('SQLITE_IOERR')) return errors.STORE_IO({ path, reason }, error);
  if (code.startsWith('SQLITE_CANTOPEN')) return cannotOpen(path, error);
  return error;
}

/** The smallest file `-shm`. SQLite does not say that the disk was too full for it. */
const SHM_BYTES = 32_768;

function isDiskFull(path: string): boolean {
  const { bavail, bsize } = statfsSync(dirname(path));
  return bavail * bsize < SHM_BYTES;
}

function cannotOpen(path: string, error: unknown): LorekeepError {
  // On a disk that is mounted for reading only, SQLite cannot create the files beside the database.
  if (existsSync(path) && !canWrite(dirname(path)))
    return errors.STORE_READ_ONLY({ path, reason: 'its folder cannot be written' }, error);
  return errors.STORE_CANNOT_OPEN({ path, reason: (error as Error).message }, error);
}

function canWrite(folder: string): boolean {
  try {
    accessSync(folder, constants.W_OK);
    return true;
  } catch {
    return false;
  }
}
