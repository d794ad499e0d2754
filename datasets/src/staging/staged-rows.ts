/**
 * Staged items and events as the store takes them, in the order of their files and lines, in
 * bounded batches.
 */
import type { DuckDBValue } from '@duckdb/node-api';
import type { Event, Item, UserRecord } from '@lorekeep/store';
import type { CatalogueColumns } from '../mapping/catalogue-column.ts';
import { EVENT_FIELDS } from '../mapping/columns.ts';
import type { RawItem } from '../mapping/to-item.ts';
import { outcomeOf } from './events/outcomes.ts';
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

/** What an event names again and again. */
const NAMED = ['user', 'item', 'type'] as const;

const NOT_NAMED = EVENT_FIELDS.filter((field) => !NAMED.some((column) => column === field)).map(identifier);

/** The events of the first rows, for people. */
export async function firstEvents(
  staging: Staging,
  where: string,
  outcomes: readonly string[],
  limit: number,
): Promise<Event[]> {
  let ordinal = 0;
  const select = `SELECT ${[...NAMED, ...NOT_NAMED].join(', ')}, mask FROM events ${where} ORDER BY file, row LIMIT ${limit}`;
  const events: Event[] = [];
  for await (const [user, item, type, ...rest] of staging.stream(select)) {
    const names = { user: user as string[], item: item as string[], type: type as string[] };
    events.push(...eventsOf(names, rest, () => ordinal++, outcomes));
  }
  return events;
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
  const names: string[][] = [];
  for (const column of NAMED) names.push(await nameColumn(staging, column, where));
  const codes = NAMED.map((column) => `${column}_names.code`).join(', ');
  const joins = NAMED.map((column) => `JOIN ${column}_names ON ${column}_names.name = events.${column}`).join(' ');
  const select = `SELECT ${codes}, ${NOT_NAMED.join(', ')}, mask FROM events ${joins} ${where} ORDER BY file, row`;
  for await (const [users, items, types, ...rest] of staging.stream(select)) {
    const named = {
      user: users.map((code) => names[0][code as number]),
      item: items.map((code) => names[1][code as number]),
      type: types.map((code) => names[2][code as number]),
    };
    yield eventsOf(named, rest, () => ordinal++, outcomes);
  }
}

function eventsOf(
  { user, item, type }: Record<(typeof NAMED)[number], string[]>,
  rest: DuckDBValue[][],
  nextOrdinal: () => number,
  outcomes: readonly string[],
): Event[] {
  const [timestamp, rating, surface, session, position, id, request, mask] = rest;
  const events: Event[] = [];
  for (let i = 0; i < user.length; i++) {
    const at = (timestamp[i] as number | null) ?? nextOrdinal();
    const event: Event = { user: user[i], item: item[i], type: type[i], timestamp: at };
    if (rating[i] !== null) event.rating = rating[i] as number;
    if (surface[i] !== null) event.surface = surface[i] as string;
    if (session[i] !== null) event.session = session[i] as string;
    if (position[i] !== null) event.position = position[i] as number;
    if (id[i] !== null) event.id = id[i] as string;
    if (request[i] !== null) event.request = request[i] as string;
    events.push(event);
    if (mask[i] === null || mask[i] === 0) continue;
    for (const [bit, name] of outcomes.entries()) {
      if (((mask[i] as number) >>> bit) & 1) events.push(outcomeOf(event, name));
    }
  }
  return events;
}

/**
 * Numbers the distinct values of a column, so that each becomes one string, however many events
 * name it: the store finds a string again faster than a copy of it.
 * @returns the values, by number
 */
async function nameColumn(staging: Staging, column: (typeof NAMED)[number], where: string): Promise<string[]> {
  await staging.run(`
    CREATE OR REPLACE TABLE ${column}_names AS SELECT name, (row_number() OVER () - 1)::INTEGER AS code
    FROM (SELECT DISTINCT ${column} AS name FROM events ${where})`);
  const names: string[] = [];
  for await (const [batch] of staging.stream(`SELECT name FROM ${column}_names ORDER BY code`)) {
    for (const name of batch) names.push(name as string);
  }
  return names;
}
