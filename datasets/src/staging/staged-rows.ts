/**
 * Staged items and events as the store takes them, in the order of their files and lines, in
 * bounded batches.
 */
import type { DuckDBValue } from '@duckdb/node-api';
import type { Event, Item } from '@lorekeep/store';
import { EVENT_FIELDS } from '../mapping/columns.ts';
import { identifier, type Staging } from './staging.ts';

/** SQL conditions that choose which staged rows are imported; an empty string chooses all. */
export interface RowFilter {
  items: string;
  events: string;
}

export async function* stagedItems(staging: Staging, where: string): AsyncGenerator<Item[]> {
  for await (const [jsons] of staging.stream(`SELECT json FROM items ${where} ORDER BY file, line, rowid`)) {
    yield jsons.map((json) => JSON.parse(json as string) as Item);
  }
}

/** @param firstOrdinal the ordinal of the first event without a timestamp */
export async function* stagedEvents(staging: Staging, where: string, firstOrdinal: number): AsyncGenerator<Event[]> {
  let ordinal = firstOrdinal;
  const select = `SELECT ${EVENT_FIELDS.map(identifier).join(', ')} FROM events ${where} ORDER BY file, line, rowid`;
  for await (const columns of staging.stream(select)) {
    const [user, item, timestamp, type, rating, surface, session, position] = columns as [
      string[],
      string[],
      (number | null)[],
      string[],
      ...DuckDBValue[][],
    ];
    const batch: Event[] = new Array(user.length);
    for (let i = 0; i < batch.length; i++) {
      const event: Event = { user: user[i], item: item[i], type: type[i], timestamp: timestamp[i] ?? ordinal++ };
      if (rating[i] !== null) event.rating = rating[i] as number;
      if (surface[i] !== null) event.surface = surface[i] as string;
      if (session[i] !== null) event.session = session[i] as string;
      if (position[i] !== null) event.position = position[i] as number;
      batch[i] = event;
    }
    yield batch;
  }
}
