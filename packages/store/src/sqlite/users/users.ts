/** The users: one row per user, and one per user with attributes. */
import type { UserRecord, Users } from '../../contract/users.ts';
import { checkCount, checkUsers } from '../../contract/validation.ts';
import type { Access } from '../access.ts';
import type { LiveWriter } from '../live-writer.ts';
import { HORIZON, ORIGINALS_COUNT } from '../visibility.ts';

interface UserRow {
  place: number;
  id: string;
  attributes: string | null;
}

const SELECT_USERS = `
  SELECT u.place, u.id, iif(o.user IS NULL, a.attributes, o.attributes) AS attributes
  FROM users u LEFT JOIN user_attributes a ON a.user = u.row
    LEFT JOIN user_attribute_originals o ON o.user = u.row AND ${ORIGINALS_COUNT}
  WHERE u.place < ${HORIZON}`;

export function createUsers({ database, read, write }: Access, writer: LiveWriter): Users {
  const one = database.prepare<[string], UserRow>(`${SELECT_USERS} AND u.id = ?`);
  const batch = database.prepare<[number, number], UserRow>(`${SELECT_USERS} AND u.place > ? ORDER BY u.place LIMIT ?`);
  return {
    async upsertUsers(users) {
      checkUsers(users);
      await write(() => writer.putUsers(users));
    },

    async getUsers(ids) {
      return read(() =>
        ids.map((id) => {
          const row = one.get(id);
          return row && userOf(row);
        }),
      );
    },

    async *users({ batchSize = 1000 } = {}) {
      checkCount('batchSize', batchSize, 1);
      let place = -1;
      for (;;) {
        const rows = read(() => batch.all(place, batchSize));
        if (rows.length === 0) return;
        place = rows[rows.length - 1].place;
        yield rows.map(userOf);
      }
    },
  };
}

function userOf({ id, attributes }: UserRow): UserRecord {
  return attributes === null ? { id } : { id, attributes: JSON.parse(attributes) as UserRecord['attributes'] };
}
