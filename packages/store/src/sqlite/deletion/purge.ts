/**
 * Overwriting what deletions have left on the disk. SQLite keeps deleted content in free pages, in
 * gaps within pages (former splits have left copies there that `secure_delete` does not reach), and
 * in the write-ahead log. VACUUM writes all pages anew, and a truncating checkpoint then
 * shortens the database and empties the log. Readers of other programs do not wait meanwhile;
 * writers do.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { errors } from '../../errors.ts';
import type { Access } from '../access.ts';
import { type Deadline, retryWhileBusy } from '../busy.ts';
import { connect, IN_MEMORY } from '../connection.ts';

/** Pause between two attempts of a checkpoint that waits for readers, in ms. */
const RETRY_MS = 20;

export function createPurge({ database, path, writeApart }: Access, whileBusy: () => void): () => Promise<boolean> {
  const state = database.prepare<[], { number: number; erasure: number; purged: number }>(
    'SELECT number, last_erasure AS erasure, purged FROM deletions',
  );
  const setPurged = database.prepare('UPDATE deletions SET purged = ?');

  return () =>
    writeApart(async (deadline) => {
      if (database.readonly) throw errors.STORE_READ_ONLY({ path, reason: 'it was opened for reading only' });
      const { number, erasure, purged } = state.get()!;
      if (erasure <= purged) return false;
      if (path !== IN_MEMORY) await overwrite(path, deadline, whileBusy);
      await retryWhileBusy(database, path, deadline, () => setPurged.run(number), whileBusy);
      return true;
    });
}

async function overwrite(path: string, deadline: Deadline, whileBusy: () => void): Promise<void> {
  const database = await connect(path, { create: false, deadline });
  try {
    await retryWhileBusy(database, path, deadline, () => database.exec('VACUUM'), whileBusy);
    for (;;) {
      const [{ busy }] = database.pragma('wal_checkpoint(TRUNCATE)') as [{ busy: number }];
      if (busy === 0) return;
      if (Date.now() >= deadline.at) throw errors.STORE_BUSY({ path, waitedMs: deadline.busyMs });
      whileBusy();
      await sleep(RETRY_MS);
    }
  } finally {
    database.close();
  }
}
