/**
 * From a record of another program's event log to events. One record can hold several items, as a
 * list that was shown or an order, and becomes one event for each. Nothing disappears: what is no
 * event is either a name that says nothing of items, which is counted, or a problem.
 */
import { createHash } from 'node:crypto';
import { checkDescription, isObject, type MappingDescription } from './description.ts';
import { type Read, reader } from './paths.ts';

/** An event as the store takes it; its time is still in the form of the source. */
export interface MappedEvent {
  id?: string;
  user: string;
  item: string;
  type: string;
  timestamp?: number | string;
  rating?: number;
  surface?: string;
  session?: string;
  request?: string;
  position?: number;
}

/** What one line is. */
export interface Mapped {
  events: MappedEvent[];
  /** Names of events that say nothing of a single item, or that the mapping does not have. */
  ignored: IgnoredName[];
  /** Why parts of the line are no events. */
  problems: string[];
}

export interface IgnoredName {
  name: string;
  /** Whether the mapping has the name. */
  known: boolean;
}

/** Maps one line: a value that was read from JSON. */
export type Mapping = (line: unknown) => Mapped;

/** Parts that only one source needs. */
export interface MappingParts {
  /** Brings a line into the form that the paths expect. Default: none. */
  prepare?: (line: Record<string, unknown>) => Record<string, unknown>;
}

/** The type whose items are in the order of the list that was shown. */
const SHOWN = 'impression';
/** The longest id that is kept; a longer one is hashed. */
const MAX_ID = 256;
/** The longest part of a name that is reported. */
const MAX_NAME = 64;

/**
 * @throws LorekeepError `MAPPING_INVALID`
 * @example
 * const map = createMapping({ name: 'what', types: { seen: 'view' }, user: 'who', item: 'sku' });
 * map({ what: 'seen', who: 'ann', sku: 'B1' }).events; // [{ user: 'ann', item: 'B1', type: 'view' }]
 */
export function createMapping(description: MappingDescription, { prepare }: MappingParts = {}): Mapping {
  checkDescription(description);
  const { types, firstPosition = 0 } = description;
  const read = Object.fromEntries(
    (['records', 'name', 'items', 'item', 'position', ...EVERYWHERE] as const).map((key) => [
      key,
      reader(description[key]),
    ]),
  ) as Record<'records' | 'name' | 'items' | 'item' | 'position' | (typeof EVERYWHERE)[number], Read>;

  function mapRecord(record: Record<string, unknown>, line: Record<string, unknown>, mapped: Mapped): void {
    const outer = record === line ? [record] : [record, line];
    const name = textOf(read.name(outer));
    if (name === undefined) return void mapped.problems.push('It has no name of an event.');
    const known = Object.hasOwn(types, name);
    const type = known ? types[name] : null;
    if (type === null) return void mapped.ignored.push({ name: name.slice(0, MAX_NAME).toWellFormed(), known });
    const found = description.items === undefined ? record : read.items(outer);
    const items = [found ?? []].flat().filter(isObject);
    if (items.length === 0) return void mapped.problems.push(`The event "${name}" names no item.`);
    for (const [at, item] of items.entries()) {
      const scopes = item === record ? outer : [item, ...outer];
      const event = eventOf({ type, scopes, item, at, name, of: items.length });
      if (typeof event === 'string') mapped.problems.push(`The event "${name}" ${event}.`);
      else mapped.events.push(event);
    }
  }

  interface Part {
    type: string;
    scopes: readonly unknown[];
    item: unknown;
    at: number;
    of: number;
    name: string;
  }

  /** A text is the end of a sentence that says what is wrong. */
  function eventOf({ type, scopes, item, at, of, name }: Part): MappedEvent | string {
    const user = textOf(read.user(scopes));
    if (user === undefined) return 'names no user';
    const id = textOf(read.item([item]));
    if (id === undefined) return `names no item at place ${at + 1}`;
    const position = positionOf(read.position([item]), firstPosition, type === SHOWN ? at : undefined);
    if (typeof position === 'string') return position;
    const rating = numberOf(read.rating(scopes));
    const timestamp = read.timestamp(scopes);
    const event: MappedEvent = { user, item: id, type };
    if (typeof timestamp === 'string' || typeof timestamp === 'number') event.timestamp = timestamp;
    if (rating !== undefined) event.rating = rating;
    for (const key of ['surface', 'session', 'request'] as const) {
      const text = textOf(read[key](scopes));
      if (text !== undefined) event[key] = text;
    }
    if (position !== undefined) event.position = position;
    const own = textOf(read.id(scopes));
    if (own !== undefined) event.id = of === 1 ? own : `${own}#${at}`;
    // The same moment, user, event and item is the same event: logs are often sent twice.
    else if (event.timestamp !== undefined)
      event.id = hashOf([name, user, id, event.timestamp, at, event.request ?? '']);
    if (event.id !== undefined && event.id.length > MAX_ID) event.id = hashOf([event.id]);
    return event;
  }

  return (given) => {
    const mapped: Mapped = { events: [], ignored: [], problems: [] };
    if (!isObject(given)) return { ...mapped, problems: ['It is not a JSON object.'] };
    const line = prepare === undefined ? given : prepare(given);
    const records = [read.records([line]) ?? line].flat();
    for (const record of records) {
      if (isObject(record)) mapRecord(record, line, mapped);
      else mapped.problems.push('It has a record that is not a JSON object.');
    }
    return mapped;
  };
}

/** Parts of an event that are searched in the item, the record and the line. */
const EVERYWHERE = ['user', 'timestamp', 'id', 'session', 'request', 'surface', 'rating'] as const;

/** Ids are often numbers in logs. Other values are no texts. */
function textOf(value: unknown): string | undefined {
  if (typeof value === 'string') return value;
  return typeof value === 'number' && Number.isFinite(value) ? String(value) : undefined;
}

function numberOf(value: unknown): number | undefined {
  if (typeof value === 'number') return value;
  return typeof value === 'string' && /^-?\d{1,15}(\.\d{1,15})?$/.test(value) ? Number(value) : undefined;
}

/** A text is the end of a sentence that says what is wrong. */
function positionOf(value: unknown, first: number, otherwise: number | undefined): number | string | undefined {
  if (value === undefined) return otherwise;
  const position = numberOf(value);
  if (position === undefined || !Number.isInteger(position)) return 'has a position that is not a whole number';
  if (position < first) return `has the position ${position}, but positions count from ${first}`;
  return position - first;
}

const hashOf = (parts: readonly unknown[]) =>
  createHash('sha256').update(JSON.stringify(parts)).digest('base64url').slice(0, 27);
