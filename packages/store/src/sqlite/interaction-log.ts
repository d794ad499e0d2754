/**
 * All histories as typed arrays. Events come in small batches straight from the index `histories`,
 * already in order, and go into arrays of the final size: a million events take about 16 MB and
 * half a second, without an object per event.
 */
import type { Database } from 'better-sqlite3';
import type { InteractionLog, NegativeEvents } from '../contract/event-log.ts';
import { fingerprintOf } from '../contract/log-fingerprint.ts';
import type { Meanings } from './meaning/meaning-reader.ts';
import { deletionsReader, HORIZON, lastArrivalReader, seenBefore } from './visibility.ts';

/**
 * Rows per read: enough to hide the cost of the call, few enough that the rows stay cheap to
 * collect.
 */
const BATCH = 4096;

interface Wanted {
  /** With the type of each event. */
  types: boolean;
}

/** Reads in one transaction, so that writes of others meanwhile do not change the result. */
export function readInteractionLog(database: Database, readMeanings: () => Meanings, wanted: Wanted): InteractionLog {
  return database.transaction(() => {
    const meanings = readMeanings();
    const items = readIds(database, 'items');
    const users = readIds(database, 'users');
    const found = readEvents(database, items, users, meanings, wanted);
    const histories = inOrderOfUsers(found.histories, users);
    const negatives = found.negatives && inOrderOfUsers(found.negatives, users);
    const log = {
      itemIds: items.ids,
      userIds: users.ids,
      ...histories,
      ...(negatives === undefined ? {} : { negatives }),
    };
    const { types, ...rest } = log;
    const named = types === undefined ? rest : { ...rest, types: typesOf(types, meanings) };
    return {
      ...named,
      fingerprint: fingerprintOf(named),
      deletions: deletionsReader(database)(),
      lastArrival: lastArrivalReader(database)(),
    };
  })();
}

/** Numbers of types as indexes of their names. */
function typesOf(types: Int32Array, { names }: Meanings): InteractionLog['types'] {
  const places = new Map([...names.keys()].map((type, at) => [type, at]));
  return { names: [...names.values()], of: Uint16Array.from(types, (type) => places.get(type)!) };
}

export interface Ids {
  /** In order of first arrival. */
  ids: string[];
  /** Row in the table → index in `ids`. */
  indexOf: Int32Array;
  /** Index in `ids` → row in the table. */
  rows: Int32Array;
}

export function readIds(database: Database, table: 'items' | 'users'): Ids {
  const found = database
    .prepare<[], [number, string]>(`SELECT row, id FROM ${table} WHERE place < ${HORIZON} ORDER BY place`)
    .raw()
    .all();
  const rows = Int32Array.from(found, ([row]) => row);
  const indexOf = new Int32Array(rows.reduce((most, row) => Math.max(most, row + 1), 0));
  for (let index = 0; index < rows.length; index++) indexOf[rows[index]] = index;
  return { ids: found.map(([, id]) => id), indexOf, rows };
}

type Histories = Pick<InteractionLog, 'offsets' | 'items' | 'timestamps' | 'weights'> & { types?: Int32Array };

interface FoundEvents {
  histories: Histories;
  /** Absent if there are none. */
  negatives?: NegativeEvents;
}

/**
 * Events one user after another in order of the users' rows; `offsets[u + 1]` is the number of user
 * `u`'s.
 */
function readEvents(
  database: Database,
  itemIds: Ids,
  userIds: Ids,
  meanings: Meanings,
  { types: wantsTypes }: Wanted,
): FoundEvents {
  const visible = `type > 0 AND ${seenBefore('arrival')}`;
  const countOf = (condition: string) =>
    database.prepare<[], number>(`SELECT count(*) FROM events WHERE ${visible} AND ${condition}`).pluck().get()!;
  const count = countOf(meanings.positive);
  const negativeCount = meanings.haveNegative ? countOf(meanings.negative) : 0;
  const users = userIds.ids.length;
  const histories: Histories = {
    offsets: new Uint32Array(users + 1),
    items: new Int32Array(count),
    timestamps: new Float64Array(count),
    ...(meanings.haveWeights ? { weights: new Float32Array(count) } : {}),
    ...(wantsTypes ? { types: new Int32Array(count) } : {}),
  };
  const negatives: NegativeEvents = {
    offsets: new Uint32Array(users + 1),
    items: new Int32Array(negativeCount),
    positions: new Uint32Array(negativeCount),
  };
  const isPlain = meanings.areAllPlain && !wantsTypes;
  const next = database
    .prepare<[number, number, number], [number, number, number, number, number, number | null]>(`
      SELECT user, timestamp, arrival, item${isPlain ? '' : ', type, rating'} FROM events
      WHERE ${visible} AND (user, timestamp, arrival) > (?, ?, ?)
      ORDER BY user, timestamp, arrival LIMIT ${BATCH}`)
    .raw();
  let at = 0;
  let negativeAt = 0;
  let last: [number, number, number] = [-1, 0, 0];
  while (at < count || negativeAt < negativeCount) {
    const rows = next.all(...last);
    for (const [user, timestamp, , item, type, rating] of rows) {
      const index = userIds.indexOf[user];
      const role = isPlain ? 'positive' : meanings.roleOf(type, rating);
      if (role === 'positive') {
        histories.offsets[index + 1]++;
        histories.items[at] = itemIds.indexOf[item];
        if (histories.weights !== undefined) histories.weights[at] = meanings.weightOf(type);
        if (histories.types !== undefined) histories.types[at] = type;
        histories.timestamps[at++] = timestamp;
      } else if (role === 'negative') {
        negatives.offsets[index + 1]++;
        negatives.items[negativeAt] = itemIds.indexOf[item];
        negatives.positions[negativeAt++] = histories.offsets[index + 1];
      }
    }
    const [user, timestamp, arrival] = rows[rows.length - 1];
    last = [user, timestamp, arrival];
  }
  return negativeCount === 0 ? { histories } : { histories, negatives };
}

type PerUser = { offsets: Uint32Array } & Partial<
  Record<
    'items' | 'timestamps' | 'weights' | 'types' | 'positions',
    Int32Array | Float32Array | Float64Array | Uint32Array
  >
>;

/**
 * Moves the events into the order of `userIds`, which differs from that of rows if a user came during
 * an import.
 */
function inOrderOfUsers<Events extends PerUser>({ offsets, ...arrays }: Events, { rows, indexOf }: Ids): Events {
  const lengths = offsets.slice(1);
  for (let user = 0; user < lengths.length; user++) offsets[user + 1] += offsets[user];
  if (rows.every((row, index) => index === 0 || row > rows[index - 1])) return { offsets, ...arrays } as Events;

  const inOrder = rows.toSorted();
  const moved = Object.entries(arrays).map(([name, array]) => {
    const result = array.slice();
    let from = 0;
    for (const row of inOrder) {
      const user = indexOf[row];
      result.set(array.subarray(from, from + lengths[user]), offsets[user]);
      from += lengths[user];
    }
    return [name, result];
  });
  return { offsets, ...Object.fromEntries(moved) };
}
