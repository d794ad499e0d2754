/**
 * Tables without quotes and escapes, read by DuckDB: several times as fast as cutting them here, and
 * most logs are such tables. A table with a bad line or a blank line is read again by the reader of
 * this package, which knows the number of each line.
 */
import { errorCode } from '@lorekeep/core';
import type { SourceFile } from '../formats/source-file.ts';
import { identifier, literal, type Staging } from './staging.ts';

/** Whether DuckDB reads the file as this package does, as long as no line is bad. */
export function isPlainTable({ dialect }: SourceFile): boolean {
  const { plainLines, separator = '', compression, names = [], extraCell } = dialect;
  const isUsual =
    extraCell === undefined && names.length > 1 && names.every((name) => name !== '' && name !== 'Unnamed: 0');
  return (
    plainLines !== undefined &&
    separator.length === 1 &&
    compression !== 'zstd' &&
    isUsual &&
    new Set(names).size === names.length
  );
}

/**
 * Makes the table with `line` and one string column for each field.
 * @param indexes of the columns of the fields, those of the file's folders last; −1 for none
 * @returns how many rows it has; undefined, without a table, if the file has to be read otherwise
 */
export async function stagePlainTable(
  staging: Staging,
  file: SourceFile,
  fields: readonly string[],
  indexes: readonly number[],
  table: string,
): Promise<number | undefined> {
  const { separator = ',', compression, names = [], header, plainLines = 0 } = file.dialect;
  const headerLines = header === 'first line' ? 1 : 0;
  const added = Object.values(file.partition ?? {});
  const selected = fields.map((field, f) => {
    const at = indexes[f];
    const value = at < 0 ? 'NULL::VARCHAR' : at < names.length ? `c${at}` : literal(added[at - names.length] ?? '');
    return `${value} AS ${identifier(field)}`;
  });
  const types = names.map((_, at) => `c${at}: 'VARCHAR'`).join(', ');
  // A null string that no field can be, so that an empty field stays an empty string.
  const source = `read_csv(${literal(file.path)}, auto_detect = false, header = false, skip = ${headerLines},
    delim = ${literal(separator)}, quote = '', escape = '', nullstr = [chr(10)], columns = {${types}},
    compression = ${literal(compression)}, hive_partitioning = false)`;
  try {
    await staging.run(
      `CREATE TABLE ${table} AS SELECT row_number() OVER () + ${headerLines} AS line, ${selected.join(', ')} FROM ${source}`,
    );
  } catch (error) {
    // The other reader says what is wrong with which line.
    if (errorCode(error) !== 'IMPORT_STAGING') throw error;
    await staging.run(`DROP TABLE IF EXISTS ${table}`);
    return undefined;
  }
  const rows = await staging.number(`SELECT count(*) FROM ${table}`);
  if (rows === plainLines - headerLines) return rows;
  await staging.run(`DROP TABLE ${table}`);
  return undefined;
}
