/** The catalogue: one row per item; lists and fields as JSON. */
import type { Catalogue, Item } from '../contract/catalogue.ts';
import { checkCount, checkItems } from '../contract/validation.ts';
import type { Access } from './access.ts';
import type { Writer } from './writer.ts';

interface ItemRow {
  row: number;
  id: string;
  title: string | null;
  brand: string | null;
  categories: string | null;
  description: string | null;
  price: number | null;
  fields: string | null;
}

export function createCatalogue({ database, read, write }: Access, writer: Writer): Catalogue {
  const one = database.prepare<[string], ItemRow>('SELECT * FROM items WHERE id = ?');
  const batch = database.prepare<[number, number], ItemRow>('SELECT * FROM items WHERE row > ? ORDER BY row LIMIT ?');
  return {
    async upsertItems(items) {
      checkItems(items);
      await write(() => {
        writer.forget();
        writer.putItems(items);
      });
    },

    async getItems(ids) {
      return read(() =>
        ids.map((id) => {
          const row = one.get(id);
          return row && itemOf(row);
        }),
      );
    },

    async *items({ batchSize = 1000 } = {}) {
      checkCount('batchSize', batchSize, 1);
      let row = -1;
      for (;;) {
        const rows = read(() => batch.all(row, batchSize));
        if (rows.length === 0) return;
        row = rows[rows.length - 1].row;
        yield rows.map(itemOf);
      }
    },
  };
}

function itemOf(row: ItemRow): Item {
  const item: Item = { id: row.id };
  if (row.title !== null) item.title = row.title;
  if (row.brand !== null) item.brand = row.brand;
  if (row.categories !== null) item.categories = JSON.parse(row.categories) as string[];
  if (row.description !== null) item.description = row.description;
  if (row.price !== null) item.price = row.price;
  if (row.fields !== null) item.fields = JSON.parse(row.fields) as Item['fields'];
  return item;
}
