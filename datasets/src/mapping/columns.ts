/**
 * The fields of items and events, and the names that public data sets and shops use for them. Case,
 * `_`, `-`, `.`, spaces and RecBole's endings (`:token` and others) are ignored. If a file has
 * several names of one field, the one that stands first here counts.
 */

export const COLUMN_SYNONYMS = {
  item: [
    'item',
    'item_id',
    'iid',
    'items.item_id',
    'parent_asin',
    'asin',
    'product_id',
    'product',
    'product.id',
    'variant_sku',
    'lineitem_sku',
    'sku',
    'article_id',
    'movie_id',
    'stock_code',
    'product_code',
    'isbn',
    'id',
    '_id.$oid',
  ],
  user: [
    'user',
    'user_id',
    'uid',
    'user.id',
    'user_pseudo_id',
    'reviewer_id',
    'customer_id',
    'visitor_id',
    'customer',
    'customer.id',
    'buyer_id',
    'member_id',
    'client_id',
    'anonymous_id',
  ],
  timestamp: [
    'timestamp',
    'event_timestamp',
    'unix_review_time',
    'unix_timestamp',
    'timestamp_ms',
    'time_ms',
    'time',
    'ts',
    'event_time',
    'datetime',
    'date_time',
    'date',
    'created_at',
    'occurred_at',
    'order_date',
    'invoice_date',
    'purchase_time',
    'purchase_date',
    'review_date',
    'event_date',
    't_dat',
  ],
  type: [
    'type',
    'event_type',
    'event_name',
    'behavior',
    'behaviour',
    'behavior_type',
    'event',
    'action',
    'action_type',
    'feedback_type',
    'interaction_type',
  ],
  rating: ['rating', 'overall', 'score', 'stars', 'book_rating', 'review_score', 'review_rating', 'user_rating'],
  title: [
    'title',
    'name',
    'item_name',
    'product_name',
    'product_title',
    'movie_title',
    'book_title',
    'prod_name',
    'lineitem_name',
  ],
  brand: ['brand', 'brand_name', 'manufacturer', 'store', 'vendor', 'item_brand', 'product_brand', 'marke', 'marca'],
  categories: [
    'categories',
    'category',
    'category_path',
    'category_code',
    'product_type',
    'google_product_category',
    'item_category',
    'product_category',
    'genres',
    'genre',
    'class',
    'kategorie',
    'categoria',
  ],
  description: ['description', 'product_description', 'desc', 'body_html', 'body (html)', 'detail_desc'],
  price: ['price', 'variant_price', 'regular_price', 'unit_price', 'list_price', 'current_price', 'preis', 'precio'],
  surface: ['surface', 'placement', 'page'],
  session: ['session', 'session_id', 'user_session', 'ga_session_id'],
  position: ['position', 'pos', 'rank'],
  id: ['event_id', 'event_uuid', 'order_line_id', 'line_item_id', 'interaction_id', 'message_id'],
  request: ['request', 'request_id', 'impression_id', 'list_id', 'slate_id', 'recommendation_id'],
} as const satisfies Record<string, readonly string[]>;

export type FieldName = keyof typeof COLUMN_SYNONYMS;

/** The name that the files use for a field; `-` or an empty string leaves the field unread. */
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
  'id',
  'request',
] as const satisfies readonly FieldName[];

/** Names that a caller may give in place of those of the fields. */
const FIELD_ALIASES: Readonly<Record<string, FieldName>> = { time: 'timestamp', category: 'categories' };

export function isFieldName(name: string): name is FieldName {
  return Object.hasOwn(COLUMN_SYNONYMS, name);
}

/** The names as given, with the aliases of fields replaced; undefined if a field is unknown. */
export function canonicalColumns(columns: Record<string, string>): ColumnNames | undefined {
  const canonical: ColumnNames = {};
  for (const [name, column] of Object.entries(columns)) {
    const field = isFieldName(name) ? name : FIELD_ALIASES[name];
    if (field === undefined) return undefined;
    canonical[field] = column;
  }
  return canonical;
}

export function isUnread(column: string | undefined): boolean {
  return column === '' || column === '-';
}

const KNOWN_NAMES = new Set(Object.values(COLUMN_SYNONYMS).flatMap((names) => names.map(plainName)));

/** Whether some field is recognised by this name. */
export function isColumnName(name: string): boolean {
  return KNOWN_NAMES.has(plainName(name));
}

/** A name without what is ignored when names are compared. */
export function plainName(name: string): string {
  return name
    .replace(/:(token|float|token_seq|float_seq)$/, '')
    .replace(/[\s_.-]/g, '')
    .toLowerCase();
}
