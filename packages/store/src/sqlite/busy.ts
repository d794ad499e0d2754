/**
 * Waiting for the write lock without stopping the event loop. SQLite's own busy timeout blocks the
 * thread, so it only covers locks that are held for an instant (opening, checkpoints); a longer
 * wait is a loop of attempts and timers.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import Sqlite, { type Database } from 'better-sqlite3';
import { errors } from '../errors.ts';

/** Longest time that a call may block the thread on a lock, in ms. */
export const INSTANT_MS = 20;
/** Pause between two attempts of a waiting call, in ms. */
const RETRY_MS = 10;

/**
 * How long a call may wait. The clock starts when the call is made, also if it first waits behind
 * other calls.
 */
export interface Deadline {
  /** `Date.now()` */
  at: number;
  /** The wait that was configured, in ms. */
  busyMs: number;
}

export function deadlineIn(busyMs: number): Deadline {
  return { at: Date.now() + busyMs, busyMs };
}

/**
 * Runs `work`, and repeats it while another connection holds the lock.
 * @param whileBusy called after each failed attempt
 * @throws LorekeepError `STORE_BUSY` after the deadline
 */
export async function retryWhileBusy<T>(
  database: Database,
  path: string,
  deadline: Deadline,
  work: () => T,
  whileBusy?: () => void,
): Promise<T> {
  for (let attempt = 0; ; attempt++) {
    // Only the first attempt may block: many calls behind one lock must not stop the event loop one
    // after another.
    const blocking = attempt === 0 && Date.now() < deadline.at;
    try {
      if (blocking) return work();
      return withoutBlocking(database, work);
    } catch (error) {
      if (!isBusy(error)) throw error;
      if (Date.now() >= deadline.at) throw errors.STORE_BUSY({ path, waitedMs: deadline.busyMs }, error);
      whileBusy?.();
      await sleep(RETRY_MS);
    }
  }
}

function isBusy(error: unknown): boolean {
  return error instanceof Sqlite.SqliteError && /^SQLITE_(BUSY|LOCKED)/.test(error.code);
}

function withoutBlocking<T>(database: Database, work: () => T): T {
  database.pragma('busy_timeout = 0');
  try {
    return work();
  } finally {
    database.pragma(`busy_timeout = ${INSTANT_MS}`);
  }
}
