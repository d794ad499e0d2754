/**
 * What may be stored. Every adapter runs these checks before it writes anything, so that an error
 * names a bad value by its place in the batch instead of surfacing later as a complaint of the
 * database.
 */
import { errors } from '../errors.ts';
import type { Item } from './catalogue.ts';
import type { EventFilter } from './deletion.ts';
import type { Event } from './event-log.ts';
import { eventTypeProblem, idProblem, MAX_TIMESTAMP } from './limits.ts';
import type { UserRecord } from './users.ts';

/**
 * Checks items before they are written.
 *
 * @throws LorekeepError `ITEM_INVALID` for the first item that cannot be stored
 */
export function checkItems(items: readonly Item[]): void {
  for (let index = 0; index < items.length; index++) {
    const problem = itemProblem(items[index]);
    if (problem !== undefined) throw errors.ITEM_INVALID({ index, id: items[index]?.id, problem });
  }
}

/**
 * Checks users before they are written.
 * @throws LorekeepError `USER_INVALID` for the first user that cannot be stored.
 */
export function checkUsers(users: readonly UserRecord[]): void {
  for (let index = 0; index < users.length; index++) {
    const problem = userProblem(users[index]);
    if (problem !== undefined) throw errors.USER_INVALID({ index, id: users[index]?.id, problem });
  }
}

/**
 * Checks events before they are written.
 *
 * @throws LorekeepError `EVENT_INVALID` for the first event that cannot be stored
 */
export function checkEvents(events: readonly Event[]): void {
  for (let index = 0; index < events.length; index++) {
    const problem = eventProblem(events[index]);
    if (problem !== undefined) throw errors.EVENT_INVALID({ index, problem });
  }
}

/**
 * Checks the hashes of texts.
 *
 * @throws LorekeepError `STORE_ARGUMENT` unless every hash is 64 lower-case hexadecimal digits
 */
export function checkHashes(hashes: readonly string[]): void {
  for (const hash of hashes) {
    if (typeof hash !== 'string' || !/^[0-9a-f]{64}$/.test(hash)) {
      const expected = 'the SHA-256 of a text, 64 lower-case hexadecimal digits';
      throw errors.STORE_ARGUMENT({ name: 'hash', value: hash, expected });
    }
  }
}

/**
 * Checks a limit or a batch size.
 *
 * @param name the argument, for the message
 * @throws LorekeepError `STORE_ARGUMENT` unless `value` is an integer of at least `least`
 */
export function checkCount(name: string, value: number, least: number): void {
  if (!Number.isSafeInteger(value) || value < least) {
    throw errors.STORE_ARGUMENT({ name, value, expected: `an integer ≥ ${least}` });
  }
}

/**
 * Checks ids before they are used.
 * @throws LorekeepError `STORE_ARGUMENT` for the first value that cannot be an id.
 */
export function checkIds(name: string, ids: readonly string[]): void {
  for (const value of ids) {
    if (idProblem(value) !== undefined)
      throw errors.STORE_ARGUMENT({ name, value, expected: 'ids of 1 to 256 characters' });
  }
}

/**
 * Checks which events are meant.
 * @throws LorekeepError `STORE_ARGUMENT` for a filter that is not valid, or that has no condition.
 */
export function checkEventFilter(filter: EventFilter): void {
  const { ids, user, item, types, before, after } = filter;
  if (Object.values(filter).every((value) => value === undefined)) {
    throw errors.STORE_ARGUMENT({ name: 'filter', value: '{}', expected: 'at least one condition' });
  }
  if (ids !== undefined) checkIds('ids', ids);
  if (user !== undefined) checkIds('user', [user]);
  if (item !== undefined) checkIds('item', [item]);
  for (const value of types ?? []) {
    if (eventTypeProblem(value) !== undefined)
      throw errors.STORE_ARGUMENT({ name: 'types', value, expected: 'event types' });
  }
  for (const [name, value] of Object.entries({ before, after })) {
    if (value !== undefined && !Number.isFinite(value)) {
      throw errors.STORE_ARGUMENT({ name, value, expected: 'a finite number' });
    }
  }
}

function itemProblem(item: Item): string | undefined {
  if (typeof item !== 'object' || item === null) return 'not an object';
  const id = idProblem(item.id);
  if (id !== undefined) return `id ${id}`;
  for (const field of ['title', 'brand', 'description'] as const) {
    if (item[field] !== undefined && !isText(item[field])) return `${field} is not a well-formed string`;
  }
  if (item.price !== undefined && !Number.isFinite(item.price)) return 'price is not a finite number';
  const { categories, fields } = item;
  if (categories !== undefined && !(Array.isArray(categories) && categories.every(isText))) {
    return 'categories is not an array of well-formed strings';
  }
  return fields === undefined ? undefined : valuesProblem('fields', fields);
}

function userProblem(user: UserRecord): string | undefined {
  if (typeof user !== 'object' || user === null) return 'not an object';
  const id = idProblem(user.id);
  if (id !== undefined) return `id ${id}`;
  return user.attributes === undefined ? undefined : valuesProblem('attributes', user.attributes);
}

/** What is wrong with an item's fields or a user's attributes. */
function valuesProblem(name: string, values: unknown): string | undefined {
  if (typeof values !== 'object' || values === null || Array.isArray(values)) return `${name} is not an object`;
  for (const [key, value] of Object.entries(values)) {
    const isStorable =
      isText(value) ||
      typeof value === 'boolean' ||
      Number.isFinite(value) ||
      (Array.isArray(value) && value.every(isText));
    if (!isStorable || !isText(key)) {
      return `${name}.${key} is not a string, a finite number, a boolean or an array of strings`;
    }
  }
  return undefined;
}

function eventProblem(event: Event): string | undefined {
  if (typeof event !== 'object' || event === null) return 'not an object';
  for (const field of ['id', 'request'] as const) {
    const problem = event[field] === undefined ? undefined : idProblem(event[field]);
    if (problem !== undefined) return `${field} ${problem}`;
  }
  const user = idProblem(event.user);
  if (user !== undefined) return `user ${user}`;
  const item = idProblem(event.item);
  if (item !== undefined) return `item ${item}`;
  const type = eventTypeProblem(event.type);
  if (type !== undefined) return `type ${type}`;
  if (!Number.isFinite(event.timestamp)) return 'timestamp is not a finite number';
  if (Math.abs(event.timestamp) > MAX_TIMESTAMP) return 'timestamp is not in Unix seconds';
  if (event.rating !== undefined && !Number.isFinite(event.rating)) return 'rating is not a finite number';
  if (event.surface !== undefined && !isText(event.surface)) return 'surface is not a well-formed string';
  if (event.session !== undefined && !isText(event.session)) return 'session is not a well-formed string';
  if (event.position !== undefined && !(Number.isSafeInteger(event.position) && event.position >= 0)) {
    return 'position is not an integer ≥ 0';
  }
  return undefined;
}

function isText(value: unknown): value is string {
  return typeof value === 'string' && value.isWellFormed();
}
