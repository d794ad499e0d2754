/**
 * Rows of an import, hidden until it commits. Each put must run inside a transaction. No other
 * import runs meanwhile, so rows that this one has found or created stay valid from one transaction
 * to the next.
 */
import type { Database } from 'better-sqlite3';
import type { Item } from '../../contract/catalogue.ts';
import type { Event } from '../../contract/event-log.ts';
import type { UserRecord } from '../../contract/users.ts';
import { createEventWriter } from '../event-writer.ts';
import { CONTENT_COLUMNS, contentOf } from '../item-row.ts';
import { createAttributeWriter } from '../users/attribute-writer.ts';

export interface ImportWriter {
  putItems(items: readonly Item[]): void;
  /**
   * @param firstIndex index of `events[0]` in the caller's batch, for errors
   * @returns the number of events added
   */
  putEvents(events: readonly Event[], firstIndex: number): number;
  putUsers(users: readonly UserRecord[]): void;
  /** The first and the last number that an event could get; undefined before the first event. */
  arrivals(): { first: number; last: number } | undefined;
}

export function createImportWriter(database: Database, horizon: number): ImportWriter {
  const columns = CONTENT_COLUMNS.join(', ');
  const findItem = database.prepare<[string], [number, number]>('SELECT row, place FROM items WHERE id = ?').raw();
  const putItem = database.prepare(`INSERT INTO items (id, place, ${columns}) VALUES (?, ?, ?, ?, ?, ?, ?, ?)`);
  const keepOriginal = database.prepare(
    `INSERT OR IGNORE INTO item_originals (row, ${columns}) SELECT row, ${columns} FROM items WHERE row = ?`,
  );
  const replaceItem = database.prepare(`
    UPDATE items SET ${CONTENT_COLUMNS.map((column) => `${column} = ?`).join(', ')} WHERE row = ?`);
  const itemRow = database.prepare<[string], number>('SELECT row FROM items WHERE id = ?').pluck();
  const userRow = database.prepare<[string], number>('SELECT row FROM users WHERE id = ?').pluck();
  const userPlaceOf = database.prepare<[number], number>('SELECT place FROM users WHERE row = ?').pluck();
  const putUser = database.prepare('INSERT INTO users (id, place) VALUES (?, ?)');

  const attributes = createAttributeWriter(database);

  let itemPlace = horizon;
  let userPlace = horizon;
  let arrival = horizon;

  const rowOfUser = (id: string) => userRow.get(id) ?? Number(putUser.run(id, userPlace++).lastInsertRowid);
  const events = createEventWriter(database, {
    itemRow: (id) => itemRow.get(id),
    userRow: rowOfUser,
    nextArrival: () => arrival++,
    // An event that can be seen, or that this import has put, stays as it is.
    hiddenFrom: () => Number.MAX_SAFE_INTEGER,
  });

  return {
    putItems(items) {
      for (const item of items) {
        const content = contentOf(item);
        const found = findItem.get(item.id);
        if (found === undefined) {
          putItem.run(item.id, itemPlace++, ...content);
          continue;
        }
        const [row, place] = found;
        const isVisible = place < horizon;
        if (isVisible) keepOriginal.run(row);
        replaceItem.run(...content, row);
      }
    },
    putEvents: events.put,
    putUsers(users) {
      for (const user of users) {
        const row = rowOfUser(user.id);
        const isVisible = userPlaceOf.get(row)! < horizon;
        if (isVisible) attributes.keepOriginal(row);
        attributes.put(row, user);
      }
    },
    arrivals: () => (arrival === horizon ? undefined : { first: horizon, last: arrival - 1 }),
  };
}
