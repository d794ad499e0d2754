/**
 * The k-core of an event log. Users and items with too few events are removed repeatedly until all
 * that remain have enough of what remains. The largest such subset is unique, so the order of
 * removal does not matter. Passive events (an item was shown, not chosen) do not count; they are
 * removed with their user or item.
 */
import { PASSIVE_EVENT_TYPES } from '@lorekeep/store';
import { literal, type Staging } from '../staging.ts';

/** Makes the tables `core (user, item)`, `kept_users (id)` and `kept_items (id)` from `events`. */
export async function findCore(staging: Staging, minUserEvents: number, minItemEvents: number): Promise<void> {
  const passive = PASSIVE_EVENT_TYPES.map(literal).join(', ');
  await staging.run(`
    CREATE TABLE core AS SELECT user, item FROM events WHERE type NOT IN (${passive})
    UNION ALL SELECT user, item FROM (
      SELECT user, item, unnest(range(bit_count(mask)::BIGINT)) FROM events WHERE mask > 0)`);
  for (let before = -1, after = -2; before !== after; ) {
    before = await staging.number('SELECT count(*) FROM core');
    for (const [column, minimum] of [
      ['user', minUserEvents],
      ['item', minItemEvents],
    ] as const) {
      if (minimum <= 1) continue;
      await staging.run(
        `CREATE OR REPLACE TABLE core AS SELECT * FROM core
         WHERE ${column} IN (SELECT ${column} FROM core GROUP BY ${column} HAVING count(*) >= ${minimum})`,
      );
    }
    after = await staging.number('SELECT count(*) FROM core');
  }
  for (const column of ['user', 'item']) {
    await staging.run(`CREATE TABLE kept_${column}s AS SELECT DISTINCT ${column} AS id FROM core`);
  }
}
