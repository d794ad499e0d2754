/**
 * What a mapping says: where a record of another program's event log has its parts, and which of its
 * event names is which type. A description is JSON, so a shop can write its own.
 *
 * A path is names with dots: `event_attributes.object.object_id`. Three forms go beyond that:
 *
 * - `0` is the first element of a list.
 * - `event_params{ga_session_id}` is the value with this key in a list of `{key, value}`, as GA4
 *   exports parameters; of an object it is the value under this name.
 * - `contexts_*_product_1*` is the first name that fits, in the order of the record.
 *
 * Of several paths, the first with a value counts. `null`, `''` and `(not set)` are no values.
 */
import { errors } from '../errors.ts';

/** One path, or several of which the first with a value counts. */
export type Paths = string | readonly string[];

/** How records of one source become events. */
export interface MappingDescription {
  /** Records inside a line: an object, or a list. Default: the line is the record. */
  records?: Paths;
  /** The name of the event. */
  name: Paths;
  /**
   * The type of each name; `null` for names that are known to say nothing of a single item. Other
   * names are reported.
   */
  types: Readonly<Record<string, string | null>>;
  /** Items inside a record: an object, or a list. Default: the record is the item. */
  items?: Paths;
  /** The id of the item, in an item. */
  item: Paths;
  /** The position in the list that was shown, in an item. */
  position?: Paths;
  /** What the source counts positions from. Default 0. */
  firstPosition?: 0 | 1;
  /** All others are searched in the item, then in the record, then in the line. */
  user: Paths;
  timestamp?: Paths;
  id?: Paths;
  session?: Paths;
  /** The id of the answer whose list was shown. */
  request?: Paths;
  surface?: Paths;
  rating?: Paths;
}

const NEEDED = ['name', 'item', 'user'] as const;
const OPTIONAL = [
  'records',
  'items',
  'position',
  'timestamp',
  'id',
  'session',
  'request',
  'surface',
  'rating',
] as const;
const KEYS: ReadonlySet<string> = new Set([...NEEDED, ...OPTIONAL, 'types', 'firstPosition']);

/** @throws LorekeepError `MAPPING_INVALID` */
export function checkDescription(given: unknown): asserts given is MappingDescription {
  const problem = problemOf(given);
  if (problem !== undefined) throw errors.MAPPING_INVALID({ problem });
}

function problemOf(given: unknown): string | undefined {
  if (!isObject(given)) return 'it is not an object';
  const unknown = Object.keys(given).find((key) => !KEYS.has(key));
  if (unknown !== undefined) return `it has the unknown key ${JSON.stringify(unknown)}`;
  for (const key of NEEDED) if (given[key] === undefined) return `${key} is missing`;
  for (const key of [...NEEDED, ...OPTIONAL]) {
    if (given[key] !== undefined && !isPaths(given[key])) return `${key} is neither a path nor a list of paths`;
  }
  if (given.firstPosition !== undefined && given.firstPosition !== 0 && given.firstPosition !== 1)
    return 'firstPosition is neither 0 nor 1';
  const { types } = given;
  if (!isObject(types) || Object.keys(types).length === 0) return 'types is not an object with names';
  const wrong = Object.entries(types).find(([, type]) => type !== null && (typeof type !== 'string' || type === ''));
  return wrong === undefined ? undefined : `the type of ${JSON.stringify(wrong[0])} is neither a text nor null`;
}

const isPath = (path: unknown) => typeof path === 'string' && path !== '';
const isPaths = (paths: unknown) => isPath(paths) || (Array.isArray(paths) && paths.length > 0 && paths.every(isPath));

export const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
