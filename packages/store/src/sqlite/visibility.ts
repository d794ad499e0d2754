/**
 * Which rows can be seen. An import writes in several transactions, so that other writers get their
 * turn; its rows stay hidden until it commits, and then appear all at once.
 *
 * Items and users have a `place`, events an `arrival`: numbers that grow in order of arrival. At
 * its start an import sets a *horizon* far above all numbers in use and takes its own numbers from
 * there on. Other writers keep to the numbers below, and readers ignore all rows from the horizon
 * on. To commit, the import removes the horizon. Its rows thus arrive after all rows that were
 * written while it ran, and no row that could be seen ever changes its order.
 *
 * An item that can be seen and that the import replaces gets its new content in `items` at once,
 * and its old one is kept in `item_originals`. Until the commit, readers prefer the original, and
 * other writers change the original. If the import fails, the originals return to `items`.
 *
 * The attributes of users are kept in the same way, in `user_attributes` and
 * `user_attribute_originals`.
 *
 * A deletion counts as made before the import. A deleted item or user of which the import has put
 * something becomes a hidden row.
 *
 * `pending_import` holds at most one row: the horizon, with `committed = 0` while it counts and
 * `committed = 1` while originals that no longer count are removed.
 */
import { randomUUID } from 'node:crypto';
import type { Database } from 'better-sqlite3';

/** How many rows of each table others can write while an import runs. */
const NUMBERS_FOR_OTHERS = 2 ** 28;
/**
 * How many items and users can be deleted while an import runs that has put them or their events:
 * they become hidden rows of the import, with the first numbers from the horizon on.
 */
const NUMBERS_FOR_RETURNING = 2 ** 27;
/** Larger than every number in use, and exact as a JavaScript number. */
const NOTHING_HIDDEN = Number.MAX_SAFE_INTEGER;

/** SQL: rows whose number is at least this are hidden. */
export const HORIZON = `(SELECT coalesce(max(horizon), ${NOTHING_HIDDEN}) FROM pending_import WHERE committed = 0)`;
/**
 * SQL: rows that can be seen, for reads that the index `histories` answers alone. The likelihood keeps
 * SQLite from reading all events by arrival where it has the index. While a large import runs without
 * the index (import/histories-index.ts), SQLite reads the events by arrival up to the horizon.
 */
export const seenBefore = (column: 'arrival' | 'e.arrival', horizon = HORIZON) =>
  `likelihood(${column} < ${horizon}, 0.99)`;

/** SQL: whether readers prefer `item_originals` to `items`. */
export const ORIGINALS_COUNT = 'EXISTS (SELECT 1 FROM pending_import WHERE committed = 0)';

export interface PendingImport {
  /** Random: two imports can have the same horizon. */
  id: string;
  horizon: number;
  isCommitted: boolean;
}

/**
 * Reads the import that runs, was killed, or has not removed all its originals yet; `undefined` if
 * there is none.
 */
export function pendingImportReader(database: Database): () => PendingImport | undefined {
  const select = database
    .prepare<[], [string, number, number]>('SELECT id, horizon, committed FROM pending_import')
    .raw();
  return () => {
    const row = select.get();
    return row && { id: row[0], horizon: row[1], isCommitted: row[2] === 1 };
  };
}

/** Reads the number of deletions so far. Rows that were found before it changed may be gone. */
export function deletionsReader(database: Database): () => number {
  const select = database.prepare<[], number>('SELECT number FROM deletions').pluck();
  return () => select.get()!;
}

/** Reads the highest number of an event that can be seen, −1 if there is none. */
export function lastArrivalReader(database: Database): () => number {
  const select = database
    .prepare<[], number | null>(`SELECT max(arrival) FROM events WHERE arrival < ${HORIZON}`)
    .pluck();
  return () => select.get() ?? -1;
}

/** The horizon that other writers keep below. */
export function horizonOf(pending: PendingImport | undefined): number {
  return pending === undefined || pending.isCommitted ? NOTHING_HIDDEN : pending.horizon;
}

/**
 * Hides all rows whose numbers are at least the horizon of the returned import. Must run inside a
 * transaction.
 */
export function startPendingImport(database: Database): PendingImport {
  const last = database
    .prepare<[], number>(`
      SELECT max(
        coalesce((SELECT max(place) FROM items), 0),
        coalesce((SELECT max(place) FROM users), 0),
        coalesce((SELECT max(arrival) FROM events), 0),
        (SELECT max(last_item, last_user, last_event) FROM deletions))`)
    .pluck()
    .get()!;
  const pending = { id: randomUUID(), horizon: last + 1 + NUMBERS_FOR_OTHERS, isCommitted: false };
  database
    .prepare('INSERT INTO pending_import (id, horizon, committed) VALUES (?, ?, 0)')
    .run(pending.id, pending.horizon);
  return pending;
}

/** The numbered column of each table, and the column of `deletions` with the last one deleted. */
export const NUMBERED = {
  items: { column: 'place', deleted: 'last_item' },
  users: { column: 'place', deleted: 'last_user' },
  events: { column: 'arrival', deleted: 'last_event' },
} as const;

/** The first number that the items and users of an import get. */
export const firstOwnNumber = (horizon: number): number => horizon + NUMBERS_FOR_RETURNING;

/** Hands out the numbers of one column. */
export type Numbers = () => number;

/** Numbers below a horizon for the rows of one table, valid inside one transaction. */
export function numbersBelow(database: Database, table: keyof typeof NUMBERED): (horizon: number) => Numbers {
  const { column, deleted } = NUMBERED[table];
  const last = database
    .prepare<[number], number>(`
      SELECT max(${deleted}, coalesce((SELECT max(${column}) FROM ${table} WHERE ${column} < ?), -1)) FROM deletions`)
    .pluck();
  return (horizon) => {
    let number: number | undefined;
    return () => {
      number = (number ?? last.get(horizon) ?? -1) + 1;
      if (number >= horizon) throw new Error(`One import left no numbers for new ${table}.`);
      return number;
    };
  };
}

/** Numbers from the horizon on for items or users that a running import brings again. */
export function returningNumbers(database: Database, table: 'items' | 'users', horizon: number): Numbers {
  const end = firstOwnNumber(horizon);
  let number = database
    .prepare<[number, number], number | null>(`SELECT max(place) FROM ${table} WHERE place >= ? AND place < ?`)
    .pluck()
    .get(horizon, end);
  return () => {
    number = (number ?? horizon - 1) + 1;
    if (number >= end) throw new Error(`One import left no numbers for deleted ${table}.`);
    return number;
  };
}
