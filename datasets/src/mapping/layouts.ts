/**
 * Public data sets and exports of shops, known by their columns. A layout is a table of names: it
 * says which column holds which field where the names alone do not, and gives headerless files
 * their names.
 */
import { basename } from 'node:path';
import { type FieldName, plainName } from './columns.ts';
import type { FileRole } from './search.ts';

export interface Layout {
  name: string;
  role: 'items' | 'events';
  /** Columns that must all be there, compared as `plainName` does. */
  has: readonly string[];
  /** The file has no other columns than `has` and these: the names alone are too common. */
  only?: readonly string[];
  /** For each field its column; of several, the first that the file has and that has values. */
  fields?: Partial<Record<FieldName, readonly string[]>>;
  /** Empty cells of these columns are as in the line before, if the line has the same key. */
  continued?: { key: string; columns: readonly string[] };
  /** Lines in which this column is empty describe no item: images and the like. */
  required?: string;
  /** Events whose session begins with the prefix are of this type: cancelled invoices. */
  typeBySession?: { prefix: string; type: string };
  /** Lists of categories are split at each of these. */
  separators?: readonly string[];
}

export const LAYOUTS: readonly Layout[] = [
  {
    name: 'Shopify products',
    role: 'items',
    has: ['Handle', 'Title', 'Variant SKU'],
    fields: {
      item: ['Variant SKU', 'Handle'],
      title: ['Title'],
      brand: ['Vendor'],
      categories: ['Type', 'Product Category'],
      description: ['Body (HTML)'],
      price: ['Variant Price'],
    },
    continued: {
      key: 'Handle',
      columns: ['Title', 'Body (HTML)', 'Vendor', 'Type', 'Product Category', 'Tags', 'Published', 'Status'],
    },
    required: 'item',
  },
  {
    name: 'Shopify orders',
    role: 'events',
    has: ['Name', 'Lineitem name', 'Lineitem quantity'],
    fields: {
      user: ['Customer ID', 'Customer', 'Email'],
      item: ['Lineitem sku', 'Lineitem name'],
      timestamp: ['Created at', 'Paid at'],
    },
    continued: { key: 'Name', columns: ['Customer ID', 'Customer', 'Email', 'Created at', 'Paid at'] },
  },
  {
    name: 'WooCommerce products',
    role: 'items',
    has: ['ID', 'SKU', 'Name', 'Regular price'],
    fields: {
      item: ['SKU', 'ID'],
      title: ['Name'],
      categories: ['Categories'],
      description: ['Description', 'Short description'],
      price: ['Regular price'],
    },
    separators: [',', '>'],
  },
  {
    name: 'Magento products',
    role: 'items',
    has: ['sku', 'attribute_set_code', 'product_type', 'categories'],
    fields: { item: ['sku'], title: ['name'], categories: ['categories'] },
    separators: [',', '/'],
  },
  {
    name: 'PrestaShop products',
    role: 'items',
    has: ['ID', 'Name *', 'Categories (x,y,z...)'],
    fields: {
      title: ['Name *'],
      categories: ['Categories (x,y,z...)'],
      price: ['Price tax included', 'Price tax excluded'],
    },
    separators: [','],
  },
  {
    name: 'Google Merchant feed',
    role: 'items',
    has: ['id', 'title', 'link', 'availability'],
    fields: { item: ['id'], categories: ['product_type', 'google_product_category'] },
  },
  {
    name: 'Google Analytics 4',
    role: 'events',
    has: ['event_timestamp', 'event_name', 'user_pseudo_id'],
    // `user_id` is there only while somebody is signed in.
    fields: { user: ['user_pseudo_id'], timestamp: ['event_timestamp'], type: ['event_name'] },
  },
  {
    name: 'Segment',
    role: 'events',
    has: ['anonymousId', 'event', 'messageId', 'originalTimestamp'],
    fields: { user: ['anonymousId'], type: ['event'], timestamp: ['timestamp', 'originalTimestamp'] },
  },
  { name: 'REES46', role: 'events', has: ['event_time', 'event_type', 'product_id', 'user_id', 'user_session'] },
  { name: 'Retailrocket', role: 'events', has: ['visitorid', 'itemid', 'event', 'transactionid'] },
  {
    name: 'KuaiRand',
    role: 'events',
    has: ['user_id', 'video_id', 'time_ms', 'is_click'],
    fields: { item: ['video_id'], timestamp: ['time_ms'], surface: ['tab'] },
  },
  { name: 'H&M', role: 'events', has: ['t_dat', 'customer_id', 'article_id'] },
  {
    name: 'H&M',
    role: 'items',
    has: ['article_id', 'prod_name', 'product_type_name'],
    fields: { title: ['prod_name'], categories: ['product_type_name'], description: ['detail_desc'] },
  },
  {
    name: 'Online Retail',
    role: 'events',
    has: ['StockCode', 'Description', 'Quantity', 'InvoiceDate'],
    fields: {
      item: ['StockCode'],
      user: ['CustomerID', 'Customer ID'],
      timestamp: ['InvoiceDate'],
      session: ['InvoiceNo', 'Invoice'],
    },
    typeBySession: { prefix: 'C', type: 'cancelled' },
  },
  {
    name: 'Online Retail',
    role: 'items',
    has: ['StockCode', 'Description'],
    fields: { item: ['StockCode'], title: ['Description'], price: ['UnitPrice', 'Price'] },
  },
  { name: 'Book-Crossing', role: 'events', has: ['User-ID', 'ISBN', 'Book-Rating'] },
  { name: 'Book-Crossing', role: 'items', has: ['ISBN', 'Book-Title'], fields: { brand: ['Publisher'] } },
  { name: 'MovieLens', role: 'events', has: ['userId', 'movieId', 'rating', 'timestamp'] },
  { name: 'MovieLens', role: 'items', has: ['movieId', 'title', 'genres'] },
  { name: 'Amazon reviews 2023', role: 'events', has: ['parent_asin', 'user_id', 'rating', 'helpful_vote'] },
  { name: 'Amazon products 2023', role: 'items', has: ['parent_asin', 'main_category', 'bought_together'] },
  { name: 'Amazon reviews', role: 'events', has: ['reviewerID', 'asin', 'unixReviewTime'] },
  { name: 'Amazon products', role: 'items', has: ['asin', 'title', 'imUrl'] },
  { name: 'Amazon products', role: 'items', has: ['asin', 'title', 'also_buy'] },
  {
    name: 'Yoochoose',
    role: 'events',
    has: ['session_id', 'timestamp', 'item_id'],
    only: ['category', 'price', 'quantity'],
    fields: { user: ['session_id'] },
  },
];

/** The first layout whose columns a file has. */
export function layoutOf(role: FileRole, names: readonly string[]): Layout | undefined {
  const plain = new Set(names.map(plainName));
  return LAYOUTS.find(({ role: of, has, only }) => {
    if (of !== role || !has.every((name) => plain.has(plainName(name)))) return false;
    const all = new Set([...has, ...(only ?? names)].map(plainName));
    return [...plain].every((name) => all.has(name));
  });
}

/** A public file without a header line: its columns, and what the cells of each line look like. */
interface Headerless {
  name: string;
  names: readonly string[];
  cells: readonly RegExp[];
  /** What the name of the file must look like, where the cells alone decide nothing. */
  file?: RegExp;
}

const NUMBER = /^\d+$/;
const SECONDS = /^\d{9,10}$/;
const ISO_TIME = /^\d{4}-\d{2}-\d{2}T[\d:.]+Z$/;
const RATING = /^[0-5](\.\d+)?$/;
const ANY = /^/;
const FLAG = /^[01]$/;

const GENRES_100K =
  'unknown Action Adventure Animation Children Comedy Crime Documentary Drama Fantasy Film-Noir Horror Musical Mystery ' +
  'Romance Sci-Fi Thriller War Western';

const HEADERLESS: readonly Headerless[] = [
  {
    name: 'MovieLens ratings',
    names: ['user_id', 'movie_id', 'rating', 'timestamp'],
    cells: [NUMBER, NUMBER, RATING, SECONDS],
  },
  {
    name: 'MovieLens 1M movies',
    names: ['movie_id', 'title', 'genres'],
    cells: [NUMBER, /\(\d{4}\)$/, /^[A-Z][\w'-]*(\|[A-Z][\w'-]*)*$|^\(no genres listed\)$/],
  },
  {
    name: 'MovieLens 100K movies',
    names: ['movie_id', 'title', 'release_date', 'video_release_date', 'imdb_url', ...GENRES_100K.split(' ')],
    cells: [NUMBER, ANY, ANY, ANY, ANY, ...GENRES_100K.split(' ').map(() => FLAG)],
  },
  {
    name: 'Taobao UserBehavior',
    names: ['user_id', 'item_id', 'category_id', 'behavior_type', 'timestamp'],
    cells: [NUMBER, NUMBER, NUMBER, /^(pv|buy|cart|fav)$/, SECONDS],
  },
  {
    name: 'Yoochoose clicks',
    names: ['session_id', 'timestamp', 'item_id', 'category'],
    cells: [NUMBER, ISO_TIME, NUMBER, /^(S|\d+)$/],
  },
  {
    name: 'Yoochoose buys',
    names: ['session_id', 'timestamp', 'item_id', 'price', 'quantity'],
    cells: [NUMBER, ISO_TIME, NUMBER, NUMBER, NUMBER],
  },
  {
    name: 'Amazon ratings',
    names: ['user_id', 'item_id', 'rating', 'timestamp'],
    cells: [/^A[A-Z0-9]{9,}$/, /^[A-Z0-9]{10}$/, RATING, SECONDS],
  },
  {
    name: 'Amazon ratings',
    names: ['item_id', 'user_id', 'rating', 'timestamp'],
    cells: [/^[A-Z0-9]{10}$/, /^A[A-Z0-9]{9,}$/, RATING, SECONDS],
  },
];

/**
 * The names of the columns of a known file that has no header line.
 * @param path its name may tell files apart
 * @param lines the cells of the first lines
 * @returns undefined if the file is none of the known ones
 */
export function headerFor(
  path: string,
  lines: readonly (readonly string[])[],
): { layout: string; names: readonly string[] } | undefined {
  if (lines.length === 0) return undefined;
  const found = HEADERLESS.find(
    ({ cells, file }) =>
      (file === undefined || file.test(basename(path))) &&
      lines.every((line) => line.length === cells.length && cells.every((shape, i) => shape.test(line[i].trim()))),
  );
  return found === undefined ? undefined : { layout: found.name, names: found.names };
}
