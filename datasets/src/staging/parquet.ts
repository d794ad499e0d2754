import { errors } from '../errors.ts';
import type { SourceFile } from '../formats/source-file.ts';
import { literal, type Staging } from './staging.ts';

/** The table function that reads the file, with `file_row_number` counted from 0. */
export function parquetRows(file: SourceFile): string {
  return `read_parquet(${literal(file.path)}, file_row_number = true)`;
}

/** Name and DuckDB type of each column. @throws LorekeepError `IMPORT_FILE_UNREADABLE` */
export async function parquetColumns(staging: Staging, file: SourceFile): Promise<[name: string, type: string][]> {
  try {
    const rows = await staging.rows(`DESCRIBE SELECT * FROM read_parquet(${literal(file.path)})`);
    return rows.map(([name, type]) => [String(name), String(type)]);
  } catch (error) {
    throw parquetError(file, error);
  }
}

/**
 * The error to throw if DuckDB cannot read the file. Other errors, such as that of an aborted
 * signal, stay as they are.
 */
export function parquetError(file: SourceFile, error: unknown): unknown {
  const { code, cause } = error as { code?: string; cause?: Error };
  if (code !== 'IMPORT_STAGING' || cause === undefined) return error;
  return errors.IMPORT_FILE_UNREADABLE({ file: file.path, reason: cause.message }, cause);
}
