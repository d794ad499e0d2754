/**
 * How events become rows, for live writes and imports alike. Each put must run inside a
 * transaction.
 */
import type { Database } from 'better-sqlite3';
import type { Event } from '../contract/event-log.ts';
import { eventMeaning } from '../contract/meaning/event-meaning.ts';
import { errors } from '../errors.ts';
import { eventRulesReader } from './meaning/event-rules.ts';

/** Known ids per table before a map is emptied: bounds an import's memory to about 100 MB. */
const REMEMBERED_IDS = 1_000_000;

const COLUMNS = ['user', 'item', 'type', 'timestamp', 'rating', 'surface', 'session', 'position'];

export interface EventRows {
  /** The row of an item that events may name. */
  itemRow(id: string): number | undefined;
  /** The row of a user, created if necessary. */
  userRow(id: string): number;
  nextArrival(): number;
  /**
   * Whether an event with the id of a stored one is to be added without its id, because it replaces
   * the stored one later. Default: none is.
   */
  replacesLater?(id: string, arrival: number): boolean;
  /** Events with at least this number cannot be seen by readers of the same transaction. */
  hiddenFrom(): number;
}

export interface EventWriter {
  /**
   * @param firstIndex index of `events[0]` in the caller's batch, for errors
   * @returns the number of events added
   */
  put(events: readonly Event[], firstIndex: number): number;
  /**
   * Forgets the rows of all ids. Necessary after a rollback, and if another connection may have
   * written.
   */
  forget(): void;
}

export function createEventWriter(database: Database, rows: EventRows): EventWriter {
  const columns = COLUMNS.join(', ');
  const typeRow = database.prepare<[string], number>('SELECT type FROM event_types WHERE name = ?').pluck();
  const nextType = database
    .prepare<[number], number>('SELECT 1 + coalesce(max(abs(type)), 0) FROM event_types WHERE sign(type) = ?')
    .pluck();
  const readRules = eventRulesReader(database);
  const putType = database.prepare('INSERT INTO event_types (type, name) VALUES (?, ?)');
  const putEvent = database.prepare(`
    INSERT INTO events (arrival, ${columns}) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)`);
  // An event of the running import with the same id is not seen yet: this one replaces it.
  const putEventWithId = database.prepare(`
    INSERT INTO events (arrival, ${columns}, id, request) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
    ON CONFLICT (id) WHERE id IS NOT NULL DO UPDATE SET arrival = excluded.arrival,
      ${[...COLUMNS, 'request'].map((column) => `${column} = excluded.${column}`).join(', ')}
    WHERE arrival >= ?`);

  function createType(name: string): number {
    const sign = eventMeaning(name, readRules()).role === 'passive' ? -1 : 1;
    const type = sign * nextType.get(sign)!;
    putType.run(type, name);
    return type;
  }

  const items = remember(rows.itemRow);
  const users = remember(rows.userRow);
  const types = remember((name) => typeRow.get(name) ?? createType(name));

  return {
    put(events, firstIndex) {
      let added = 0;
      for (let i = 0; i < events.length; i++) {
        const event = events[i];
        // The item first: an event of an unknown item must not create its user.
        const item = items.get(event.item);
        if (item === undefined) throw errors.EVENT_UNKNOWN_ITEM({ index: firstIndex + i, item: event.item });
        const values: [number, ...(string | number | null)[]] = [
          rows.nextArrival(),
          users.get(event.user)!,
          item,
          types.get(event.type)!,
          event.timestamp,
          event.rating ?? null,
          event.surface ?? null,
          event.session ?? null,
          event.position ?? null,
        ];
        if (event.id === undefined && event.request === undefined) added += putEvent.run(...values).changes;
        else {
          const put = (id: string | undefined) =>
            putEventWithId.run(...values, id ?? null, event.request ?? null, rows.hiddenFrom()).changes;
          const { id } = event;
          let changes = put(id);
          if (changes === 0 && id !== undefined && rows.replacesLater?.(id, values[0])) changes = put(undefined);
          added += changes;
        }
      }
      return added;
    },
    forget() {
      items.clear();
      users.clear();
      types.clear();
    },
  };
}

/** Finds each row once: a log names the same user in many lines. */
function remember(find: (id: string) => number | undefined) {
  const known = new Map<string, number>();
  return {
    get(id: string): number | undefined {
      const remembered = known.get(id);
      if (remembered !== undefined) return remembered;
      const row = find(id);
      if (row === undefined) return undefined;
      if (known.size >= REMEMBERED_IDS) known.clear();
      known.set(id, row);
      return row;
    },
    clear: () => known.clear(),
  };
}
