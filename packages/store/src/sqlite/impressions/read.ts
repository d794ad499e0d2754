/**
 * The impression log from the tables, in batches. SQLite sorts on disk: first to attribute the
 * outcomes (attribute.ts), then by time. The memory is that of the ids and of one batch.
 */
import type { Database } from 'better-sqlite3';
import { checkOutcomes } from '../../contract/impressions/impression-checks.ts';
import { requestNumber } from '../../contract/impressions/impression-hash.ts';
import type { ImpressionBatch, ImpressionColumns, ImpressionNames } from '../../contract/impressions/impression-log.ts';
import { readIds } from '../interaction-log.ts';
import { HORIZON } from '../visibility.ts';
import { attributeAll, type Types } from './attribute.ts';

export interface Wanted {
  /** Names of event types; `undefined`: all but the impressions. */
  outcomes: readonly string[] | undefined;
  /** Names of event types; `undefined`: the passive ones. */
  impressions: readonly string[] | undefined;
  window: number;
  batchSize: number;
}

type Row = [
  user: number,
  item: number,
  timestamp: number,
  surface: string | null,
  position: number | null,
  request: string | null,
  mask: number | null,
];

/**
 * Reads inside one transaction of `database`, which nothing else may use meanwhile. Between batches
 * it yields `undefined` where the caller can let others work.
 */
export function* readImpressions(database: Database, wanted: Wanted): Generator<ImpressionBatch | undefined> {
  // The temporary table is written while a query runs. The two have no table in common.
  database.unsafeMode(true);
  database.exec('BEGIN');
  try {
    yield* readBatches(database, wanted);
  } finally {
    database.exec('COMMIT; DROP TABLE IF EXISTS temp.attributed; DROP TABLE IF EXISTS temp.chosen');
    database.unsafeMode(false);
  }
}

function* readBatches(database: Database, wanted: Wanted): Generator<ImpressionBatch | undefined> {
  const { types, outcomeNames, impressions } = typesOf(database, wanted);
  const users = readIds(database, 'users');
  const items = readIds(database, 'items');
  const unattributed = outcomeNames.map(() => 0);
  const names: ImpressionNames = {
    userIds: users.ids,
    itemIds: items.ids,
    surfaceNames: [],
    outcomeNames: [...outcomeNames],
    impressions,
    unattributed,
  };
  yield* attributeAll(database, types, wanted.window, unattributed);

  const rows = database
    .prepare<[], Row>(`
      SELECT user, item, timestamp, surface, position, request, mask
      FROM events LEFT JOIN temp.attributed USING (arrival)
      WHERE type IN (${types.impressions.join()}) AND arrival < ${HORIZON} ORDER BY timestamp, arrival`)
    .raw()
    .iterate();
  const surfaceOf = numbering(names.surfaceNames);
  let left = impressions;
  const nextBatch = (): ImpressionBatch => ({ ...createColumns(Math.min(wanted.batchSize, left)), names });
  let batch = nextBatch();
  let at = 0;
  for (const [user, item, timestamp, surface, position, request, mask] of rows) {
    batch.users[at] = users.indexOf[user];
    batch.items[at] = items.indexOf[item];
    batch.timestamps[at] = timestamp;
    batch.surfaces[at] = surface === null ? -1 : surfaceOf(surface);
    batch.positions[at] = position ?? -1;
    batch.requests[at] = request === null ? 0 : requestNumber(request);
    batch.outcomes[at] = mask ?? 0;
    if (++at < batch.users.length) continue;
    yield batch;
    left -= at;
    batch = nextBatch();
    at = 0;
  }
  // An empty log has names too.
  if (impressions === 0) yield batch;
}

/** The types that have events, and the number of impressions. */
function typesOf(
  database: Database,
  wanted: Wanted,
): { types: Types; outcomeNames: readonly string[]; impressions: number } {
  const stored = database
    .prepare<[], [type: number, name: string, events: number]>(`
      SELECT t.type, t.name, count(*) FROM events e JOIN event_types t ON t.type = e.type
      WHERE e.arrival < ${HORIZON} GROUP BY t.type ORDER BY t.name`)
    .raw()
    .all();
  // Passive types have negative numbers (schema.ts).
  const isImpression = (type: number, name: string) => wanted.impressions?.includes(name) ?? type < 0;
  const outcomeNames =
    wanted.outcomes ?? stored.filter(([type, name]) => !isImpression(type, name)).map(([, name]) => name);
  checkOutcomes(outcomeNames);
  const shown = stored.filter(([type, name]) => isImpression(type, name));
  const bits = new Map<number, number>();
  for (const [type, name] of stored) {
    if (outcomeNames.includes(name)) bits.set(type, outcomeNames.indexOf(name));
  }
  return {
    types: { impressions: shown.map(([type]) => type), bits },
    outcomeNames,
    impressions: shown.reduce((sum, [, , events]) => sum + events, 0),
  };
}

export function createColumns(rows: number): ImpressionColumns {
  return {
    users: new Int32Array(rows),
    items: new Int32Array(rows),
    timestamps: new Float64Array(rows),
    surfaces: new Int32Array(rows),
    positions: new Int32Array(rows),
    requests: new Float64Array(rows),
    outcomes: new Uint32Array(rows),
  };
}

/** Numbers names in the order in which they come, and adds them to `names`. */
function numbering(names: string[]): (name: string) => number {
  const numbers = new Map<string, number>();
  return (name) => {
    let number = numbers.get(name);
    if (number === undefined) {
      number = names.push(name) - 1;
      numbers.set(name, number);
    }
    return number;
  };
}
