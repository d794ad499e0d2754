/**
 * All histories as typed arrays. Rows come in small batches straight from the history index, already in order, and go
 * into arrays of the final size: a million events take some 16 MB and about a second, and no object per event.
 */
import { createHash } from 'node:crypto';
import type { Database } from 'better-sqlite3';
import type { InteractionLog } from './types.ts';

/** Rows a read: large enough to hide the call, small enough that the rows stay young garbage. */
const BATCH = 4096;

/** Reads in one transaction: a consistent picture, whatever others write meanwhile. */
export function readInteractionLog(database: Database): InteractionLog {
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

/**
 * SHA-256 over ids (each closed by a byte that UTF-8 never has), offsets, items and time stamps, each list preceded
 * by its length. Little-endian, as every machine Node runs on.
 */
export function fingerprintOf(corpus: Omit<InteractionLog, 'fingerprint'>): string {
  const hash = createHash('sha256');
  const end = Uint8Array.of(0xff);
  for (const ids of [corpus.itemIds, corpus.userIds]) {
    hash.update(`${ids.length}\n`);
    let chunk: Uint8Array[] = [];
    for (const id of ids) {
      chunk.push(Buffer.from(id, 'utf8'), end);
      if (chunk.length >= BATCH) {
        hash.update(Buffer.concat(chunk));
        chunk = [];
      }
    }
    hash.update(Buffer.concat(chunk));
  }
  for (const array of [corpus.offsets, corpus.items, corpus.timestamps]) {
    hash.update(`${array.length}\n`);
    hash.update(new Uint8Array(array.buffer, array.byteOffset, array.byteLength));
  }
  return hash.digest('hex');
}
