/** Settings as one JSON text per key. */
import type { Settings } from '../contract/settings.ts';
import { errors } from '../errors.ts';
import type { Access } from './access.ts';

export function createSettings({ database, read, write }: Access): Settings {
  const get = database.prepare<[string], string>('SELECT value FROM settings WHERE key = ?').pluck();
  const set = database.prepare('INSERT OR REPLACE INTO settings (key, value) VALUES (?, ?)');
  const add = database.prepare('INSERT OR IGNORE INTO settings (key, value) VALUES (?, ?)');
  const replace = database.prepare('UPDATE settings SET value = ? WHERE key = ? AND value = ?');

  function jsonOf(key: string, value: unknown): string {
    const json = JSON.stringify(value);
    if (json === undefined)
      throw errors.STORE_ARGUMENT({ name: `setting ${key}`, value, expected: 'a value that JSON can represent' });
    return json;
  }

  return {
    async getSetting<T>(key: string) {
      const value = read(() => get.get(key));
      return value === undefined ? undefined : (JSON.parse(value) as T);
    },

    async setSetting(key, value) {
      const json = jsonOf(key, value);
      await write(() => set.run(key, json));
    },

    async replaceSetting(key, expected, value) {
      const json = jsonOf(key, value);
      const { changes } = await write(() =>
        expected === undefined ? add.run(key, json) : replace.run(json, key, jsonOf(key, expected)),
      );
      return changes > 0;
    },
  };
}
