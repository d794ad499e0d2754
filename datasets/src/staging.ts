/**
 * The temporary DuckDB database in which an import is checked before the store sees any of it. It lies on disk, in a folder
 * of its own that is removed at the end, and works out of core: memory stays bounded whatever the size of the files.
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DuckDBInstance, type DuckDBValue } from '@duckdb/node-api';
import { LorekeepError } from '@lorekeep/core';
import { stagingFailed } from './errors.ts';

export interface Staging {
  run(sql: string): Promise<void>;
  /** The first column of the first row, as a number. */
  number(sql: string): Promise<number>;
  rows(sql: string): Promise<DuckDBValue[][]>;
  /** Columns of each chunk of some thousand rows, in the order of the query. */
  stream(sql: string): AsyncGenerator<DuckDBValue[][]>;
  /** Rows to append to a table: first column an integer or a line number, the others texts or null. */
  append(table: string): Promise<Appending>;
  close(): Promise<void>;
}

export interface Appending {
  row(numbers: readonly number[], texts: readonly (string | null)[]): void;
  /** Makes the rows so far visible and frees their memory. */
  flush(): void;
  close(): void;
}

/**
 * @param directory where the temporary folder is made; default the system's
 * @param signal interrupts the query that runs when it is aborted
 */
export async function openStaging(directory: string | undefined, signal: AbortSignal | undefined): Promise<Staging> {
  const parent = directory ?? tmpdir();
  const folder = await mkdtemp(join(parent, 'lorekeep-import-')).catch((error) => {
    throw stagingFailed(parent, error);
  });
  const failed = (error: unknown) => {
    if (signal?.aborted) return signal.reason;
    return error instanceof LorekeepError ? error : stagingFailed(parent, error);
  };
  try {
    const instance = await DuckDBInstance.create(join(folder, 'staging.duckdb'), {
      memory_limit: '1GB',
      temp_directory: join(folder, 'spill'),
      autoinstall_known_extensions: 'false',
    });
    const connection = await instance.connect();
    // Times without a zone are UTC wherever the program runs.
    await connection.run("SET TimeZone = 'UTC'");
    const interrupt = () => connection.interrupt();
    signal?.addEventListener('abort', interrupt);

    const rows = async (sql: string) => {
      signal?.throwIfAborted();
      const reader = await connection.runAndReadAll(sql).catch((error) => {
        throw failed(error);
      });
      return reader.getRows();
    };
    return {
      async run(sql) {
        signal?.throwIfAborted();
        await connection.run(sql).catch((error) => {
          throw failed(error);
        });
      },
      rows,
      async number(sql) {
        const [[value]] = await rows(sql);
        return Number(value);
      },
      async *stream(sql) {
        signal?.throwIfAborted();
        try {
          const result = await connection.stream(sql);
          for (;;) {
            const chunk = await result.fetchChunk();
            if (chunk === null || chunk.rowCount === 0) return;
            yield chunk.getColumns();
          }
        } catch (error) {
          throw failed(error);
        }
      },
      async append(table) {
        const appender = await connection.createAppender(table);
        const flush = () => {
          try {
            appender.flushSync();
          } catch (error) {
            throw failed(error);
          }
        };
        return {
          row(numbers, texts) {
            for (const value of numbers) appender.appendBigInt(BigInt(value));
            for (const text of texts) {
              if (text === null) appender.appendNull();
              else appender.appendVarchar(text);
            }
            appender.endRow();
          },
          flush,
          close() {
            flush();
            appender.closeSync();
          },
        };
      },
      async close() {
        signal?.removeEventListener('abort', interrupt);
        connection.closeSync();
        instance.closeSync();
        await rm(folder, { recursive: true, force: true });
      },
    };
  } catch (error) {
    await rm(folder, { recursive: true, force: true });
    throw failed(error);
  }
}

/** A text as an SQL literal. */
export function literal(text: string): string {
  return `'${text.replaceAll("'", "''")}'`;
}

/** A name as an SQL identifier. */
export function identifier(name: string): string {
  return `"${name.replaceAll('"', '""')}"`;
}
