/** The catalogue: one row per item; lists and fields as JSON. */
import type { Catalogue } from '../contract/catalogue.ts';
import { checkCount, checkItems } from '../contract/validation.ts';
import type { Access } from './access.ts';
import { CONTENT_COLUMNS, type ItemRow, itemOf } from './item-row.ts';
import type { LiveWriter } from './live-writer.ts';
import { HORIZON, ORIGINALS_COUNT } from './visibility.ts';

const SELECT_ITEMS = `
  SELECT i.place, i.id, ${CONTENT_COLUMNS.map((column) => `iif(o.row IS NULL, i.${column}, o.${column}) AS ${column}`)}
  FROM items i LEFT JOIN item_originals o ON o.row = i.row AND ${ORIGINALS_COUNT}
  WHERE i.place < ${HORIZON}`;

export function createCatalogue({ database, read, write }: Access, writer: LiveWriter): Catalogue {
  const one = database.prepare<[string], ItemRow>(`${SELECT_ITEMS} AND i.id = ?`);
  const batch = database.prepare<[number, number], ItemRow>(`${SELECT_ITEMS} AND i.place > ? ORDER BY i.place LIMIT ?`);
  return {
    async upsertItems(items) {
      checkItems(items);
      await write(() => writer.putItems(items));
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
      let place = -1;
      for (;;) {
        const rows = read(() => batch.all(place, batchSize));
        if (rows.length === 0) return;
        place = rows[rows.length - 1].place;
        yield rows.map(itemOf);
      }
    },
  };
}
