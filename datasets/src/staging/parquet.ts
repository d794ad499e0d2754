/** Parquet files as subqueries of DuckDB, with nested values and the folders of a file as columns. */
import { errors } from '../errors.ts';
import { isPath } from '../formats/json/paths.ts';
import type { SourceFile } from '../formats/source-file.ts';
import { leavesOf, listsOf, type ParquetType, parseType } from './parquet-types.ts';
import { identifier, literal, type Staging } from './staging.ts';

export interface ParquetRows {
  /** Name and DuckDB type of each column, those of paths included. */
  columns: [name: string, type: string][];
  /** The rows as a subquery, with `file_row_number` counted from 0. */
  rows: string;
}

/** Begins the names of columns that hold the elements of a list. */
const ELEMENT = ' element of ';

/** A file without its paths. */
export interface ParquetDescription {
  /** Name and DuckDB type of each column, those of its folders included. */
  columns: Map<string, string>;
  /** The paths to plain values inside columns. */
  leaves: string[];
  /** The paths of lists of structures. */
  lists: string[];
  /** The rows as a subquery, with `file_row_number` counted from 0. */
  source: string;
}

/** @throws LorekeepError `IMPORT_FILE_UNREADABLE` */
export async function describeParquet(staging: Staging, file: SourceFile): Promise<ParquetDescription> {
  const own = `read_parquet(${literal(file.path)}, hive_partitioning = false, file_row_number = true)`;
  const columns = new Map(await describeRows(staging, file, own));
  columns.delete('file_row_number');
  const folders = Object.entries(file.partition ?? {}).filter(([name]) => !columns.has(name));
  const added = folders.map(
    ([name, value]) => `${value === null ? 'NULL::VARCHAR' : literal(value)} AS ${identifier(name)}`,
  );
  const types = [...columns].map(([name, type]) => [name, parseType(type)] as const);
  for (const [name] of folders) columns.set(name, 'VARCHAR');
  return {
    columns,
    leaves: types.flatMap(([name, type]) => (type.kind === 'plain' ? [] : leavesOf(name, type))),
    lists: types.flatMap(([name, type]) => listsOf(name, type)),
    source: `(SELECT ${['*', ...added].join(', ')} FROM ${own})`,
  };
}

/**
 * The rows with a column for each of the file's paths.
 * @throws LorekeepError `IMPORT_FILE_UNREADABLE`
 */
export async function openParquet(staging: Staging, file: SourceFile): Promise<ParquetRows> {
  const { columns: own, source } = await describeParquet(staging, file);
  const types = new Map([...own].map(([name, type]) => [name, parseType(type)]));
  const paths = new Set((file.paths ?? []).filter((path) => isPath(path) && !own.has(path)));
  const rows = withPaths(file, `SELECT * FROM ${source}`, [...paths], types);
  const described = await describeRows(staging, file, `(${rows})`);
  // What the paths take apart is no value, and its name (`user` of `user.id`) must not stand for one.
  const roots = new Set([...paths].map((path) => path.split('.')[0]));
  const columns = described.filter(
    ([name]) =>
      name !== 'file_row_number' && !name.startsWith(ELEMENT) && !(roots.has(name) && isStructure(types.get(name))),
  );
  return { columns, rows: `(${rows})` };
}

/** A structure, or a list of structures. */
function isStructure(type: ParquetType | undefined): boolean {
  return type?.kind === 'struct' || (type?.kind === 'list' && isStructure(type.of));
}

async function describeRows(staging: Staging, file: SourceFile, rows: string): Promise<[string, string][]> {
  try {
    const described = await staging.rows(`DESCRIBE SELECT * FROM ${rows}`);
    return described.map(([name, type]) => [String(name), String(type)]);
  } catch (error) {
    throw parquetError(file, error);
  }
}

/** Adds a column for each path. A list that paths lead through gives a row for each of its elements. */
function withPaths(file: SourceFile, rows: string, paths: string[], columns: Map<string, ParquetType>): string {
  /** The lists taken apart so far, each inside the one before. */
  const lists: string[] = [];
  for (const path of paths) {
    const [first, ...keys] = path.split('.');
    let name = first.replace(/\[\]$/, '');
    let type = columns.get(name);
    let value = identifier(name);
    const steps = first.endsWith('[]') ? ['[]', ...keys] : keys;
    for (const key of steps) {
      if (type === undefined) break;
      const field = key.replace(/\[\]$/, '');
      if (type.kind === 'list' && /^\d+$/.test(field)) {
        value = `list_extract(${value}, ${Number(field) + 1})`;
        type = type.of;
        continue;
      }
      if (type.kind === 'list') {
        const element = ELEMENT + name;
        if (!lists.includes(name)) {
          if (lists.length > 0 && !name.startsWith(`${lists.at(-1)}.`)) {
            const reason = `two lists are to be taken apart, ${lists.at(-1)} and ${name}; name columns of one of them`;
            throw errors.IMPORT_FILE_UNREADABLE({ file: file.path, reason });
          }
          rows = `SELECT *, unnest(${value}) AS ${identifier(element)} FROM (${rows})`;
          lists.push(name);
        }
        value = identifier(element);
        type = type.of;
        if (field === '') continue;
      }
      type = type.kind === 'struct' ? type.fields.get(field) : undefined;
      value = `struct_extract(${value}, ${literal(field)})`;
      name += `.${field}`;
    }
    if (type !== undefined) rows = `SELECT *, ${value} AS ${identifier(path)} FROM (${rows})`;
  }
  return rows;
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
