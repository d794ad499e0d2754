/**
 * Events of an import in the place of those of earlier imports: the last steps of an import, in one
 * transaction with its commit.
 */
import type { Database } from 'better-sqlite3';
import type { ReplacedEvents } from '../../contract/imports.ts';
import { forgetImport } from '../deletion/events.ts';
import type { Steps } from '../deletion/run.ts';
import {
  type Arrivals,
  closeScope,
  deleteEventsWhere,
  inParts,
  numberDeletion,
  openScope,
  type Scope,
} from '../deletion/scope.ts';
import { removeUsersWithoutEvents } from '../deletion/users.ts';

export interface Replacement {
  /** Fingerprints of the replaced imports. */
  imports: readonly string[];
  /** The arrivals of their events. */
  ranges: readonly Arrivals[];
  /** Arrivals of the events of the import; undefined if it has none. */
  own: Arrivals | undefined;
  /** The events have real times, so that those of live writes can be recognised. */
  timed: boolean;
}

/**
 * Removes the replaced events.
 * @param commit makes the events of the import visible
 */
export function* replaceEvents(
  database: Database,
  replacement: Replacement,
  commit: () => void,
): Steps<ReplacedEvents> {
  const { imports, ranges, own, timed } = replacement;
  const scope = openScope(database);
  numberDeletion(scope);
  let replaced = 0;
  for (const range of ranges) replaced += yield* deleteEventsWhere(scope, range, { where: '1', values: {} });
  for (const fingerprint of imports) forgetImport(database, fingerprint);
  const alreadyLive = own === undefined ? 0 : yield* leaveOutLive(scope, own, timed);
  commit();
  // Users whose only events were replaced.
  yield* removeUsersWithoutEvents({ database, horizon: Number.MAX_SAFE_INTEGER, isHiding: false });
  closeScope(scope);
  return { replaced, alreadyLive };
}

/** Leaves out events of the import that live writes have stored. */
function* leaveOutLive(scope: Scope, own: Arrivals, timed: boolean): Steps<number> {
  const { database } = scope;
  // A live write may have taken the id since.
  const where = 'arrival IN (SELECT r.arrival FROM replacing_events r JOIN events e ON e.id = r.id)';
  const sameId = yield* deleteEventsWhere(scope, own, { where, values: {} });
  database.exec(`
    UPDATE events SET id = (SELECT r.id FROM replacing_events r WHERE r.arrival = events.arrival)
    WHERE arrival IN (SELECT arrival FROM replacing_events);
    DELETE FROM replacing_events`);
  if (!timed) return sameId;
  const live = yield* collectLive(scope);
  if (live === 0) return sameId;
  const isLive = `EXISTS (
    SELECT 1 FROM temp.live l
    WHERE l.user = events.user AND l.item = events.item AND l.type = events.type
      AND l.second = floor(events.timestamp))`;
  const same = yield* deleteEventsWhere(scope, own, { where: isLive, values: {} });
  database.exec('DROP TABLE temp.live');
  return sameId + same;
}

/** Fills `live` with the events that came with no import. */
function* collectLive(scope: Scope): Steps<number> {
  const { database, horizon } = scope;
  database.exec(`
    DROP TABLE IF EXISTS temp.live;
    CREATE TEMP TABLE live (user INTEGER, item INTEGER, type INTEGER, second REAL,
      PRIMARY KEY (user, item, type, second)) WITHOUT ROWID`);
  const collect = database.prepare(`
    INSERT OR IGNORE INTO temp.live SELECT user, item, type, floor(timestamp) FROM events
    WHERE arrival BETWEEN :first AND :last
      AND NOT EXISTS (SELECT 1 FROM imports i WHERE arrival BETWEEN i.first_arrival AND i.last_arrival)`);
  let count = 0;
  yield* inParts(scope, { first: 0, last: horizon - 1 }, (part) => {
    count += collect.run({ ...part }).changes;
  });
  return count;
}
