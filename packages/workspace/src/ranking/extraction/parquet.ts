/** A CSV file as Parquet, by DuckDB: its writer is complete, and it is here for the import anyway. */
import { DuckDBInstance } from '@duckdb/node-api';

const quoted = (name: string) => `"${name.replaceAll('"', '""')}"`;
const literal = (text: string) => `'${text.replaceAll("'", "''")}'`;

/**
 * @param columns all, in order
 * @param numbers those that are 32-bit floats
 * @param flags those that are 0 or 1
 */
export async function csvToParquet(
  from: string,
  to: string,
  columns: readonly string[],
  numbers: readonly string[],
  flags: readonly string[],
): Promise<void> {
  const typeOf = (column: string) => {
    if (numbers.includes(column)) return 'FLOAT';
    if (flags.includes(column)) return 'TINYINT';
    if (column === 'timestamp') return 'DOUBLE';
    return column === 'position' ? 'INTEGER' : 'VARCHAR';
  };
  const types = columns.map((column) => `${literal(column)}: ${literal(typeOf(column))}`).join(', ');
  const instance = await DuckDBInstance.create(':memory:');
  const connection = await instance.connect();
  try {
    await connection.run(
      `COPY (SELECT ${columns.map(quoted).join(', ')} FROM read_csv(${literal(from)}, header = true, auto_detect = false, delim = ',', quote = '"', escape = '"', columns = {${types}})) TO ${literal(to)} (FORMAT parquet, COMPRESSION zstd)`,
    );
  } finally {
    connection.closeSync();
    instance.closeSync();
  }
}
