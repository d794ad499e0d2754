/** Items as rows: the columns that hold the content of an item, in both directions. */
import type { Item } from '../contract/catalogue.ts';

/** Columns of an item's content, in the order of `contentOf`. */
export const CONTENT_COLUMNS = ['title', 'brand', 'categories', 'description', 'price', 'fields'] as const;

export type Content = {
  [column in (typeof CONTENT_COLUMNS)[number]]: column extends 'price' ? number | null : string | null;
};

export type ItemRow = Content & { place: number; id: string };

/** SQL: `column = source.column` for each column of the content. */
export const setContent = (source: string): string =>
  CONTENT_COLUMNS.map((column) => `${column} = ${source}.${column}`).join(', ');

export function contentOf(item: Item): (string | number | null)[] {
  return [
    item.title ?? null,
    item.brand ?? null,
    item.categories === undefined ? null : JSON.stringify(item.categories),
    item.description ?? null,
    item.price ?? null,
    item.fields === undefined ? null : JSON.stringify(item.fields),
  ];
}

export function itemOf(row: ItemRow): Item {
  const item: Item = { id: row.id };
  if (row.title !== null) item.title = row.title;
  if (row.brand !== null) item.brand = row.brand;
  if (row.categories !== null) item.categories = JSON.parse(row.categories) as string[];
  if (row.description !== null) item.description = row.description;
  if (row.price !== null) item.price = row.price;
  if (row.fields !== null) item.fields = JSON.parse(row.fields) as Item['fields'];
  return item;
}
