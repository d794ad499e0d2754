/** What single users chose and what they do not want, from the index `histories` alone. */
import type { Database, Statement } from 'better-sqlite3';
import type { Choice } from '../../contract/event-log.ts';
import { seenBefore } from '../visibility.ts';
import type { Meanings } from './meaning-reader.ts';

export interface UserReads {
  /** The items of the last `limit` positive events, oldest first. */
  history(user: string, limit: number): string[];
  /** The same events. */
  choices(user: string, limit: number): Choice[];
  /** The items whose last positive or negative event is negative, by the time of that event. */
  negatives(user: string): string[];
}

interface Statements {
  history: Statement<[string, number], string>;
  choices: Statement<[string, number], { item: string; type: number; arrival: number }>;
  negatives: Statement<[string], string>;
}

export function createUserReads(database: Database, readMeanings: () => Meanings): UserReads {
  let prepared: Statements | undefined;
  let preparedFor: Meanings | undefined;

  function statements(meanings: Meanings): Statements {
    if (prepared === undefined || preparedFor !== meanings) {
      prepared = prepare(database, meanings);
      preparedFor = meanings;
    }
    return prepared;
  }

  return {
    history: (user, limit) => statements(readMeanings()).history.all(user, limit).reverse(),
    choices(user, limit) {
      const meanings = readMeanings();
      const found = statements(meanings).choices.all(user, limit).reverse();
      return found.map(({ item, type, arrival }) => ({ item, weight: meanings.weightOf(type), arrival }));
    },
    negatives(user) {
      const meanings = readMeanings();
      return meanings.haveNegative ? statements(meanings).negatives.all(user) : [];
    },
  };
}

function prepare(database: Database, { positive, negative }: Meanings): Statements {
  const ofUser = `user = (SELECT row FROM users WHERE id = ?) AND type > 0 AND ${seenBefore('arrival')}`;
  return {
    history: database
      .prepare<[string, number], string>(`
        SELECT i.id FROM events e JOIN items i ON i.row = e.item
        WHERE ${ofUser} AND ${positive}
        ORDER BY e.timestamp DESC, e.arrival DESC LIMIT ?`)
      .pluck(),
    choices: database.prepare(`
        SELECT i.id AS item, e.type, e.arrival FROM events e JOIN items i ON i.row = e.item
        WHERE ${ofUser} AND ${positive}
        ORDER BY e.timestamp DESC, e.arrival DESC LIMIT ?`),
    negatives: database
      .prepare<[string], string>(`
        WITH own AS MATERIALIZED (
          SELECT item, row_number() OVER (ORDER BY timestamp, arrival) AS at, (${negative}) AS negative
          FROM events WHERE ${ofUser} AND (${positive} OR ${negative})
        )
        SELECT i.id FROM own JOIN items i ON i.row = own.item
        GROUP BY own.item HAVING max(CASE WHEN negative THEN at END) = max(at)
        ORDER BY max(at)`)
      .pluck(),
  };
}
