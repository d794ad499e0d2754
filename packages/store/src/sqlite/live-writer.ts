/**
 * Writes that can be seen as soon as their transaction commits, also while an import runs. Each put
 * must run inside a transaction and is one as a whole: the state of the running import is read at
 * its start.
 */
import type { Database } from 'better-sqlite3';
import type { Item } from '../contract/catalogue.ts';
import type { Event } from '../contract/event-log.ts';
import type { UserRecord } from '../contract/users.ts';
import { createEventWriter } from './event-writer.ts';
import { CONTENT_COLUMNS, contentOf, setContent } from './item-row.ts';
import { createAttributeWriter } from './users/attribute-writer.ts';
import { horizonOf, type Numbers, numbersBelow, pendingImportReader } from './visibility.ts';

export interface LiveWriter {
  putItems(items: readonly Item[]): void;
  /** @returns the number of events added */
  putEvents(events: readonly Event[]): number;
  putUsers(users: readonly UserRecord[]): void;
}

export function createLiveWriter(database: Database): LiveWriter {
  const columns = CONTENT_COLUMNS.join(', ');
  const upsertItem = database.prepare(`
    INSERT INTO items (id, place, ${columns}) VALUES (?, ?, ?, ?, ?, ?, ?, ?)
    ON CONFLICT (id) DO UPDATE SET import = NULL, ${setContent('excluded')} WHERE place < ?`);
  const changeOriginal = database.prepare(`
    UPDATE item_originals SET import = NULL, ${CONTENT_COLUMNS.map((column) => `${column} = ?`).join(', ')}
    WHERE row = (SELECT row FROM items WHERE id = ?)`);
  const putOriginal = database.prepare(`
    INSERT INTO item_originals (row, ${columns}) VALUES ((SELECT row FROM items WHERE id = ?), ?, ?, ?, ?, ?, ?)`);
  const revealItem = database.prepare('UPDATE items SET place = ? WHERE id = ?');
  const itemRow = database
    .prepare<[string, number], number>('SELECT row FROM items WHERE id = ? AND place < ?')
    .pluck();
  const userRow = database.prepare<[string], { row: number; place: number }>(
    'SELECT row, place FROM users WHERE id = ?',
  );
  const putUser = database.prepare('INSERT INTO users (id, place) VALUES (?, ?)');
  const revealUser = database.prepare('UPDATE users SET place = ? WHERE row = ?');
  const itemPlaces = numbersBelow(database, 'items');
  const userPlaces = numbersBelow(database, 'users');
  const arrivals = numbersBelow(database, 'events');

  const attributes = createAttributeWriter(database);

  const readPendingImport = pendingImportReader(database);
  // Of the current transaction.
  let horizon: number;
  let nextUserPlace: Numbers;
  let nextArrival: Numbers;

  function visibleUserRow(id: string): number {
    const user = userRow.get(id);
    if (user === undefined) return Number(putUser.run(id, nextUserPlace()).lastInsertRowid);
    if (user.place >= horizon) {
      // The running import has created this user; from now on the user can be seen, without the
      // attributes that the import has put.
      revealUser.run(nextUserPlace(), user.row);
      attributes.hide(user.row);
    }
    return user.row;
  }

  const events = createEventWriter(database, {
    itemRow: (id) => itemRow.get(id, horizon),
    userRow: visibleUserRow,
    nextArrival: () => nextArrival(),
    hiddenFrom: () => horizon,
  });

  return {
    putItems(items) {
      const pending = readPendingImport();
      const isHiding = pending !== undefined && !pending.isCommitted;
      const hiddenFrom = horizonOf(pending);
      const nextPlace = itemPlaces(hiddenFrom);
      for (const item of items) {
        const content = contentOf(item);
        if (isHiding && changeOriginal.run(...content, item.id).changes > 0) continue;
        const place = nextPlace();
        const isDone = upsertItem.run(item.id, place, ...content, hiddenFrom).changes > 0;
        if (!isDone) {
          // The running import has put this item. Its content there counts from the commit on, and
          // this one until then.
          putOriginal.run(item.id, ...content);
          revealItem.run(place, item.id);
        }
      }
    },

    putUsers(users) {
      const pending = readPendingImport();
      const isHiding = pending !== undefined && !pending.isCommitted;
      horizon = horizonOf(pending);
      nextUserPlace = userPlaces(horizon);
      for (const user of users) {
        const row = visibleUserRow(user.id);
        // What the running import has put counts from the commit on, and this until then.
        if (isHiding && attributes.changeOriginal(row, user)) continue;
        attributes.put(row, user);
      }
    },

    putEvents(batch) {
      horizon = horizonOf(readPendingImport());
      nextUserPlace = userPlaces(horizon);
      nextArrival = arrivals(horizon);
      events.forget();
      return events.put(batch, 0);
    },
  };
}
