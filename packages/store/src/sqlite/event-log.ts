/** The event log: one row per event, numbered in order of arrival. */
import type { Event, EventLog } from '../contract/event-log.ts';
import { checkCount, checkEvents } from '../contract/validation.ts';
import type { Access } from './access.ts';
import { readInteractionLog } from './interaction-log.ts';
import type { LiveWriter } from './live-writer.ts';
import { HORIZON } from './visibility.ts';

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

export function createEventLog({ database, read, write }: Access, writer: LiveWriter): EventLog {
  const selectEvents = (filter: string) =>
    database.prepare<EventBatch, EventRow>(`
      SELECT e.arrival, u.id AS user, i.id AS item, t.name AS type, e.timestamp, e.rating, e.surface, e.session, e.position, e.id AS eventId, e.request
      FROM events e JOIN users u ON u.row = e.user JOIN items i ON i.row = e.item JOIN event_types t ON t.type = e.type
      WHERE e.arrival > :arrival AND e.arrival < ${HORIZON} ${filter} ORDER BY e.arrival LIMIT :batchSize`);
  const all = selectEvents('');
  const ofTypes = selectEvents(
    'AND e.type IN (SELECT type FROM event_types WHERE name IN (SELECT value FROM json_each(:wanted)))',
  );
  // The plus sign keeps SQLite from reading all events by arrival instead of the user's by the
  // index `histories`.
  const history = database
    .prepare<[string, number], string>(`
      SELECT i.id FROM events e JOIN items i ON i.row = e.item
      WHERE e.user = (SELECT row FROM users WHERE id = ?) AND e.type > 0 AND +e.arrival < ${HORIZON}
      ORDER BY e.timestamp DESC, e.arrival DESC LIMIT ?`)
    .pluck();

  return {
    async appendEvents(events) {
      checkEvents(events);
      return write(() => writer.putEvents(events));
    },

    async histories(users, limit) {
      checkCount('limit', limit, 0);
      return read(() => users.map((user) => (limit === 0 ? [] : history.all(user, limit).reverse())));
    },

    async *events({ batchSize = 1000, types } = {}) {
      checkCount('batchSize', batchSize, 1);
      const wanted = types === undefined ? null : JSON.stringify(types);
      const select = wanted === null ? all : ofTypes;
      let arrival = -1;
      for (;;) {
        const rows = read(() => select.all({ arrival, batchSize, wanted }));
        if (rows.length === 0) return;
        arrival = rows[rows.length - 1].arrival;
        yield rows.map(eventOf);
      }
    },

    async interactionLog() {
      return read(() => readInteractionLog(database));
    },
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
