/** The event log: one row per event, numbered in order of arrival. */
import type { Event, EventLog, EventTypeCount } from '../contract/event-log.ts';
import { checkCount, checkEvents } from '../contract/validation.ts';
import type { Access } from './access.ts';
import { readInteractionLog } from './interaction-log.ts';
import type { LiveWriter } from './live-writer.ts';
import { createEventRules } from './meaning/event-rules.ts';
import { meaningReader } from './meaning/meaning-reader.ts';
import { createUserReads } from './meaning/user-reads.ts';
import { HORIZON, lastArrivalReader, seenBefore } from './visibility.ts';

type EventRow = { [name in keyof Required<Omit<Event, 'id'>>]: Event[name] | null } & {
  arrival: number;
  eventId: string | null;
};
interface EventBatch {
  arrival: number;
  batchSize: number;
  /** JSON array of event types, or null for all. */
  wanted: string | null;
}

/** Distinct ratings that are told. */
const MAX_RATINGS = 1000;

export function createEventLog(access: Access, writer: LiveWriter): EventLog {
  const { database, read, write } = access;
  const readMeanings = meaningReader(database);
  const selectEvents = (filter: string) =>
    database.prepare<EventBatch, EventRow>(`
      SELECT e.arrival, u.id AS user, i.id AS item, t.name AS type, e.timestamp, e.rating, e.surface, e.session, e.position, e.id AS eventId, e.request
      FROM events e JOIN users u ON u.row = e.user JOIN items i ON i.row = e.item JOIN event_types t ON t.type = e.type
      WHERE e.arrival > :arrival AND e.arrival < ${HORIZON} ${filter} ORDER BY e.arrival LIMIT :batchSize`);
  const all = selectEvents('');
  const ofTypes = selectEvents(
    'AND e.type IN (SELECT type FROM event_types WHERE name IN (SELECT value FROM json_each(:wanted)))',
  );
  const ofUser = createUserReads(database, readMeanings);
  const lastArrival = lastArrivalReader(database);
  const usersSince = database
    .prepare<[number], string>(`
      SELECT u.id FROM events e JOIN users u ON u.row = e.user
      WHERE e.arrival > ? AND e.arrival < ${HORIZON} AND e.type > 0 GROUP BY e.user ORDER BY min(e.arrival)`)
    .pluck();
  const typeCounts = database.prepare<[], EventTypeCount>(`
    SELECT t.name AS type, count(*) AS events, count(e.rating) AS rated
    FROM events e JOIN event_types t ON t.type = e.type
    WHERE e.arrival < ${HORIZON} GROUP BY e.type ORDER BY events DESC, t.name`);
  const ratingCounts = database.prepare<[], { rating: number; events: number }>(`
    SELECT rating, count(*) AS events FROM events
    WHERE type > 0 AND rating IS NOT NULL AND ${seenBefore('arrival')} GROUP BY rating ORDER BY rating LIMIT ${MAX_RATINGS}`);

  const lastTimestamp = database
    .prepare<[], number | null>(`SELECT max(timestamp) FROM events WHERE arrival < ${HORIZON}`)
    .pluck();

  return {
    async appendEvents(events) {
      checkEvents(events);
      return write(() => writer.putEvents(events));
    },

    async histories(users, limit) {
      checkCount('limit', limit, 0);
      return read(() => users.map((user) => (limit === 0 ? [] : ofUser.history(user, limit))));
    },

    async choices(users, limit) {
      checkCount('limit', limit, 0);
      return read(() => users.map((user) => (limit === 0 ? [] : ofUser.choices(user, limit))));
    },

    async usersSince(arrival) {
      return read(() => database.transaction(() => ({ users: usersSince.all(arrival), arrival: lastArrival() }))());
    },

    async negatives(users) {
      return read(() => users.map(ofUser.negatives));
    },

    async *events({ batchSize = 1000, types, after = -1 } = {}) {
      checkCount('batchSize', batchSize, 1);
      const wanted = types === undefined ? null : JSON.stringify(types);
      const select = wanted === null ? all : ofTypes;
      let arrival = after;
      for (;;) {
        const rows = read(() => select.all({ arrival, batchSize, wanted }));
        if (rows.length === 0) return;
        arrival = rows[rows.length - 1].arrival;
        yield rows.map(eventOf);
      }
    },

    async interactionLog({ types = false } = {}) {
      return read(() => readInteractionLog(database, readMeanings, { types }));
    },

    async lastTimestamp() {
      return read(() => lastTimestamp.get() ?? undefined);
    },

    async eventTypes() {
      return read(() => typeCounts.all());
    },

    async ratingCounts() {
      return read(() => ratingCounts.all());
    },

    ...createEventRules(access),
  };
}

function eventOf(row: EventRow): Event {
  const event: Event = { user: row.user!, item: row.item!, type: row.type!, timestamp: row.timestamp! };
  if (row.rating !== null) event.rating = row.rating;
  if (row.surface !== null) event.surface = row.surface;
  if (row.session !== null) event.session = row.session;
  if (row.position !== null) event.position = row.position;
  if (row.eventId !== null) event.id = row.eventId;
  if (row.request !== null) event.request = row.request;
  return event;
}
