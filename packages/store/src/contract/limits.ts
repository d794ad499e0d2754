/**
 * Limits of ids and event types, with one check for each. The store, imports and the HTTP schemas
 * share them, so that all three accept the same values.
 */

/** The longest public id of an item or user, in code points. */
export const MAX_ID_LENGTH = 256;
/** The longest event type, in code points. */
export const MAX_EVENT_TYPE_LENGTH = 64;

/**
 * Unix seconds in the year 5138. As milliseconds this is 1973, so a larger timestamp is not in
 * seconds.
 */
export const MAX_TIMESTAMP = 1e11;

/**
 * The number of Unicode code points: a character outside the Basic Multilingual Plane counts once.
 */
export function codePointLength(text: string): number {
  let length = text.length;
  for (let i = 1; i < text.length; i++) {
    const isPair = (text.charCodeAt(i - 1) & 0xfc00) === 0xd800 && (text.charCodeAt(i) & 0xfc00) === 0xdc00;
    if (isPair) length--;
  }
  return length;
}

/**
 * What is wrong with an id, as the end of a sentence that starts with its name ("is empty");
 * `undefined` if nothing is.
 */
export function idProblem(id: unknown): string | undefined {
  return nameProblem(id, MAX_ID_LENGTH);
}

/** What is wrong with an event type; `undefined` if nothing is. */
export function eventTypeProblem(type: unknown): string | undefined {
  return nameProblem(type, MAX_EVENT_TYPE_LENGTH);
}

function nameProblem(name: unknown, maxLength: number): string | undefined {
  if (typeof name !== 'string') return 'is not a string';
  if (name.length === 0) return 'is empty';
  // A string has at most as many code points as UTF-16 units, so short names need no count.
  if (name.length > maxLength && codePointLength(name) > maxLength) return `is longer than ${maxLength} characters`;
  // Lone surrogates have no UTF-8 form: two different ids would become one.
  if (!name.isWellFormed()) return 'is not well-formed Unicode';
  return undefined;
}
