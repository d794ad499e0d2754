/**
 * The outcomes of all impressions, as rows of a temporary table that lies on disk: the events are
 * sorted by user and item, so that memory holds one pair at a time.
 */
import type { Database } from 'better-sqlite3';
import { type Attributable, attributeOutcomes } from '../../contract/impressions/attribution.ts';
import { HORIZON } from '../visibility.ts';

/** Rows between two pauses. */
const PAUSE = 20_000;

/** Types of events as they are numbered in the tables. */
export interface Types {
  impressions: readonly number[];
  /** The bit of each type of outcome. */
  bits: ReadonlyMap<number, number>;
}

type Row = [user: number, item: number, timestamp: number, arrival: number, type: number, request: string | null];

interface Pair {
  user: number;
  item: number;
  impressions: Attributable[];
  outcomes: (Attributable & { bit: number })[];
}

/**
 * Fills `temp.attributed (arrival, mask)` with the impressions that have outcomes. Yields between
 * steps, so that the caller can let others work.
 * @param unattributed counts, for each bit, the outcomes without an impression
 */
export function* attributeAll(
  database: Database,
  { impressions, bits }: Types,
  window: number,
  unattributed: number[],
): Generator<undefined> {
  const outcomes = [...bits.keys()];
  database.exec(`
    CREATE TEMP TABLE attributed (arrival INTEGER PRIMARY KEY, mask INTEGER NOT NULL) STRICT;
    CREATE TEMP TABLE chosen (user INTEGER, item INTEGER, PRIMARY KEY (user, item)) WITHOUT ROWID, STRICT;
    INSERT OR IGNORE INTO chosen SELECT user, item FROM events
    WHERE type IN (${outcomes.join()}) AND arrival < ${HORIZON} ORDER BY user, item`);
  yield;
  const put = database.prepare('INSERT INTO attributed (arrival, mask) VALUES (?, ?)');
  // Most impressions have no outcome, and need not be sorted. The plus sign keeps SQLite from using
  // an index that lacks half of the columns.
  const rows = database
    .prepare<[], Row>(`
      SELECT user, item, timestamp, arrival, type, request FROM events
      WHERE +type IN (${[...impressions, ...outcomes].join()}) AND arrival < ${HORIZON}
        AND (user, item) IN (SELECT user, item FROM chosen)
      ORDER BY user, item, timestamp, arrival`)
    .raw()
    .iterate();

  const settle = ({ impressions, outcomes }: Pair) => {
    const masks = new Map<number, number>();
    for (const [o, index] of attributeOutcomes(impressions, outcomes, window).entries()) {
      const { bit } = outcomes[o];
      if (index < 0) unattributed[bit]++;
      else masks.set(index, (masks.get(index) ?? 0) | (1 << bit));
    }
    for (const [index, mask] of masks) put.run(impressions[index].arrival, mask >>> 0);
  };
  let pair: Pair | undefined;
  let read = 0;
  for (const [user, item, timestamp, arrival, type, request] of rows) {
    if (pair?.user !== user || pair.item !== item) {
      if (pair !== undefined) settle(pair);
      pair = { user, item, impressions: [], outcomes: [] };
    }
    const bit = bits.get(type);
    if (bit === undefined) pair.impressions.push({ timestamp, arrival, request });
    else pair.outcomes.push({ timestamp, arrival, request, bit });
    if (++read % PAUSE === 0) yield;
  }
  if (pair !== undefined) settle(pair);
}
