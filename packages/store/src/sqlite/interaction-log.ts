/**
 * All histories as typed arrays. Events come in small batches straight from the index `histories`,
 * already in order, and go into arrays of the final size: a million events take about 16 MB and
 * half a second, without an object per event.
 */
import type { Database } from 'better-sqlite3';
import type { InteractionLog } from '../contract/event-log.ts';
import { fingerprintOf } from '../contract/log-fingerprint.ts';
import { HORIZON } from './visibility.ts';

/**
 * Rows per read: enough to hide the cost of the call, few enough that the rows stay cheap to
 * collect.
 */
const BATCH = 4096;

/** Reads in one transaction, so that writes of others meanwhile do not change the result. */
export function readInteractionLog(database: Database): InteractionLog {
  return database.transaction(() => {
    const items = readIds(database, 'items');
    const users = readIds(database, 'users');
    const histories = inOrderOfUsers(readHistories(database, items, users), users);
    const log = { itemIds: items.ids, userIds: users.ids, ...histories };
    return { ...log, fingerprint: fingerprintOf(log) };
  })();
}

export interface Ids {
  /** In order of first arrival. */
  ids: string[];
  /** Row in the table → index in `ids`. */
  indexOf: Int32Array;
  /** Index in `ids` → row in the table. */
  rows: Int32Array;
}

export function readIds(database: Database, table: 'items' | 'users'): Ids {
  const found = database
    .prepare<[], [number, string]>(`SELECT row, id FROM ${table} WHERE place < ${HORIZON} ORDER BY place`)
    .raw()
    .all();
  const rows = Int32Array.from(found, ([row]) => row);
  const indexOf = new Int32Array(rows.reduce((most, row) => Math.max(most, row + 1), 0));
  for (let index = 0; index < rows.length; index++) indexOf[rows[index]] = index;
  return { ids: found.map(([, id]) => id), indexOf, rows };
}

type Histories = Pick<InteractionLog, 'offsets' | 'items' | 'timestamps'>;

/**
 * Histories one after another in order of the users' rows; `offsets[u + 1]` is the length of user
 * `u`'s.
 */
function readHistories(database: Database, itemIds: Ids, userIds: Ids): Histories {
  // The plus sign keeps SQLite on the index `histories`.
  const visible = `type > 0 AND +arrival < ${HORIZON}`;
  const count = database.prepare<[], number>(`SELECT count(*) FROM events WHERE ${visible}`).pluck().get()!;
  const offsets = new Uint32Array(userIds.ids.length + 1);
  const items = new Int32Array(count);
  const timestamps = new Float64Array(count);
  const next = database
    .prepare<[number, number, number], [number, number, number, number]>(`
      SELECT user, timestamp, arrival, item FROM events
      WHERE ${visible} AND (user, timestamp, arrival) > (?, ?, ?)
      ORDER BY user, timestamp, arrival LIMIT ${BATCH}`)
    .raw();
  let at = 0;
  let last: [number, number, number] = [-1, 0, 0];
  while (at < count) {
    const rows = next.all(...last);
    for (const [user, timestamp, , item] of rows) {
      offsets[userIds.indexOf[user] + 1]++;
      items[at] = itemIds.indexOf[item];
      timestamps[at++] = timestamp;
    }
    const [user, timestamp, arrival] = rows[rows.length - 1];
    last = [user, timestamp, arrival];
  }
  return { offsets, items, timestamps };
}

/**
 * Moves the histories into the order of `userIds`, which differs from that of rows if a user came
 * during an import.
 */
function inOrderOfUsers({ offsets, items, timestamps }: Histories, { rows, indexOf }: Ids): Histories {
  const lengths = offsets.slice(1);
  for (let user = 0; user < lengths.length; user++) offsets[user + 1] += offsets[user];
  if (rows.every((row, index) => index === 0 || row > rows[index - 1])) return { offsets, items, timestamps };

  const moved = { offsets, items: new Int32Array(items.length), timestamps: new Float64Array(timestamps.length) };
  let from = 0;
  for (const row of rows.toSorted()) {
    const user = indexOf[row];
    const to = from + lengths[user];
    moved.items.set(items.subarray(from, to), offsets[user]);
    moved.timestamps.set(timestamps.subarray(from, to), offsets[user]);
    from = to;
  }
  return moved;
}
