/** The columns of a file's fields in each of its records. */
import { errors } from '../errors.ts';
import { type ColumnNames, type FieldName, isUnread } from './columns.ts';
import { knownName } from './search.ts';

export interface ColumnFinder {
  /** For each field the index of its column in `names`, or −1. No column serves two fields. */
  locate(fields: readonly FieldName[], names: readonly string[]): readonly number[];
  /** The column is left unread. */
  isIgnored(name: string): boolean;
}

/**
 * Layouts that are cached. JSON lines have few distinct lists of keys, and each list is examined
 * once.
 */
const MAX_CACHED_LAYOUTS = 10_000;

/**
 * @param columns as recognised in the first records of the file
 * @param seen the columns of these records. JSON lines may have further ones later, and records
 *   without the recognised column; there the known names count.
 */
export function createColumnFinder(
  columns: ReadonlyMap<FieldName, string>,
  seen: readonly string[],
  given: GivenColumns,
): ColumnFinder {
  const layouts = new Map<string, readonly number[]>();
  const taken = new Set(columns.values());

  function find(field: FieldName, names: readonly string[]): number {
    const exact = given.find(field, names);
    if (exact >= 0) return exact;
    const column = columns.get(field);
    const at = column === undefined ? -1 : names.indexOf(column);
    if (at >= 0 || given.isUnread(field)) return at;
    const others = names.filter(
      (name) => !taken.has(name) && !given.isIgnored(name) && (column !== undefined || !seen.includes(name)),
    );
    const other = knownName(field, others);
    return other === undefined ? -1 : names.indexOf(other);
  }

  return {
    isIgnored: given.isIgnored,
    locate(fields, names) {
      const key = `${fields.join()}\n${names.join('\n')}`;
      const cached = layouts.get(key);
      if (cached !== undefined) return cached;
      const used = new Set<number>();
      const indexes = fields.map((field) => {
        const at = find(field, names);
        if (used.has(at)) return -1;
        if (at >= 0) used.add(at);
        return at;
      });
      if (layouts.size >= MAX_CACHED_LAYOUTS) layouts.clear();
      layouts.set(key, indexes);
      return indexes;
    },
  };
}

/** The names that the caller gave, over all files: a name found in no file is a mistake. */
export interface GivenColumns {
  readonly columns: ColumnNames;
  find(field: FieldName, names: readonly string[]): number;
  isUnread(field: FieldName): boolean;
  /** The column is left unread. */
  isIgnored(name: string): boolean;
  /** Tells that a file has these columns. */
  see(names: readonly string[]): void;
  /**
   * @throws LorekeepError `IMPORT_MISSING_COLUMN` if no file had a given name; the `excused` fields
   *   are not checked; `IMPORT_OPTION` if no file had an ignored name.
   */
  checkAllFound(excused?: readonly FieldName[]): void;
}

/** @param ignored names that are not recognised, as if the files did not have these columns */
export function createGivenColumns(columns: ColumnNames, ignored: readonly string[] = []): GivenColumns {
  const named = Object.entries(columns).filter(([, name]) => !isUnread(name)) as [FieldName, string][];
  const notFound = new Map(named);
  const ignoredNotFound = new Set(ignored);
  return {
    columns,
    find(field, names) {
      const name = columns[field];
      const at = name === undefined || isUnread(name) ? -1 : names.indexOf(name);
      if (at >= 0) notFound.delete(field);
      return at;
    },
    isUnread: (field) => isUnread(columns[field]),
    isIgnored: (name) => ignored.includes(name),
    see(names) {
      for (const name of names) ignoredNotFound.delete(name);
    },
    checkAllFound(excused = []) {
      for (const [field, name] of notFound) {
        if (!excused.includes(field)) throw errors.IMPORT_MISSING_COLUMN({ field, name });
      }
      const [value] = ignoredNotFound;
      if (value !== undefined && excused.length === 0) {
        throw errors.IMPORT_OPTION({ name: 'ignore', value, expected: 'a column of the files, written exactly so' });
      }
    },
  };
}
