/**
 * Staged items and events as the store takes them, in the order of their files and lines, in
 * bounded batches.
 */
import type { DuckDBValue } from '@duckdb/node-api';
import type { Event, Item, UserRecord } from '@lorekeep/store';
import type { CatalogueColumns } from '../mapping/catalogue-column.ts';
import { EVENT_FIELDS } from '../mapping/columns.ts';
import type { RawItem } from '../mapping/to-item.ts';
import { outcomeOf } from './outcomes.ts';
import { identifier, type Staging } from './staging.ts';

/** SQL conditions that choose which staged rows are imported; an empty string chooses all. */
export interface RowFilter {
  items: string;
  events: string;
  users: string;
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

export async function* stagedUsers(staging: Staging, where: string, limit = ''): AsyncGenerator<UserRecord[]> {
  const select = `SELECT id, json FROM users ${where} ORDER BY file, line, rowid ${limit}`;
  for await (const [ids, jsons] of staging.stream(select)) {
    // The id is that of the table: the ids of a column of floats have become integers there.
    yield jsons.map((json, i) => ({ ...(JSON.parse(json as string) as UserRecord), id: ids[i] as string }));
  }
}

/**
 * @param firstOrdinal the ordinal of the first event without a timestamp
 * @param outcomes types of the outcomes of rows; each bit of a mask is an event behind its row's
 */
export async function* stagedEvents(
  staging: Staging,
  where: string,
  firstOrdinal: number,
  outcomes: readonly string[],
  limit = '',
): AsyncGenerator<Event[]> {
  let ordinal = firstOrdinal;
  const select = `SELECT ${EVENT_FIELDS.map(identifier).join(', ')}, mask FROM events ${where} ORDER BY file, row ${limit}`;
  for await (const columns of staging.stream(select)) {
    const [user, item, timestamp, type, rating, surface, session, position, id, request, mask] = columns as [
      string[],
      string[],
      (number | null)[],
      string[],
      ...DuckDBValue[][],
    ];
    const batch: Event[] = [];
    for (let i = 0; i < user.length; i++) {
      const event: Event = { user: user[i], item: item[i], type: type[i], timestamp: timestamp[i] ?? ordinal++ };
      if (rating[i] !== null) event.rating = rating[i] as number;
      if (surface[i] !== null) event.surface = surface[i] as string;
      if (session[i] !== null) event.session = session[i] as string;
      if (position[i] !== null) event.position = position[i] as number;
      if (id[i] !== null) event.id = id[i] as string;
      if (request[i] !== null) event.request = request[i] as string;
      batch.push(event);
      if (mask[i] === null || mask[i] === 0) continue;
      for (const [bit, type] of outcomes.entries()) {
        if (((mask[i] as number) >>> bit) & 1) batch.push(outcomeOf(event, type));
      }
    }
    yield batch;
  }
}
