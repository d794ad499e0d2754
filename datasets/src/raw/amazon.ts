/**
 * The public raw files of Amazon reviews (Ni, Li & McAuley 2019; Hou et al. 2024), read as they are
 * downloaded:
 *
 *     amazon2018   meta_CATEGORY.json.gz   reviews CATEGORY_5.json.gz (5-core) or CATEGORY.json.gz
 *     amazon2023   meta_CATEGORY.jsonl.gz  reviews CATEGORY.jsonl.gz
 *
 * Both are JSON lines whose keys the import knows (mapping/columns.ts). The metadata were scraped
 * from pages, so a price may be a range, a dash or a style sheet, and products are repeated. Long
 * lists that do not describe an item (images, "also bought") make up most of the bytes. Reviews
 * name products that have no metadata.
 */

export type RawFormat = 'amazon2018' | 'amazon2023';

export const RAW_FORMATS: readonly RawFormat[] = ['amazon2018', 'amazon2023'];

/**
 * The keys of a metadata record that are kept: the fields of the item, and what is useful for
 * filters.
 */
const KEPT: Record<RawFormat, readonly string[]> = {
  amazon2018: ['asin', 'title', 'brand', 'category', 'description', 'price', 'feature', 'main_cat'],
  amazon2023: [
    'parent_asin',
    'title',
    'store',
    'categories',
    'description',
    'price',
    'features',
    'main_category',
    'average_rating',
    'rating_number',
  ],
};

export function isRawFormat(format: string): format is RawFormat {
  return (RAW_FORMATS as readonly string[]).includes(format);
}

/** A metadata record without what `toItem` would not accept or should not keep. */
export function rawItem(format: RawFormat, record: Record<string, unknown>): Record<string, unknown> {
  const kept: Record<string, unknown> = {};
  for (const key of KEPT[format]) if (record[key] !== undefined) kept[key] = record[key];
  if (!isPrice(kept.price)) delete kept.price;
  for (const key of ['title', 'brand', 'store']) if (typeof kept[key] !== 'string') delete kept[key];
  return kept;
}

/**
 * Whether the value is one price, not a range ("$12.99 - $15.00"), a dash, or a piece of the page.
 */
function isPrice(value: unknown): boolean {
  return typeof value === 'number' || (typeof value === 'string' && /^\s*\$?\s*\d[\d,]*(\.\d+)?\s*$/.test(value));
}
