/** Settings as one JSON text per key. */
import type { Settings } from '../contract/settings.ts';
import { errors } from '../errors.ts';
import type { Access } from './access.ts';

export function createSettings({ database, read, write }: Access): Settings {
  const get = database.prepare<[string], string>('SELECT value FROM settings WHERE key = ?').pluck();
  const set = database.prepare('INSERT OR REPLACE INTO settings (key, value) VALUES (?, ?)');
  return {
    async getSetting<T>(key: string) {
      const value = read(() => get.get(key));
      return value === undefined ? undefined : (JSON.parse(value) as T);
    },

    async setSetting(key, value) {
      const json = JSON.stringify(value);
      if (json === undefined) {
        throw errors.STORE_ARGUMENT({ name: `setting ${key}`, value, expected: 'a value that JSON can represent' });
      }
      await write(() => set.run(key, json));
    },
  };
}
