/**
 * Opening the file for reading only, also in a folder that cannot be written.
 *
 * A database with a write-ahead log needs the files `-wal` and `-shm` beside it even for reading. If
 * another process has it open, they exist, and this process reads together with it. If they do not
 * exist and cannot be created, a temporary copy is read: of the file and of a log that a killed
 * process left. (SQLite's `immutable` would save the copy, but it reads nonsense while another
 * process writes, and the driver does not accept it.)
 */
import { chmodSync, constants, copyFileSync, existsSync, mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { systemError } from '@lorekeep/core';
import Sqlite, { type Database } from 'better-sqlite3';
import { errors } from '../../errors.ts';
import { type Deadline, INSTANT_MS } from '../busy.ts';

const RETRY_MS = 50;

/**
 * @param check called with the connection before it is used; what it throws is thrown
 * @throws LorekeepError `STORE_BUSY` if the file keeps changing while it is copied, `DISK_FULL`
 */
export async function connectReadOnly(
  path: string,
  deadline: Deadline,
  check: (database: Database) => void,
): Promise<Database> {
  const direct = checked(new Sqlite(path, { readonly: true, timeout: INSTANT_MS }), check);
  if (direct !== undefined) return direct;
  for (;;) {
    const copy = openCopy(path, check);
    if (copy !== undefined) return copy;
    if (Date.now() >= deadline.at) throw errors.STORE_BUSY({ path, waitedMs: deadline.busyMs });
    await sleep(RETRY_MS);
  }
}

/** `undefined` if SQLite needs files beside the database that it cannot create. */
function checked(database: Database, check: (database: Database) => void): Database | undefined {
  try {
    check(database);
    return database;
  } catch (error) {
    database.close();
    const { code = '' } = error as { code?: string };
    if (/^SQLITE_(READONLY|CANTOPEN)/.test(code)) return undefined;
    throw error;
  }
}

/** `undefined` if the files changed while they were copied. */
function openCopy(path: string, check: (database: Database) => void): Database | undefined {
  const folder = mkdtempSync(join(tmpdir(), 'lorekeep-read-'));
  try {
    const before = stateOf(path);
    const copy = join(folder, basename(path));
    for (const suffix of ['', '-wal']) {
      if (!existsSync(`${path}${suffix}`)) continue;
      copyFileSync(`${path}${suffix}`, `${copy}${suffix}`, constants.COPYFILE_FICLONE);
      chmodSync(`${copy}${suffix}`, 0o600); // The copy has the mode of the original.
    }
    if (stateOf(path) !== before) return undefined;
    return checked(openPrivate(copy), check);
  } catch (error) {
    throw systemError(error, folder);
  } finally {
    // The open file stays readable, and a killed process leaves nothing behind.
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Opens a file that no other process sees. Afterwards it needs no files beside it. */
function openPrivate(path: string): Database {
  const database = new Sqlite(path);
  database.pragma('journal_mode = DELETE');
  database.pragma('query_only = ON');
  return database;
}

/** Equal before and after a copy if no other process wrote meanwhile. */
function stateOf(path: string): string {
  const states = ['', '-wal'].map((suffix) => {
    const { ino, size, mtimeNs } = statSync(`${path}${suffix}`, { bigint: true, throwIfNoEntry: false }) ?? {};
    return `${ino} ${size} ${mtimeNs}`;
  });
  return states.join();
}
