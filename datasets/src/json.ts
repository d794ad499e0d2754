/** One line of JSON lines as an object, with integers that a double cannot hold kept as their digits: ids may be 64-bit. */

export type JsonLine = { value: Record<string, unknown>; problem?: undefined } | { value?: undefined; problem: string };

export function parseJson(text: string): JsonLine {
  let value: unknown;
  try {
    // The reviver is slow, so only lines with a number that may be too long meet it.
    value = /\d{16}/.test(text) ? JSON.parse(text, keepLongIntegers) : JSON.parse(text);
  } catch (error) {
    return { problem: `is not valid JSON: ${(error as Error).message}`.slice(0, 200) };
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return { problem: 'is not a JSON object' };
  return { value: value as Record<string, unknown> };
}

/** ECMAScript's JSON.parse with source text: `context.source` is the number as written. */
function keepLongIntegers(this: unknown, _key: string, value: unknown, context?: { source?: string }): unknown {
  const source = context?.source;
  const inexact = typeof value === 'number' && !Number.isSafeInteger(value) && source !== undefined;
  return inexact && /^-?\d+$/.test(source) ? source : value;
}
