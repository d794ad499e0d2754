/**
 * Which column holds which field. Public data sets use many names for the same thing. The names
 * below are recognised without configuration; case, `_`, `-`, `.`, spaces and RecBole's endings
 * (`:token` and others) are ignored. If a file has several names of one field, the one that stands
 * first here counts. A name given by the caller comes before all of these and is compared exactly.
 */
import { errors } from '../errors.ts';

export const COLUMN_SYNONYMS = {
  item: [
    'item',
    'item_id',
    'iid',
    'parent_asin',
    'asin',
    'product_id',
    'product',
    'sku',
    'article_id',
    'movie_id',
    'id',
  ],
  user: ['user', 'user_id', 'uid', 'reviewer_id', 'customer_id', 'visitor_id'],
  timestamp: ['timestamp', 'unix_review_time', 'time', 'ts', 'event_time', 'datetime', 'date', 'created_at'],
  type: ['type', 'event_type', 'behavior', 'behaviour', 'behavior_type', 'event', 'action'],
  rating: ['rating', 'overall', 'score', 'stars'],
  title: ['title', 'name', 'item_name', 'product_name', 'product_title', 'movie_title'],
  brand: ['brand', 'brand_name', 'manufacturer', 'store'],
  categories: ['categories', 'category', 'category_path', 'category_code', 'genres', 'genre', 'class'],
  description: ['description', 'product_description', 'desc'],
  price: ['price'],
  surface: ['surface', 'placement', 'page'],
  session: ['session', 'session_id', 'user_session'],
  position: ['position', 'pos', 'rank'],
  request: ['request', 'request_id', 'impression_id', 'list_id'],
} as const satisfies Record<string, readonly string[]>;

export type FieldName = keyof typeof COLUMN_SYNONYMS;

/** The name that the files use for a field, if it is not one of `COLUMN_SYNONYMS`. */
export type ColumnNames = Partial<Record<FieldName, string>>;

export const ITEM_FIELDS = ['item', 'title', 'brand', 'categories', 'description', 'price'] as const;
export const EVENT_FIELDS = [
  'user',
  'item',
  'timestamp',
  'type',
  'rating',
  'surface',
  'session',
  'position',
  'request',
] as const satisfies readonly FieldName[];

/**
 * Finds columns, and remembers which of the given names were found: a name found in no file is a
 * mistake.
 */
export interface ColumnFinder {
  /** For each field the index of its column in `names`, or −1. No column serves two fields. */
  locate(fields: readonly FieldName[], names: readonly string[]): readonly number[];
  /**
   * @throws LorekeepError `IMPORT_MISSING_COLUMN` if no file had a given name; the `excused` fields
   *   are not checked.
   * @throws LorekeepError `IMPORT_OPTION` if no file had an ignored name
   */
  checkAllFound(excused?: readonly FieldName[]): void;
  /** The column is left unread. */
  isIgnored(name: string): boolean;
}

/**
 * Layouts that are cached. JSON lines have few distinct lists of keys, and each list is examined
 * once.
 */
const MAX_CACHED_LAYOUTS = 10_000;

/** @param ignored names that are not recognised, as if the files did not have these columns */
export function createColumnFinder(given: ColumnNames, ignored: readonly string[] = []): ColumnFinder {
  const notFound = new Map(Object.entries(given) as [FieldName, string][]);
  const ignoredNotFound = new Set(ignored);
  const layouts = new Map<string, readonly number[]>();

  function find(field: FieldName, names: readonly string[], plain: string[], taken: ReadonlySet<number>): number {
    const exact = given[field] === undefined ? -1 : names.indexOf(given[field]);
    if (exact >= 0) {
      notFound.delete(field);
      return exact;
    }
    for (const synonym of COLUMN_SYNONYMS[field]) {
      const at = plain.indexOf(plainName(synonym));
      const isFree = at >= 0 && !taken.has(at) && !ignored.includes(names[at]);
      if (isFree && !Object.values(given).includes(names[at])) return at;
    }
    return -1;
  }

  return {
    locate(fields, names) {
      const key = `${fields.join()}\n${names.join('\n')}`;
      const cached = layouts.get(key);
      if (cached !== undefined) return cached;
      for (const name of names) ignoredNotFound.delete(name);
      const plain = names.map(plainName);
      const taken = new Set<number>();
      const indexes = fields.map((field) => {
        const at = find(field, names, plain, taken);
        if (at >= 0) taken.add(at);
        return at;
      });
      if (layouts.size >= MAX_CACHED_LAYOUTS) layouts.clear();
      layouts.set(key, indexes);
      return indexes;
    },
    isIgnored: (name) => ignored.includes(name),
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

/**
 * @throws LorekeepError `IMPORT_MISSING_COLUMN` if a file with these columns has none for the field
 */
export function requireColumn(file: string, names: string[], columns: ColumnFinder, field: 'item' | 'user'): void {
  if (columns.locate([field], names)[0] >= 0) return;
  throw errors.IMPORT_MISSING_COLUMN({ file, field, found: names, accepted: COLUMN_SYNONYMS[field] });
}

function plainName(name: string): string {
  return name
    .replace(/:(token|float|token_seq|float_seq)$/, '')
    .replace(/[\s_.-]/g, '')
    .toLowerCase();
}
