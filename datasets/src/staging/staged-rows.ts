/**
 * Staged items and events as the store takes them, in the order of their files and lines, in
 * bounded batches.
 */
import type { DuckDBValue } from '@duckdb/node-api';
import type { Event, Item, UserRecord } from '@lorekeep/store';
import { EVENT_FIELDS } from '../mapping/columns.ts';
import { outcomeOf } from './outcomes.ts';
import { identifier, type Staging } from './staging.ts';

/** SQL conditions that choose which staged rows are imported; an empty string chooses all. */
export interface RowFilter {
  items: string;
  events: string;
  users: string;
}

export async function* stagedItems(staging: Staging, where: string): AsyncGenerator<Item[]> {
  for await (const [jsons] of staging.stream(`SELECT json FROM items ${where} ORDER BY file, line`)) {
    yield jsons.map((json) => JSON.parse(json as string) as Item);
  }
}

export async function* stagedUsers(staging: Staging, where: string): AsyncGenerator<UserRecord[]> {
  for await (const [jsons] of staging.stream(`SELECT json FROM users ${where} ORDER BY file, line`)) {
    yield jsons.map((json) => JSON.parse(json as string) as UserRecord);
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
): AsyncGenerator<Event[]> {
  let ordinal = firstOrdinal;
  const [masks, source] =
    outcomes.length === 0 ? ['NULL', 'events'] : ['mask', 'events LEFT JOIN row_outcomes USING (file, line)'];
  const select = `SELECT ${EVENT_FIELDS.map(identifier).join(', ')}, ${masks} FROM ${source} ${where} ORDER BY file, line`;
  for await (const columns of staging.stream(select)) {
    const [user, item, timestamp, type, rating, surface, session, position, request, mask] = columns as [
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
      if (request[i] !== null) event.request = request[i] as string;
      batch.push(event);
      if (mask[i] === null) continue;
      for (const [bit, type] of outcomes.entries()) {
        if (((mask[i] as number) >>> bit) & 1) batch.push(outcomeOf(event, type));
      }
    }
    yield batch;
  }
}
