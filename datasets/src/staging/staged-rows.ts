/**
 * Staged items and events as the store takes them, in the order of their files and lines, in
 * bounded batches.
 */
import type { DuckDBValue } from '@duckdb/node-api';
import type { Event, Item } from '@lorekeep/store';
import type { CatalogueColumns } from '../mapping/catalogue-column.ts';
import { EVENT_FIELDS } from '../mapping/columns.ts';
import type { RawItem } from '../mapping/to-item.ts';
import { identifier, type Staging } from './staging.ts';

/** SQL conditions that choose which staged rows are imported; an empty string chooses all. */
export interface RowFilter {
  items: string;
  events: string;
}

/** By `SourceFile.index`: how the prices and categories of a catalogue file are read. */
export type ColumnsOfFile = ReadonlyMap<number, CatalogueColumns>;

export async function* stagedItems(
  staging: Staging,
  where: string,
  columns: ColumnsOfFile,
  limit = '',
): AsyncGenerator<Item[]> {
  const select = `SELECT file, id, json FROM items ${where} ORDER BY file, line, rowid ${limit}`;
  for await (const [file, ids, jsons] of staging.stream(select)) {
    yield jsons.map((json, i) => {
      // The id is that of the table: the ids of a column of floats have become integers there.
      const raw = { ...(JSON.parse(json as string) as RawItem), id: ids[i] as string };
      return columns.get(Number(file[i]))?.finish(raw) ?? { id: raw.id };
    });
  }
}

/** @param firstOrdinal the ordinal of the first event without a timestamp */
export async function* stagedEvents(
  staging: Staging,
  where: string,
  firstOrdinal: number,
  limit = '',
): AsyncGenerator<Event[]> {
  let ordinal = firstOrdinal;
  const select = `SELECT ${EVENT_FIELDS.map(identifier).join(', ')} FROM events ${where} ORDER BY file, row ${limit}`;
  for await (const columns of staging.stream(select)) {
    const [user, item, timestamp, type, rating, surface, session, position, id, request] = columns as [
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
      if (id[i] !== null) event.id = id[i] as string;
      if (request[i] !== null) event.request = request[i] as string;
      batch[i] = event;
    }
    yield batch;
  }
}
