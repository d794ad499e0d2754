/**
 * The text of one JSON object as an object. Ids may be 64-bit integers, so an integer that a double
 * cannot represent is kept as a string of its digits.
 */
import { unwrapExtended } from './extended.ts';
import { parseLiteral } from './literal.ts';

export type JsonLine = { value: Record<string, unknown>; problem?: undefined } | { value?: undefined; problem: string };

export function parseJsonLine(text: string): JsonLine {
  let value: unknown;
  try {
    // The reviver is slow, so it is used only if the line has a number that may be too long.
    value = /\d{16}/.test(text) ? JSON.parse(text, keepLongIntegers) : JSON.parse(text);
  } catch (error) {
    value = parseLiteral(text);
    if (value === undefined) return { problem: `is not valid JSON: ${(error as Error).message}`.slice(0, 200) };
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return { problem: 'is not a JSON object' };
  return { value: (/["']\$/.test(text) ? unwrapExtended(value) : value) as Record<string, unknown> };
}

/**
 * A reviver of `JSON.parse`. `context.source` is the number as written (ECMAScript's "JSON.parse
 * source text access").
 */
function keepLongIntegers(this: unknown, _key: string, value: unknown, context?: { source?: string }): unknown {
  const source = context?.source;
  const inexact = typeof value === 'number' && !Number.isSafeInteger(value) && source !== undefined;
  return inexact && /^-?\d+$/.test(source) ? source : value;
}
