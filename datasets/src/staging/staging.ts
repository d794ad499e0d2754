/**
 * The temporary DuckDB database in which an import is checked before the store sees any of it. It
 * lies on disk, in a folder of its own that is removed at the end, and spills to disk: memory stays
 * bounded for files of any size.
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type DuckDBConnection, DuckDBInstance, type DuckDBValue } from '@duckdb/node-api';
import { LorekeepError } from '@lorekeep/core';
import { errors } from '../errors.ts';

export interface Staging {
  run(sql: string): Promise<void>;
  /** The first column of the first row, as a number. */
  number(sql: string): Promise<number>;
  rows(sql: string): Promise<DuckDBValue[][]>;
  /** The columns of each chunk of some thousand rows, in the order of the query. */
  stream(sql: string): AsyncGenerator<DuckDBValue[][]>;
  /** Appends rows to a table whose integer columns come first. */
  append(table: string): Promise<RowAppender>;
  close(): Promise<void>;
}

export interface RowAppender {
  row(numbers: readonly number[], strings: readonly (string | null)[]): void;
  /** Makes the rows so far visible and frees their memory. */
  flush(): void;
  close(): void;
}

/** Turns any error of DuckDB into the one to throw. */
type ToError = (error: unknown) => unknown;

/**
 * @param directory where the temporary folder is made; default: the system's
 * @param signal interrupts the running query when it is aborted
 * @throws LorekeepError `IMPORT_STAGING`; every method throws it too, or `signal.reason`
 */
export async function openStaging(directory: string | undefined, signal: AbortSignal | undefined): Promise<Staging> {
  const parent = directory ?? tmpdir();
  const failed = (error: unknown) =>
    errors.IMPORT_STAGING({ directory: parent, reason: (error as Error).message }, error);
  const toError: ToError = (error) => {
    if (signal?.aborted) return signal.reason;
    return error instanceof LorekeepError ? error : failed(error);
  };
  const folder = await mkdtemp(join(parent, 'lorekeep-import-')).catch((error) => {
    throw failed(error);
  });
  try {
    const instance = await DuckDBInstance.create(join(folder, 'staging.duckdb'), {
      memory_limit: '1GB',
      temp_directory: join(folder, 'spill'),
      autoinstall_known_extensions: 'false',
    });
    const connection = await instance.connect();
    // Times without a zone are UTC, also on machines in another zone.
    await connection.run("SET TimeZone = 'UTC'");
    const interrupt = () => connection.interrupt();
    signal?.addEventListener('abort', interrupt);
    return {
      ...createQueries(connection, signal, toError),
      append: (table) => createAppender(connection, table, toError),
      async close() {
        signal?.removeEventListener('abort', interrupt);
        connection.closeSync();
        instance.closeSync();
        await rm(folder, { recursive: true, force: true });
      },
    };
  } catch (error) {
    await rm(folder, { recursive: true, force: true });
    throw toError(error);
  }
}

function createQueries(
  connection: DuckDBConnection,
  signal: AbortSignal | undefined,
  toError: ToError,
): Pick<Staging, 'run' | 'rows' | 'number' | 'stream'> {
  async function guard<T>(work: () => Promise<T>): Promise<T> {
    signal?.throwIfAborted();
    try {
      return await work();
    } catch (error) {
      throw toError(error);
    }
  }
  const rows = (sql: string) => guard(async () => (await connection.runAndReadAll(sql)).getRows());
  return {
    rows,
    async run(sql) {
      await guard(() => connection.run(sql));
    },
    async number(sql) {
      const [[value]] = await rows(sql);
      return Number(value);
    },
    async *stream(sql) {
      const result = await guard(() => connection.stream(sql));
      for (;;) {
        const chunk = await guard(() => result.fetchChunk());
        if (chunk === null || chunk.rowCount === 0) return;
        yield chunk.getColumns();
      }
    },
  };
}

async function createAppender(connection: DuckDBConnection, table: string, toError: ToError): Promise<RowAppender> {
  const appender = await connection.createAppender(table);
  const flush = () => {
    try {
      appender.flushSync();
    } catch (error) {
      throw toError(error);
    }
  };
  return {
    row(numbers, strings) {
      for (const value of numbers) appender.appendBigInt(BigInt(value));
      for (const value of strings) {
        if (value === null) appender.appendNull();
        else appender.appendVarchar(value);
      }
      appender.endRow();
    },
    flush,
    close() {
      flush();
      appender.closeSync();
    },
  };
}

/** A string as an SQL literal. */
export function literal(text: string): string {
  return `'${text.replaceAll("'", "''")}'`;
}

/** A name as an SQL identifier. */
export function identifier(name: string): string {
  return `"${name.replaceAll('"', '""')}"`;
}
