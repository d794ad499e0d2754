/**
 * The event rules as one setting. A type that was passive when it first came has a negative number
 * and is in no history; if it gets a role that counts, its events are renumbered once.
 */
import type { Database } from 'better-sqlite3';
import { checkEventRules, type EventRules, eventMeaning } from '../../contract/meaning/event-meaning.ts';
import { errors } from '../../errors.ts';
import type { Access } from '../access.ts';
import { pendingImportReader } from '../visibility.ts';

const KEY = 'eventRules';

/** Reads the rules; empty if none were set. */
export function eventRulesReader(database: Database): () => EventRules {
  const get = database.prepare<[string], string>('SELECT value FROM settings WHERE key = ?').pluck();
  return () => JSON.parse(get.get(KEY) ?? '{}');
}

export function createEventRules({ database, path, read, write }: Access) {
  const readRules = eventRulesReader(database);
  const set = database.prepare('INSERT OR REPLACE INTO settings (key, value) VALUES (?, ?)');
  const passiveTypes = database.prepare<[], { type: number; name: string }>(
    'SELECT type, name FROM event_types WHERE type < 0',
  );
  const readPendingImport = pendingImportReader(database);
  const putType = database.prepare('INSERT INTO event_types (type, name) VALUES (?, ?)');
  const moveEvents = database.prepare('UPDATE events SET type = ? WHERE type = ?');
  const removeType = database.prepare('DELETE FROM event_types WHERE type = ?');
  const renameType = database.prepare('UPDATE event_types SET name = ? WHERE type = ?');
  const nextType = database.prepare<[], number>('SELECT 1 + coalesce(max(type), 0) FROM event_types').pluck();

  return {
    async eventRules(): Promise<EventRules> {
      return read(readRules);
    },

    async setEventRules(rules: EventRules): Promise<void> {
      checkEventRules(rules);
      await write(() => {
        for (const { type, name } of passiveTypes.all()) {
          const { role } = eventMeaning(name, rules);
          if (role !== 'positive' && role !== 'negative') continue;
          // An import remembers the numbers of types.
          if (readPendingImport()?.isCommitted === false) throw errors.STORE_BUSY({ path, waitedMs: 0 });
          const to = Math.max(1, nextType.get()!);
          // Names are unique, so the new number gets its name last.
          putType.run(to, `${name}\n`);
          moveEvents.run(to, type);
          removeType.run(type);
          renameType.run(name, to);
        }
        set.run(KEY, JSON.stringify(rules));
      });
    },
  };
}
