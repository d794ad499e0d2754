/** Deletion of items with their events. */
import type { Database } from 'better-sqlite3';
import type { Deleted } from '../../contract/deletion.ts';
import { returningNumbers } from '../visibility.ts';
import type { Steps } from './run.ts';
import { closeScope, deleteEventsWhere, numberDeletion, openScope, type Scope } from './scope.ts';
import { removeUsersWithoutEvents } from './users.ts';

const DOOMED = 'SELECT row FROM temp.doomed_items';

export function* deleteItems(database: Database, ids: readonly string[]): Steps<Deleted> {
  const scope = openScope(database);
  const find = database.prepare<[string, number], number>('SELECT row FROM items WHERE id = ? AND place < ?').pluck();
  const doom = database.prepare('INSERT INTO temp.doomed_items VALUES (?)');
  let found = 0;
  for (const id of ids) {
    const row = find.get(id, scope.horizon);
    if (row === undefined) continue;
    doom.run(row);
    found++;
  }
  const result: Deleted = { items: found, users: 0, events: 0, unknown: ids.length - found, returning: 0 };
  if (found > 0) {
    const number = numberDeletion(scope);
    result.events = yield* removeEvents(scope);
    result.returning = removeDoomedItems(scope, number);
    const { users, returning } = yield* removeUsersWithoutEvents(scope);
    result.users = users;
    result.returning += returning;
  }
  closeScope(scope);
  return result;
}

/** @returns the number of visible events */
function* removeEvents(scope: Scope): Steps<number> {
  const { horizon, isHiding } = scope;
  const events = yield* deleteEventsWhere(
    scope,
    { first: 0, last: horizon - 1 },
    {
      where: `item IN (${DOOMED})`,
      values: {},
    },
  );
  // Of an item that the running import has put, its events come with the import.
  if (isHiding) {
    const where = `item IN (${DOOMED}) AND item NOT IN (SELECT row FROM item_originals)`;
    yield* deleteEventsWhere(scope, { first: horizon, last: Number.MAX_SAFE_INTEGER }, { where, values: {} });
  }
  return events;
}

/**
 * Removes the items in `doomed_items`, whose events are gone. Those that a running import has put
 * become hidden.
 * @param number of this deletion
 * @returns how many became hidden
 */
export function removeDoomedItems({ database, horizon, isHiding }: Scope, number: number): number {
  database
    .prepare(`INSERT OR REPLACE INTO deleted_items (id, number) SELECT id, ? FROM items WHERE row IN (${DOOMED})`)
    .run(number);
  const put = isHiding
    ? database
        .prepare<[], number>(
          `SELECT row FROM items WHERE row IN (${DOOMED}) AND row IN (SELECT row FROM item_originals)`,
        )
        .pluck()
        .all()
    : [];
  const next = isHiding ? returningNumbers(database, 'items', horizon) : undefined;
  const hide = database.prepare('UPDATE items SET place = ? WHERE row = ?');
  for (const row of put) hide.run(next!(), row);
  database.exec(`
    DELETE FROM item_originals WHERE row IN (${DOOMED});
    DELETE FROM items WHERE row IN (${DOOMED}) AND place < ${horizon}`);
  return put.length;
}
