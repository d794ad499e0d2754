/**
 * The index `histories` during a large import. Its rows are in the order of users, and events come in
 * the order of time, so each event changes another page of the index: half of the time of an import,
 * and more as the index outgrows the cache. An import of many events into a store with few drops the
 * index at its start and builds it at its end, when SQLite sorts all rows at once.
 *
 * Readers then read the few visible events by their arrival (`seenBefore`). The index is there again
 * before the import commits, and before the traces of a killed import are gone.
 */
import { extname } from 'node:path';
import { Worker } from 'node:worker_threads';
import { endWorker } from '@lorekeep/core';
import Sqlite, { type Database } from 'better-sqlite3';
import { errors } from '../../errors.ts';
import type { Slices } from './slices.ts';

/** The index as the last migration that has it makes it (schema.ts). */
const CREATE =
  'CREATE INDEX IF NOT EXISTS histories ON events (user, timestamp, arrival, item, type, rating) WHERE type > 0';

/** Fewer events take a few seconds with the index too. Building it takes 0.5 to 1 s of CPU time per million. */
const MANY_EVENTS = 500_000;
/** A reader reads this many events in about a millisecond, without the index. */
const FEW_EVENTS = 5000;

/** What the worker is sent, and what it answers. */
export interface BuildRequest {
  path: string;
  sql: string;
  busyMs: number;
}
export type BuildAnswer = { error?: { message: string; code?: string } };

const WORKER = new URL(`./index-worker${extname(import.meta.url)}`, import.meta.url);

export const hasHistories = (database: Database): boolean =>
  database.prepare("SELECT 1 FROM sqlite_schema WHERE type = 'index' AND name = 'histories'").get() !== undefined;

/** Must run in the transaction that starts the import, so that a killed import is known to have no index. */
export function dropHistoriesIfLarge(database: Database, events: number): void {
  if (database.memory || events < MANY_EVENTS) return;
  const stored = database
    .prepare<[], number>(`SELECT count(*) FROM (SELECT 1 FROM events LIMIT ${FEW_EVENTS + 1})`)
    .pluck()
    .get()!;
  if (stored <= FEW_EVENTS) database.exec('DROP INDEX IF EXISTS histories');
}

/**
 * Builds the index if it is missing, in a thread of its own: the program goes on. Other writers wait.
 * @throws SqliteError, LorekeepError `STORE_BUSY`
 */
export async function restoreHistories(slices: Slices, path: string, busyMs: number): Promise<void> {
  const { database } = slices;
  if (database.memory || hasHistories(database)) return;
  // The log is long now. The worker moves it to the file, so that this thread does not stop for it.
  database.pragma('wal_autocheckpoint = 0');
  await slices.commit();
  database.pragma('wal_autocheckpoint = 1000');
  // Without this program's flags: a worker does not accept some of them, such as --input-type.
  const worker = new Worker(WORKER, { execArgv: [] });
  try {
    const answer = new Promise<BuildAnswer>((resolve, reject) => {
      worker.once('message', resolve);
      worker.once('error', reject);
      worker.once('exit', (code) => reject(new Error(`The thread that builds an index ended with exit code ${code}.`)));
    });
    worker.postMessage({ path, sql: CREATE, busyMs } satisfies BuildRequest);
    const { error } = await answer;
    if (error?.code?.startsWith('SQLITE_BUSY')) throw errors.STORE_BUSY({ path, waitedMs: busyMs });
    if (error?.code !== undefined) throw new Sqlite.SqliteError(error.message, error.code);
    if (error !== undefined) throw new Error(error.message);
  } finally {
    await endWorker(worker);
  }
}
