/**
 * What the steps of one deletion share: the horizon of a running import, and temporary tables of the
 * rows concerned. `doomed_items` and `doomed_users` hold rows to delete, `touched_users` those that
 * have lost an event.
 */
import type { Database } from 'better-sqlite3';
import { horizonOf, NUMBERED, pendingImportReader, seenBefore } from '../visibility.ts';
import type { Steps } from './run.ts';

/** Events per step. */
const STEP = 20_000;

export interface Scope {
  readonly database: Database;
  /** Rows from here on belong to an import that runs. */
  readonly horizon: number;
  /** An import runs. */
  readonly isHiding: boolean;
}

export function openScope(database: Database): Scope {
  for (const table of ['doomed_items', 'doomed_users', 'touched_users', 'used_rows']) {
    database.exec(`DROP TABLE IF EXISTS temp.${table}; CREATE TEMP TABLE ${table} (row INTEGER PRIMARY KEY)`);
  }
  database.exec('DROP TABLE IF EXISTS temp.wanted_ids; CREATE TEMP TABLE wanted_ids (id TEXT PRIMARY KEY)');
  const pending = pendingImportReader(database)();
  return { database, horizon: horizonOf(pending), isHiding: pending !== undefined && !pending.isCommitted };
}

export function closeScope({ database }: Scope): void {
  for (const table of ['doomed_items', 'doomed_users', 'touched_users', 'used_rows', 'wanted_ids']) {
    database.exec(`DROP TABLE temp.${table}`);
  }
}

/** Counts this deletion, and remembers the last numbers, which must not be given again. */
export function numberDeletion({ database, horizon }: Scope): number {
  for (const [table, { column, deleted }] of Object.entries(NUMBERED)) {
    database
      .prepare(`
        UPDATE deletions
        SET ${deleted} = max(${deleted}, coalesce((SELECT max(${column}) FROM ${table} WHERE ${column} < ?), -1))`)
      .run(horizon);
  }
  return database.prepare<[], number>('UPDATE deletions SET number = number + 1 RETURNING number').pluck().get()!;
}

/** Part of the events: those with arrivals from `first` to `last`. */
export interface Arrivals {
  first: number;
  last: number;
}

/** Runs `each` for all arrivals of a range, in parts that are quick. */
export function* inParts({ database }: Scope, { first, last }: Arrivals, each: (part: Arrivals) => void): Steps<void> {
  const end = database
    .prepare<[number, number], number>(
      `SELECT arrival FROM events WHERE arrival >= ? AND arrival <= ? ORDER BY arrival LIMIT 1 OFFSET ${STEP - 1}`,
    )
    .pluck();
  for (let from = first; from <= last; ) {
    const to = end.get(from, last) ?? last;
    each({ first: from, last: to });
    yield;
    from = to + 1;
  }
}

/** SQL conditions on events, with their named parameters. */
export interface Condition {
  where: string;
  values: Record<string, string | number>;
}

/**
 * Deletes events and collects their users in `touched_users`, unless these are there already.
 * @returns their number
 */
export function* deleteEventsWhere(
  scope: Scope,
  range: Arrivals,
  { where, values }: Condition,
  { areTouched = false } = {},
): Steps<number> {
  const { database } = scope;
  const chosen = `FROM events WHERE arrival BETWEEN :first AND :last AND (${where})`;
  const touch = database.prepare(`INSERT OR IGNORE INTO temp.touched_users SELECT user ${chosen}`);
  const remove = database.prepare(`DELETE ${chosen}`);
  let removed = 0;
  yield* inParts(scope, range, (part) => {
    if (!areTouched) touch.run({ ...part, ...values });
    removed += remove.run({ ...part, ...values }).changes;
  });
  return removed;
}

/**
 * The same for the visible events of some users: those in the index `histories` are found there.
 * @param users SQL: rows of the users
 */
export function* deleteEventsOfUsers(scope: Scope, users: string, { where, values }: Condition): Steps<number> {
  const { database, horizon } = scope;
  database.prepare(`INSERT OR IGNORE INTO temp.touched_users ${users}`).run(values);
  const remove = database.prepare(`
    DELETE FROM events WHERE arrival IN (
      SELECT arrival FROM events
      WHERE user IN (${users}) AND type > 0 AND ${seenBefore('arrival', ':horizon')} AND (${where}) LIMIT ${STEP})`);
  let removed = 0;
  for (;;) {
    const { changes } = remove.run({ ...values, horizon });
    if (changes === 0) break;
    removed += changes;
    yield;
  }
  if (!hasUnindexedTypes(database)) return removed;
  const others = { where: `type <= 0 AND user IN (${users}) AND (${where})`, values };
  const visible = { first: 0, last: horizon - 1 };
  return removed + (yield* deleteEventsWhere(scope, visible, others, { areTouched: true }));
}

/** Events of these types are not in the index `histories`. */
export const hasUnindexedTypes = (database: Database): boolean =>
  database.prepare('SELECT 1 FROM event_types WHERE type <= 0').get() !== undefined;
