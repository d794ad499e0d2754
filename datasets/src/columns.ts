/**
 * Which column means what. Public data sets name the same thing in many ways; the names below are recognised without
 * being told, compared without regard to case, `_`, `-`, `.` and spaces, and without RecBole's `:token` endings. Where a file has
 * several of them, the one named first here counts. A name given explicitly comes before all of these and is compared exactly.
 */
import { mappedColumnMissing } from './errors.ts';

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
} as const satisfies Record<string, readonly string[]>;

export type FieldName = keyof typeof COLUMN_SYNONYMS;

/** What a file calls each field, where its name is none of `COLUMN_SYNONYMS`. */
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
] as const satisfies readonly FieldName[];

/** Finds columns, and remembers which of the names given were seen: one seen nowhere is a mistake to report. */
export interface ColumnFinder {
  /** For each field the index of its column in `names`, or −1. No column serves two fields. */
  locate(fields: readonly FieldName[], names: readonly string[]): readonly number[];
  /** @throws LorekeepError `IMPORT_MISSING_COLUMN` for a given name, but those of `excused` fields, that no file had. */
  checkAllSeen(excused?: readonly FieldName[]): void;
}

/** Layouts remembered: JSON lines have few distinct sets of keys, and each is looked at once. */
const REMEMBERED_LAYOUTS = 10_000;

export function createColumnFinder(given: ColumnNames): ColumnFinder {
  const unseen = new Map(Object.entries(given) as [FieldName, string][]);
  const layouts = new Map<string, readonly number[]>();

  function find(field: FieldName, names: readonly string[], plain: string[], taken: ReadonlySet<number>): number {
    const exact = given[field] === undefined ? -1 : names.indexOf(given[field]);
    if (exact >= 0) {
      unseen.delete(field);
      return exact;
    }
    for (const synonym of COLUMN_SYNONYMS[field]) {
      const at = plain.indexOf(plainName(synonym));
      if (at >= 0 && !taken.has(at) && !Object.values(given).includes(names[at])) return at;
    }
    return -1;
  }

  return {
    locate(fields, names) {
      const key = `${fields.length}\n${names.join('\n')}`;
      const known = layouts.get(key);
      if (known !== undefined) return known;
      const plain = names.map(plainName);
      const taken = new Set<number>();
      const places = fields.map((field) => {
        const at = find(field, names, plain, taken);
        if (at >= 0) taken.add(at);
        return at;
      });
      if (layouts.size >= REMEMBERED_LAYOUTS) layouts.clear();
      layouts.set(key, places);
      return places;
    },
    checkAllSeen(excused = []) {
      for (const [field, name] of unseen) if (!excused.includes(field)) throw mappedColumnMissing(field, name);
    },
  };
}

function plainName(name: string): string {
  return name
    .replace(/:(token|float|token_seq|float_seq)$/, '')
    .replace(/[\s_.-]/g, '')
    .toLowerCase();
}
