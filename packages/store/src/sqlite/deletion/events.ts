/** Deletion of events by filter, and the undoing of imports. */
import type { Database } from 'better-sqlite3';
import type { Deleted, EventFilter, UndoneImport } from '../../contract/deletion.ts';
import { errors } from '../../errors.ts';
import { removeDoomedItems } from './items.ts';
import type { Steps } from './run.ts';
import {
  type Arrivals,
  type Condition,
  closeScope,
  deleteEventsOfUsers,
  deleteEventsWhere,
  inParts,
  numberDeletion,
  openScope,
  type Scope,
} from './scope.ts';
import { removeUsersWithoutEvents } from './users.ts';

export function* deleteEvents(database: Database, filter: EventFilter): Steps<Deleted> {
  const scope = openScope(database);
  const { range, condition, unknown } = chosenBy(scope, filter);
  numberDeletion(scope);
  const events = yield* removeChosen(scope, filter, range, condition);
  const removed = yield* removeUsersWithoutEvents(scope);
  closeScope(scope);
  return { items: 0, events, unknown, ...removed };
}

/** Counts in one read. */
export function countEvents(database: Database, filter: EventFilter): number {
  const scope = openScope(database);
  const { range, condition } = chosenBy(scope, filter);
  const count = database
    .prepare<object, number>(
      `SELECT count(*) FROM events WHERE arrival BETWEEN :first AND :last AND (${condition.where})`,
    )
    .pluck()
    .get({ ...range, ...condition.values })!;
  closeScope(scope);
  return count;
}

function removeChosen(scope: Scope, filter: EventFilter, range: Arrivals, condition: Condition): Steps<number> {
  if (filter.user === undefined) return deleteEventsWhere(scope, range, condition);
  const { first, last } = range;
  const where = `+arrival BETWEEN ${first} AND ${last} AND (${condition.where})`;
  return deleteEventsOfUsers(scope, 'SELECT row FROM users WHERE id = :user', { ...condition, where });
}

function chosenBy(
  { database, horizon }: Scope,
  filter: EventFilter,
): { range: Arrivals; condition: Condition; unknown: number } {
  const { ids, user, item, types, before, after } = filter;
  const conditions: string[] = [];
  const values: Condition['values'] = {};
  let unknown = 0;
  const visible = { first: 0, last: horizon - 1 };
  const range = filter.import === undefined ? visible : arrivalsOf(recordOf(database, filter.import));
  if (ids !== undefined) {
    const put = database.prepare('INSERT OR IGNORE INTO temp.wanted_ids VALUES (?)');
    for (const id of ids) put.run(id);
    const known = 'SELECT arrival FROM temp.wanted_ids w JOIN events e ON e.id = w.id';
    const found = database
      .prepare<[number], number>(`SELECT count(*) FROM (${known} WHERE +e.arrival < ?)`)
      .pluck()
      .get(horizon)!;
    unknown = database.prepare<[], number>('SELECT count(*) FROM temp.wanted_ids').pluck().get()! - found;
    conditions.push(`arrival IN (${known})`);
  }
  if (user !== undefined) {
    conditions.push('user = (SELECT row FROM users WHERE id = :user)');
    values.user = user;
  }
  if (item !== undefined) {
    conditions.push('item = (SELECT row FROM items WHERE id = :item)');
    values.item = item;
  }
  if (types !== undefined) {
    conditions.push('type IN (SELECT type FROM event_types WHERE name IN (SELECT value FROM json_each(:types)))');
    values.types = JSON.stringify(types);
  }
  if (before !== undefined) {
    conditions.push('timestamp < :before');
    values.before = before;
  }
  if (after !== undefined) {
    conditions.push('timestamp >= :after');
    values.after = after;
  }
  return { range, condition: { where: conditions.join(' AND ') || '1', values }, unknown };
}

interface ImportRow {
  first: number | null;
  last: number | null;
  horizon: number | null;
  lastItem: number | null;
  events: number;
}

/**
 * The arrivals of the events of an import.
 * @throws LorekeepError `IMPORT_UNKNOWN`, `IMPORT_NOT_RECORDED`
 */
export const arrivalsOfImport = (database: Database, fingerprint: string): Arrivals =>
  arrivalsOf(recordOf(database, fingerprint));

function recordOf(database: Database, fingerprint: string): ImportRow {
  const row = database
    .prepare<[string], ImportRow>(`
      SELECT first_arrival AS first, last_arrival AS last, horizon, last_item AS lastItem, events
      FROM imports WHERE fingerprint = ?`)
    .get(fingerprint);
  if (row === undefined) throw errors.IMPORT_UNKNOWN({ fingerprint });
  if (row.horizon === null && (row.first === null || row.events === 0)) {
    throw errors.IMPORT_NOT_RECORDED({ fingerprint });
  }
  return row;
}

const arrivalsOf = ({ first, last }: ImportRow): Arrivals =>
  first === null || last === null ? { first: 1, last: 0 } : { first, last };

export function* undoImport(database: Database, fingerprint: string): Steps<UndoneImport> {
  const row = recordOf(database, fingerprint);
  const scope = openScope(database);
  const number = numberDeletion(scope);
  const events = yield* deleteEventsWhere(scope, arrivalsOf(row), { where: '1', values: {} });
  const items = yield* removeItemsOf(scope, row, number);
  const removed = yield* removeUsersWithoutEvents(scope);
  forgetImport(database, fingerprint);
  closeScope(scope);
  return { events, unknown: 0, ...removed, ...items };
}

export function forgetImport(database: Database, fingerprint: string): void {
  database.prepare('DELETE FROM import_contents WHERE import = ?').run(fingerprint);
  database.prepare('DELETE FROM imports WHERE fingerprint = ?').run(fingerprint);
}

/** Items that only this import has put and that no event is left of. */
function* removeItemsOf(
  scope: Scope,
  { horizon, lastItem }: ImportRow,
  number: number,
): Steps<Pick<UndoneImport, 'items' | 'itemsKept' | 'itemsNotRestored'>> {
  const { database } = scope;
  if (horizon === null) return { items: 0, itemsKept: 0, itemsNotRestored: 0 };
  const count = (sql: string, ...values: (number | null)[]) =>
    database
      .prepare<(number | null)[], number>(sql)
      .pluck()
      .get(...values)!;
  const added = 'place BETWEEN ? AND coalesce(?, -1)';
  const itemsAdded = count(`SELECT count(*) FROM items WHERE ${added}`, horizon, lastItem);
  const itemsNotRestored = count('SELECT count(*) FROM items WHERE import = ? AND place < ?', horizon, horizon);
  database
    .prepare(`INSERT INTO temp.doomed_items SELECT row FROM items WHERE ${added} AND import = ?`)
    .run(horizon, lastItem, horizon);
  const keep = database.prepare(`
    DELETE FROM temp.doomed_items WHERE row IN (SELECT item FROM events WHERE arrival BETWEEN :first AND :last)`);
  yield* inParts(scope, { first: 0, last: Number.MAX_SAFE_INTEGER }, (part) => void keep.run({ ...part }));
  const items = count('SELECT count(*) FROM temp.doomed_items');
  removeDoomedItems(scope, number);
  return { items, itemsKept: itemsAdded - items, itemsNotRestored };
}
