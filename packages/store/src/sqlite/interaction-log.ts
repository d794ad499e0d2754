/**
 * All histories as typed arrays. Rows come in small batches straight from the history index, already in order, and go
 * into arrays of the final size: a million events take some 16 MB and about a second, and no object per event.
 */
import type { Database } from 'better-sqlite3';
import { fingerprintOf } from '../contract/corpus-fingerprint.ts';
import type { Corpus } from '../contract/event-log.ts';

/** Rows a read: large enough to hide the call, small enough that the rows stay young garbage. */
const BATCH = 4096;

/** Reads in one transaction: a consistent picture, whatever others write meanwhile. */
export function readCorpus(database: Database): Corpus {
  return database.transaction(() => {
    const itemIds = readIds(database, 'items');
    const userIds = readIds(database, 'users');
    const events = database.prepare<[], number>('SELECT count(*) FROM events WHERE type > 0').pluck().get()!;
    const offsets = new Uint32Array(userIds.length + 1);
    const items = new Int32Array(events);
    const timestamps = new Float64Array(events);
    const next = database
      .prepare<[number, number, number], [number, number, number, number]>(`
        SELECT user, timestamp, arrival, item FROM events
        WHERE type > 0 AND (user, timestamp, arrival) > (?, ?, ?)
        ORDER BY user, timestamp, arrival LIMIT ${BATCH}`)
      .raw();
    let at = 0;
    let last: [number, number, number] = [-1, 0, 0];
    while (at < events) {
      const rows = next.all(...last);
      for (const [user, timestamp, , item] of rows) {
        offsets[user + 1]++;
        items[at] = item;
        timestamps[at++] = timestamp;
      }
      const [user, timestamp, arrival] = rows[rows.length - 1];
      last = [user, timestamp, arrival];
    }
    for (let user = 0; user < userIds.length; user++) offsets[user + 1] += offsets[user];
    const fingerprint = fingerprintOf({ itemIds, userIds, offsets, items, timestamps });
    return { itemIds, userIds, offsets, items, timestamps, fingerprint };
  })();
}

/** Rows are dense from 0, so the ids in row order are an array by row. */
function readIds(database: Database, table: 'items' | 'users'): string[] {
  return database.prepare<[], string>(`SELECT id FROM ${table} ORDER BY row`).pluck().all();
}
