/**
 * Rows of an import, hidden until it commits. Each put must run inside a transaction. No other
 * import runs meanwhile, so rows that this one has found or created stay valid from one transaction
 * to the next, until something is deleted.
 */
import type { Database } from 'better-sqlite3';
import type { Item } from '../../contract/catalogue.ts';
import type { Event } from '../../contract/event-log.ts';
import type { UserRecord } from '../../contract/users.ts';
import type { Arrivals } from '../deletion/scope.ts';
import { createEventWriter } from '../event-writer.ts';
import { CONTENT_COLUMNS, contentOf } from '../item-row.ts';
import { createAttributeWriter } from '../users/attribute-writer.ts';
import { firstOwnNumber } from '../visibility.ts';

export interface ImportWriter {
  putItems(items: readonly Item[]): void;
  /**
   * @param firstIndex index of `events[0]` in the caller's batch, for errors
   * @returns the number of events added
   */
  putEvents(events: readonly Event[], firstIndex: number): number;
  /** Forgets the rows of all ids. Necessary after a deletion. */
  forget(): void;
  putUsers(users: readonly UserRecord[]): void;
  /** The first and the last number that an event could get; undefined before the first event. */
  arrivals(): { first: number; last: number } | undefined;
}

/** @param replaced the arrivals of events that the import replaces */
export function createImportWriter(database: Database, horizon: number, replaced: readonly Arrivals[]): ImportWriter {
  const columns = CONTENT_COLUMNS.join(', ');
  const findItem = database.prepare<[string], [number, number]>('SELECT row, place FROM items WHERE id = ?').raw();
  const putItem = database.prepare(
    `INSERT INTO items (id, place, import, ${columns}) VALUES (?, ?, ${horizon}, ?, ?, ?, ?, ?, ?)`,
  );
  const keepOriginal = database.prepare(
    `INSERT OR IGNORE INTO item_originals (row, import, ${columns}) SELECT row, import, ${columns} FROM items WHERE row = ?`,
  );
  const replaceItem = database.prepare(`
    UPDATE items SET import = ${horizon}, ${CONTENT_COLUMNS.map((column) => `${column} = ?`).join(', ')} WHERE row = ?`);
  const itemRow = database.prepare<[string], number>('SELECT row FROM items WHERE id = ?').pluck();
  const userRow = database.prepare<[string], number>('SELECT row FROM users WHERE id = ?').pluck();
  const userPlaceOf = database.prepare<[number], number>('SELECT place FROM users WHERE row = ?').pluck();
  const putUser = database.prepare('INSERT INTO users (id, place) VALUES (?, ?)');

  const arrivalOf = database.prepare<[string], number>('SELECT arrival FROM events WHERE id = ?').pluck();
  const replaceLater = database.prepare('INSERT OR IGNORE INTO replacing_events (arrival, id) VALUES (?, ?)');
  const attributes = createAttributeWriter(database);

  let itemPlace = firstOwnNumber(horizon);
  let userPlace = itemPlace;
  let arrival = horizon;

  const rowOfUser = (id: string) => userRow.get(id) ?? Number(putUser.run(id, userPlace++).lastInsertRowid);
  const events = createEventWriter(database, {
    itemRow: (id) => itemRow.get(id),
    userRow: rowOfUser,
    nextArrival: () => arrival++,
    replacesLater(id, own) {
      const stored = arrivalOf.get(id);
      const isReplaced = stored !== undefined && replaced.some(({ first, last }) => stored >= first && stored <= last);
      return isReplaced && replaceLater.run(own, id).changes > 0;
    },
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
    forget: events.forget,
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
