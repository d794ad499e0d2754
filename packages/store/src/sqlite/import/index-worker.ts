/** A thread that builds an index on a connection of its own, and moves the log to the file before and after. */
import { parentPort } from 'node:worker_threads';
import { onRequests } from '@lorekeep/core';
import Sqlite from 'better-sqlite3';
import type { BuildAnswer, BuildRequest } from './histories-index.ts';

const port = parentPort!;

onRequests(port, ({ path, sql, busyMs }: BuildRequest) => {
  port.postMessage(build(path, sql, busyMs));
});

function build(path: string, sql: string, busyMs: number): BuildAnswer {
  try {
    const database = new Sqlite(path, { fileMustExist: true, timeout: busyMs });
    try {
      database.pragma('synchronous = FULL');
      database.pragma('fullfsync = ON');
      database.pragma('checkpoint_fullfsync = ON');
      // Also the memory that SQLite sorts in.
      database.pragma('cache_size = -65536');
      database.pragma('wal_checkpoint(PASSIVE)');
      database.exec(sql);
      database.pragma('wal_checkpoint(PASSIVE)');
    } finally {
      database.close();
    }
    return {};
  } catch (error) {
    const { message, code } = error as Error & { code?: string };
    return { error: { message, code } };
  }
}
