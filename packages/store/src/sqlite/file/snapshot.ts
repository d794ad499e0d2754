/**
 * A copy of a store in use, as it is at one moment, by SQLite's online backup. The source is held in
 * one read transaction, so writers go on meanwhile and the copy is made in one pass; without it, every
 * write of another program would start the copy again.
 */
import { existsSync } from 'node:fs';
import { errors } from '../../errors.ts';
import { deadlineIn } from '../busy.ts';
import { translate } from '../connection.ts';
import { checkCurrent } from '../schema.ts';
import { connectReadOnly } from './read-only.ts';

/** Pages of 8 KiB that are copied before other work of the process gets its turn. */
const PAGES_PER_TURN = 512;
const BUSY_MS = 30_000;

/** How a copy of a store is made. */
export interface SnapshotOptions {
  /** Stops the copy; the unfinished file is left to the caller. */
  signal?: AbortSignal;
  /** Called with the pages that are copied, and the number of all. */
  progress?: (done: number, total: number) => void;
}

/**
 * Copies the SQLite store at `path`, which other programs may be writing, to the new file `target`.
 * @throws LorekeepError `STORE_MISSING`, `STORE_TOO_NEW`, `STORE_BUSY`, …; `signal.reason`
 */
export async function snapshotStore(
  path: string,
  target: string,
  { signal, progress }: SnapshotOptions = {},
): Promise<void> {
  if (!existsSync(path)) throw errors.STORE_MISSING({ path });
  try {
    const database = await connectReadOnly(path, deadlineIn(BUSY_MS), (opened) => checkCurrent(opened, path));
    try {
      database.exec('BEGIN');
      database.prepare('SELECT count(*) FROM sqlite_schema').get();
      await database.backup(target, {
        progress({ totalPages, remainingPages }) {
          signal?.throwIfAborted();
          progress?.(totalPages - remainingPages, totalPages);
          return PAGES_PER_TURN;
        },
      });
    } finally {
      database.close();
    }
  } catch (error) {
    throw translate(error, path);
  }
}
