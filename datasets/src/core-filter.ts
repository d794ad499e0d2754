/**
 * The k-core of an event log: users with fewer than so many events and items with fewer than so many are left out, again and
 * again, until all that remain have enough of what remains. The largest such subset is unique, so the order of removal
 * does not matter. Passive events (shown is not chosen) do not count, and leave with their user or item.
 */
import { PASSIVE_EVENT_TYPES } from '@lorekeep/store';
import { literal, type Staging } from './staging.ts';

/** Makes the tables `kept_users (id)` and, if `minItemEvents` > 0, `kept_items (id)`. */
export async function findCore(staging: Staging, minUserEvents: number, minItemEvents: number): Promise<void> {
  const passive = PASSIVE_EVENT_TYPES.map(literal).join(', ');
  await staging.run(`CREATE TABLE core AS SELECT user, item FROM events WHERE type NOT IN (${passive})`);
  for (let before = -1, after = -2; before !== after; ) {
    before = await staging.number('SELECT count(*) FROM core');
    for (const [column, least] of [
      ['user', minUserEvents],
      ['item', minItemEvents],
    ] as const) {
      if (least <= 1) continue;
      await staging.run(
        `CREATE OR REPLACE TABLE core AS SELECT * FROM core
         WHERE ${column} IN (SELECT ${column} FROM core GROUP BY ${column} HAVING count(*) >= ${least})`,
      );
    }
    after = await staging.number('SELECT count(*) FROM core');
  }
  const kept = (column: 'user' | 'item') => `CREATE TABLE kept_${column}s AS SELECT DISTINCT ${column} AS id FROM core`;
  await staging.run(kept('user'));
  await staging.run(kept('item'));
}
