/**
 * How items and events become rows. The same statements serve a single call and a whole import; each function must run
 * inside a transaction of its connection. Repeated ids are looked up once: a log names the same user in many lines.
 */
import type { Database } from 'better-sqlite3';
import type { Item } from '../contract/catalogue.ts';
import { type Event, PASSIVE_EVENT_TYPES } from '../contract/event-log.ts';
import { checkEvents, checkItems } from '../contract/validation.ts';
import { errors } from '../errors.ts';

/** Known ids per table before a map is emptied and filled anew: bounds an import's memory to some 100 MB. */
const REMEMBERED_IDS = 1_000_000;

export interface Writer {
  putItems(items: readonly Item[]): void;
  putEvents(events: readonly Event[]): void;
  /** Drops remembered rows: needed after a rollback, and between transactions. */
  forget(): void;
}

export function createWriter(database: Database): Writer {
  const putItem = database.prepare(`
    INSERT INTO items (row, id, title, brand, categories, description, price, fields)
    VALUES ((SELECT coalesce(max(row) + 1, 0) FROM items), ?, ?, ?, ?, ?, ?, ?)
    ON CONFLICT (id) DO UPDATE SET title = excluded.title, brand = excluded.brand, categories = excluded.categories,
      description = excluded.description, price = excluded.price, fields = excluded.fields`);
  const itemRow = database.prepare<[string], number>('SELECT row FROM items WHERE id = ?').pluck();
  const userRow = database.prepare<[string], number>('SELECT row FROM users WHERE id = ?').pluck();
  const nextUser = database.prepare<[], number>('SELECT coalesce(max(row) + 1, 0) FROM users').pluck();
  const putUser = database.prepare('INSERT INTO users (row, id) VALUES (?, ?)');
  const typeRow = database.prepare<[string], number>('SELECT type FROM event_types WHERE name = ?').pluck();
  const nextType = database
    .prepare<[number], number>('SELECT 1 + count(*) FROM event_types WHERE sign(type) = ?')
    .pluck();
  const putType = database.prepare('INSERT INTO event_types (type, name) VALUES (?, ?)');
  const putEvent = database.prepare(`
    INSERT INTO events (user, item, type, timestamp, rating, surface, session, position)
    VALUES (?, ?, ?, ?, ?, ?, ?, ?)`);

  const items = new Map<string, number>();
  const users = new Map<string, number>();
  const types = new Map<string, number>();

  function remember(map: Map<string, number>, id: string, row: number): number {
    if (map.size >= REMEMBERED_IDS) map.clear();
    map.set(id, row);
    return row;
  }

  function userOf(id: string): number {
    const known = users.get(id) ?? userRow.get(id);
    if (known !== undefined) return remember(users, id, known);
    const row = nextUser.get()!;
    putUser.run(row, id);
    return remember(users, id, row);
  }

  function itemOf(id: string, index: number): number {
    const known = items.get(id) ?? itemRow.get(id);
    if (known === undefined) throw errors.EVENT_UNKNOWN_ITEM({ index, item: id });
    return remember(items, id, known);
  }

  function typeOf(name: string): number {
    const known = types.get(name) ?? typeRow.get(name);
    if (known !== undefined) return remember(types, name, known);
    const sign = PASSIVE_EVENT_TYPES.includes(name) ? -1 : 1;
    const type = sign * nextType.get(sign)!;
    putType.run(type, name);
    return remember(types, name, type);
  }

  return {
    putItems(batch) {
      checkItems(batch);
      for (const item of batch) {
        putItem.run(
          item.id,
          item.title ?? null,
          item.brand ?? null,
          item.categories === undefined ? null : JSON.stringify(item.categories),
          item.description ?? null,
          item.price ?? null,
          item.fields === undefined ? null : JSON.stringify(item.fields),
        );
      }
    },
    putEvents(batch) {
      checkEvents(batch);
      for (let i = 0; i < batch.length; i++) {
        const event = batch[i];
        // The item first: an event for an unknown one must not leave its user behind.
        const item = itemOf(event.item, i);
        putEvent.run(
          userOf(event.user),
          item,
          typeOf(event.type),
          event.timestamp,
          event.rating ?? null,
          event.surface ?? null,
          event.session ?? null,
          event.position ?? null,
        );
      }
    },
    forget() {
      items.clear();
      users.clear();
      types.clear();
    },
  };
}
