/**
 * What may be stored. Checked here once for every adapter, before anything is written, so that a bad value is named by
 * its place in the batch instead of surfacing later as a database's complaint.
 */
import { invalidArgument, invalidEvent, invalidItem } from './errors.ts';
import type { Event, Item } from './types.ts';

/** The longest public id, in characters (code points). */
export const MAX_ID_LENGTH = 256;

/** @throws LorekeepError `ITEM_INVALID` for the first item that cannot be stored. */
export function checkItems(items: readonly Item[]): void {
  for (let i = 0; i < items.length; i++) {
    const problem = itemProblem(items[i]);
    if (problem !== undefined) throw invalidItem(i, items[i]?.id, problem);
  }
}

/** @throws LorekeepError `EVENT_INVALID` for the first event that cannot be stored. */
export function checkEvents(events: readonly Event[]): void {
  for (let i = 0; i < events.length; i++) {
    const problem = eventProblem(events[i]);
    if (problem !== undefined) throw invalidEvent(i, problem);
  }
}

/** @throws LorekeepError `STORE_ARGUMENT` unless every hash is 64 lower-case hexadecimal digits. */
export function checkHashes(hashes: readonly string[]): void {
  for (const hash of hashes) {
    if (typeof hash !== 'string' || !/^[0-9a-f]{64}$/.test(hash)) {
      throw invalidArgument('hash', hash, 'the SHA-256 of a text, 64 lower-case hexadecimal digits');
    }
  }
}

/** @throws LorekeepError `STORE_ARGUMENT` unless `value` is an integer of at least `least`. */
export function checkCount(name: string, value: number, least: number): void {
  if (!Number.isSafeInteger(value) || value < least) throw invalidArgument(name, value, `an integer ≥ ${least}`);
}

function itemProblem(item: Item): string | undefined {
  if (typeof item !== 'object' || item === null) return 'not an object';
  const id = idProblem('id', item.id);
  if (id !== undefined) return id;
  for (const field of ['title', 'brand', 'description'] as const) {
    if (item[field] !== undefined && !isText(item[field])) return `${field} is not well-formed text`;
  }
  if (item.price !== undefined && !Number.isFinite(item.price)) return 'price is not a finite number';
  const { categories, fields } = item;
  if (categories !== undefined && !(Array.isArray(categories) && categories.every(isText))) {
    return 'categories is not an array of well-formed texts';
  }
  if (fields !== undefined) {
    if (typeof fields !== 'object' || fields === null || Array.isArray(fields)) return 'fields is not an object';
    for (const [name, value] of Object.entries(fields)) {
      const fine =
        isText(value) ||
        typeof value === 'boolean' ||
        Number.isFinite(value) ||
        (Array.isArray(value) && value.every(isText));
      if (!fine || !isText(name)) {
        return `fields.${name} is not a text, a finite number, a boolean or an array of texts`;
      }
    }
  }
  return undefined;
}

function eventProblem(event: Event): string | undefined {
  if (typeof event !== 'object' || event === null) return 'not an object';
  const id = idProblem('user', event.user) ?? idProblem('item', event.item) ?? idProblem('type', event.type);
  if (id !== undefined) return id;
  if (!Number.isFinite(event.timestamp)) return 'timestamp is not a finite number';
  if (event.rating !== undefined && !Number.isFinite(event.rating)) return 'rating is not a finite number';
  if (event.surface !== undefined && !isText(event.surface)) return 'surface is not well-formed text';
  if (event.session !== undefined && !isText(event.session)) return 'session is not well-formed text';
  if (event.position !== undefined && !(Number.isSafeInteger(event.position) && event.position >= 0)) {
    return 'position is not an integer ≥ 0';
  }
  return undefined;
}

function idProblem(name: string, value: unknown): string | undefined {
  if (typeof value !== 'string') return `${name} is not a text`;
  if (value.length === 0) return `${name} is empty`;
  // UTF-16 units bound code points from above, so most ids need no count.
  if (value.length > MAX_ID_LENGTH && [...value].length > MAX_ID_LENGTH) {
    return `${name} is longer than ${MAX_ID_LENGTH} characters`;
  }
  if (!value.isWellFormed()) return `${name} is not well-formed Unicode`;
  return undefined;
}

/** Lone surrogates have no UTF-8 form: two different ids would become one. */
function isText(value: unknown): value is string {
  return typeof value === 'string' && value.isWellFormed();
}
