/** Imports, each on a connection of its own. */
import type { Database } from 'better-sqlite3';
import type { ImportRecord, Imports, ImportTransaction } from '../contract/imports.ts';
import { checkEvents, checkItems } from '../contract/validation.ts';
import type { Access } from './access.ts';
import { type Deadline, deadlineIn, retryWhileBusy } from './busy.ts';
import { connect, IN_MEMORY, translate } from './connection.ts';
import { createImportRecords } from './import-records.ts';
import { guardTransaction } from './import-transaction.ts';
import { createWriter, type Writer } from './writer.ts';

type Fill = (transaction: ImportTransaction) => Promise<void>;

export interface SqliteImports extends Imports {
  /** Waits for the imports that have been called. */
  end(): Promise<void>;
}

export function createImports(access: Access, writer: Writer): SqliteImports {
  const { database, path, busyMs, read, write, checkOpen } = access;
  const records = createImportRecords(database);
  const running = new Set<Promise<void>>();

  async function importOnce(record: ImportRecord, fill: Fill): Promise<void> {
    if (path === IN_MEMORY) {
      await importStaged(fill, (work) =>
        write(() => {
          writer.forget();
          records.put(record);
          work(writer);
        }),
      );
      return;
    }
    const deadline = deadlineIn(busyMs);
    const own = await connect(path, { create: false, deadline });
    try {
      await importInto(own, path, deadline, record, fill);
    } catch (error) {
      throw translate(error, path);
    } finally {
      own.close();
    }
  }

  return {
    async importAll(record, fill) {
      checkOpen();
      const result = importOnce(record, fill);
      const settled = result.catch(() => {});
      running.add(settled);
      settled.then(() => running.delete(settled));
      await result;
    },

    async imports() {
      return read(() => records.all());
    },

    async end() {
      await Promise.all(running);
    },
  };
}

/** An import on a connection of its own. It holds the write lock of the file from its first row to its commit. */
async function importInto(
  database: Database,
  path: string,
  deadline: Deadline,
  record: ImportRecord,
  fill: Fill,
): Promise<void> {
  await retryWhileBusy(database, path, deadline, () => database.exec('BEGIN IMMEDIATE'));
  try {
    createImportRecords(database).put(record);
    const writer = createWriter(database);
    const { transaction, end } = guardTransaction(writer.putItems, writer.putEvents);
    await fill(transaction);
    await end();
    await retryWhileBusy(database, path, deadlineIn(deadline.busyMs), () => database.exec('COMMIT'));
  } catch (error) {
    if (database.inTransaction) database.exec('ROLLBACK');
    throw error;
  }
}

/** A memory store has one connection: batches are collected and written at the end in one transaction. */
async function importStaged(fill: Fill, write: (work: (writer: Writer) => void) => Promise<void>): Promise<void> {
  const staged: ((writer: Writer) => void)[] = [];
  const { transaction, end } = guardTransaction(
    (items) => {
      checkItems(items);
      staged.push((writer) => writer.putItems(items));
    },
    (events) => {
      checkEvents(events);
      staged.push((writer) => writer.putEvents(events));
    },
  );
  await fill(transaction);
  await end();
  await write((writer) => {
    for (const put of staged) put(writer);
  });
}
