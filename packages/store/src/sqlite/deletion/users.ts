/** Users without events, and the erasure of users. */
import { createHash } from 'node:crypto';
import type { Database } from 'better-sqlite3';
import type { Deleted } from '../../contract/deletion.ts';
import { returningNumbers, seenBefore } from '../visibility.ts';
import type { Steps } from './run.ts';
import {
  closeScope,
  deleteEventsOfUsers,
  hasUnindexedTypes,
  inParts,
  numberDeletion,
  openScope,
  type Scope,
} from './scope.ts';

const USERS_PER_STEP = 20_000;

export function* deleteUsers(database: Database, ids: readonly string[]): Steps<Deleted> {
  const scope = openScope(database);
  const find = database.prepare<[string, number], number>('SELECT row FROM users WHERE id = ? AND place < ?').pluck();
  const doom = database.prepare('INSERT INTO temp.doomed_users VALUES (?)');
  const isExposed = database.prepare<[string], number>('SELECT 1 FROM exposures WHERE user = ? LIMIT 1').pluck();
  const found = ids.filter((id) => {
    const row = find.get(id, scope.horizon);
    if (row !== undefined) doom.run(row);
    return row !== undefined || isExposed.get(id) !== undefined;
  });
  const result: Deleted = {
    items: 0,
    users: found.length,
    events: 0,
    unknown: ids.length - found.length,
    returning: 0,
  };
  if (found.length > 0) {
    const number = numberDeletion(scope);
    database.prepare('UPDATE deletions SET last_erasure = ?').run(number);
    rememberErased(database, found);
    const forget = database.prepare('DELETE FROM exposures WHERE user = ?');
    for (const id of found) forget.run(id);
    result.events = yield* deleteEventsOfUsers(scope, 'SELECT row FROM temp.doomed_users', { where: '1', values: {} });
    for (const named of tablesNamingUsers(database)) removeFrom(scope, named);
    ({ returning: result.returning } = yield* removeTouchedUsers(scope));
  }
  closeScope(scope);
  return result;
}

/** The hash that is kept of an erased user. */
export function erasureHash(salt: Buffer, id: string): Buffer {
  return createHash('sha256').update(salt).update(id, 'utf8').digest();
}

function rememberErased(database: Database, ids: readonly string[]): void {
  const { salt, last } = database
    .prepare<[], { salt: Buffer; last: number }>('SELECT salt, last_event AS last FROM deletions')
    .get()!;
  const put = database.prepare('INSERT OR REPLACE INTO erased_users (hash, last_event) VALUES (?, ?)');
  for (const id of ids) put.run(erasureHash(salt, id), last);
}

interface NamingTable {
  table: string;
  column: string;
  /** The table of what readers see while a running import has put other rows (visibility.ts). */
  originals: string | null;
}

/** Tables other than the events that refer to users. */
function tablesNamingUsers(database: Database): NamingTable[] {
  return database
    .prepare<[], NamingTable>(`
      SELECT s.name AS "table", f."from" AS "column",
        (SELECT o.name FROM sqlite_schema o WHERE o.name = rtrim(s.name, 's') || '_originals') AS originals
      FROM sqlite_schema s, pragma_foreign_key_list(s.name) f
      WHERE s.type = 'table' AND f."table" = 'users' AND s.name <> 'events'`)
    .all();
}

/** Removes what is seen of doomed users. A row that a running import has put makes them return. */
function removeFrom({ database, isHiding }: Scope, { table, column, originals }: NamingTable): void {
  const doomed = `${column} IN (SELECT row FROM temp.doomed_users)`;
  if (originals === null) {
    database.exec(`DELETE FROM ${table} WHERE ${doomed}`);
    return;
  }
  const isPut = isHiding ? `${column} IN (SELECT ${column} FROM ${originals})` : '0';
  database.exec(`
    INSERT OR IGNORE INTO temp.used_rows SELECT ${column} FROM ${table} WHERE ${doomed} AND ${isPut};
    DELETE FROM ${table} WHERE ${doomed} AND NOT ${isPut};
    DELETE FROM ${originals} WHERE ${doomed}`);
}

/**
 * Removes the users in `touched_users` who have no visible event left and are named by no other
 * table. Those of whom a running import has put events become hidden.
 */
export function* removeUsersWithoutEvents(scope: Scope): Steps<{ users: number; returning: number }> {
  const { database, horizon } = scope;
  for (const { table, column } of tablesNamingUsers(database)) {
    database.exec(`DELETE FROM temp.touched_users WHERE row IN (SELECT ${column} FROM ${table})`);
  }
  const keepKnown = database.prepare(`
    DELETE FROM temp.touched_users WHERE row BETWEEN ? AND ? AND EXISTS (
      SELECT 1 FROM events e WHERE e.user = touched_users.row AND e.type > 0 AND ${seenBefore('e.arrival', '?')})`);
  const last = database.prepare<[], number | null>('SELECT max(row) FROM temp.touched_users').pluck().get() ?? -1;
  for (let row = 0; row <= last; row += USERS_PER_STEP) {
    keepKnown.run(row, row + USERS_PER_STEP - 1, horizon);
    yield;
  }
  const isAnyLeft = database.prepare('SELECT 1 FROM temp.touched_users LIMIT 1').get() !== undefined;
  if (!isAnyLeft) return { users: 0, returning: 0 };
  if (hasUnindexedTypes(database)) {
    const keep = database.prepare(`
      DELETE FROM temp.touched_users
      WHERE row IN (SELECT user FROM events WHERE arrival BETWEEN :first AND :last AND type <= 0)`);
    yield* inParts(scope, { first: 0, last: horizon - 1 }, (part) => void keep.run({ ...part }));
  }
  return yield* removeTouchedUsers(scope);
}

/** Removes the users in `touched_users`, who have no visible event. */
function* removeTouchedUsers(scope: Scope): Steps<{ users: number; returning: number }> {
  const { database, isHiding } = scope;
  const returning = isHiding ? yield* hideReturningUsers(scope) : 0;
  const { changes } = database.prepare('DELETE FROM users WHERE row IN (SELECT row FROM temp.touched_users)').run();
  return { users: changes + returning, returning };
}

function* hideReturningUsers(scope: Scope): Steps<number> {
  const { database, horizon } = scope;
  const use = database.prepare(`
    INSERT OR IGNORE INTO temp.used_rows
    SELECT user FROM events WHERE arrival BETWEEN :first AND :last AND user IN (SELECT row FROM temp.touched_users)`);
  yield* inParts(scope, { first: horizon, last: Number.MAX_SAFE_INTEGER }, (part) => void use.run({ ...part }));
  const next = returningNumbers(database, 'users', horizon);
  const rows = database.prepare<[], number>('SELECT row FROM temp.used_rows').pluck().all();
  const hide = database.prepare('UPDATE users SET place = ? WHERE row = ?');
  for (const row of rows) hide.run(next(), row);
  database.exec(
    'DELETE FROM temp.touched_users WHERE row IN (SELECT row FROM temp.used_rows); DELETE FROM temp.used_rows',
  );
  return rows.length;
}
