/** The attributes of users as rows. Each call must run inside a transaction. */
import type { Database } from 'better-sqlite3';
import type { UserRecord } from '../../contract/users.ts';

export interface AttributeWriter {
  /** Replaces the attributes of a user. */
  put(row: number, user: UserRecord): void;
  /** Keeps what readers see of a user that the running import changes, if it is not kept already. */
  keepOriginal(row: number): void;
  /** Keeps that readers see no attributes, if the running import has put some. */
  hide(row: number): void;
  /** Changes what readers see until the running import commits; false if it has put no attributes. */
  changeOriginal(row: number, user: UserRecord): boolean;
}

export function createAttributeWriter(database: Database): AttributeWriter {
  const put = database.prepare('INSERT OR REPLACE INTO user_attributes (user, attributes) VALUES (?, ?)');
  const remove = database.prepare('DELETE FROM user_attributes WHERE user = ?');
  const keep = database.prepare(`
    INSERT OR IGNORE INTO user_attribute_originals (user, attributes)
    VALUES (:row, (SELECT attributes FROM user_attributes WHERE user = :row))`);
  const hide = database.prepare(`
    INSERT OR IGNORE INTO user_attribute_originals (user, attributes)
    SELECT user, NULL FROM user_attributes WHERE user = ?`);
  const change = database.prepare('UPDATE user_attribute_originals SET attributes = ? WHERE user = ?');
  return {
    put(row, user) {
      const json = jsonOf(user);
      if (json === null) remove.run(row);
      else put.run(row, json);
    },
    keepOriginal: (row) => void keep.run({ row }),
    hide: (row) => void hide.run(row),
    changeOriginal: (row, user) => change.run(jsonOf(user), row).changes > 0,
  };
}

/** `null` if there are none: no attributes and an empty object are the same. */
function jsonOf({ attributes = {} }: UserRecord): string | null {
  return Object.keys(attributes).length === 0 ? null : JSON.stringify(attributes);
}
