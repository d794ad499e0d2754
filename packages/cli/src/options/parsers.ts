/** Parsers of option values, for commander. */
import type { HeaderNames } from '@lorekeep/datasets';
import { MAX_TIMESTAMP } from '@lorekeep/store';
import { InvalidArgumentError } from 'commander';

type Role = keyof HeaderNames;

export type Range = readonly [low: number, high: number];

/** A parser of whole numbers from `low` to `high`. */
export function integer([low, high]: Range): (text: string) => number {
  return (text) => {
    const value = Number(text);
    if (text.trim() === '' || !Number.isSafeInteger(value) || value < low || value > high) {
      const range = high === Number.MAX_SAFE_INTEGER ? `of at least ${low}` : `from ${low} to ${high}`;
      throw new InvalidArgumentError(`It must be a whole number ${range}.`);
    }
    return value;
  };
}

/** A parser of lists of whole numbers: `42,43`. */
export function integerList(range: Range): (text: string) => number[] {
  const parse = integer(range);
  return (text) => idList(text).map(parse);
}

/** A parser of whole numbers and of one word. */
export function integerOr<Word extends string>(word: Word, range: Range): (text: string) => number | Word {
  const parse = integer(range);
  return (text) => (text === word ? word : parse(text));
}

/** A parser of numbers from `low` to `high`. */
export function number([low, high]: Range): (text: string) => number {
  return (text) => {
    const value = Number(text);
    if (text.trim() === '' || !Number.isFinite(value) || value < low || value > high)
      throw new InvalidArgumentError(`It must be a number from ${low} to ${high}.`);
    return value;
  };
}

/** Unix seconds, or a date such as `2026-03-01` or `2026-03-01T12:00Z` (UTC if no zone is named). */
export function time(text: string): number {
  if (/^-?\d+(\.\d+)?$/.test(text)) {
    if (Math.abs(Number(text)) <= MAX_TIMESTAMP) return Number(text);
    throw new InvalidArgumentError('It must be in Unix seconds, not in milliseconds.');
  }
  const [, date, clock = '', zone = 'Z'] =
    /^(\d{4}-\d\d-\d\d)(T\d\d:\d\d(?::\d\d)?)?(Z|[+-]\d\d:\d\d)?$/.exec(text) ?? [];
  const milliseconds = date === undefined ? Number.NaN : Date.parse(`${date}${clock || 'T00:00'}${zone}`);
  if (Number.isNaN(milliseconds)) throw new InvalidArgumentError('It must be Unix seconds or a date: 2026-03-01.');
  return milliseconds / 1000;
}

const SECONDS = { s: 1, m: 60, h: 3_600, d: 86_400 } as const;

/** `90d`, `12h`, `30m` or `45s` as seconds. */
export function duration(text: string): number {
  const [, count, unit] = /^(\d{1,9})([smhd])$/.exec(text) ?? [];
  if (count === undefined) throw new InvalidArgumentError('It must be a number with s, m, h or d: 90d.');
  return Number(count) * SECONDS[unit as keyof typeof SECONDS];
}

/** A part of a list: in double quotes as in CSV, or up to the next comma. */
const PART = /\s*(?:"((?:[^"]|"")*)"\s*(?=,|$)|([^,]*))(?:,|$)/gy;

/**
 * `a,b,c` becomes `['a', 'b', 'c']`. Empty parts are dropped. A part with a comma stands in double
 * quotes, as in CSV: `"a,b",c` becomes `['a,b', 'c']`.
 */
export function idList(text: string): string[] {
  const ids: string[] = [];
  PART.lastIndex = 0;
  while (PART.lastIndex < text.length) {
    const [, quoted, plain = ''] = PART.exec(text)!;
    const id = quoted === undefined ? plain.trim() : quoted.replaceAll('""', '"');
    if (id !== '') ids.push(id);
  }
  if (ids.length === 0) throw new InvalidArgumentError('It must name at least one id.');
  return ids;
}

/** Collects repeated values. */
export const repeated = (text: string, collected: readonly string[] = []): string[] => [...collected, text];

/** Collects `name=value` pairs over repeated values. A value may be empty. */
export function pairs(text: string, collected: Record<string, string> = {}): Record<string, string> {
  const at = text.indexOf('=');
  if (at < 1) throw new InvalidArgumentError('It must have the form name=value.');
  return { ...collected, [text.slice(0, at)]: text.slice(at + 1) };
}

/**
 * Names of columns for all files (`a,b,c`) or for those of one role (`items=a,b,c`), over repeated
 * values.
 */
export function headerNames(text: string, collected: HeaderNames = {}): HeaderNames {
  const [, role, list] = /^(?:(items|events)=)?(.*)$/s.exec(text) as unknown as [string, Role | undefined, string];
  const names = list.split(',').map((name) => name.trim());
  if (names.includes('')) throw new InvalidArgumentError('It must have the form a,b,c or items=a,b,c or events=a,b,c.');
  return role === undefined ? { items: names, events: names, ...collected } : { ...collected, [role]: names };
}

/** `a=x,b=y` becomes `{ a: 'x', b: 'y' }`, over repeated values; `c` alone stands for `c=c`. */
export function pairList(text: string, collected: Record<string, string> = {}): Record<string, string> {
  return idList(text).reduce(
    (pairsSoFar, part) => pairs(part.includes('=') ? part : `${part}=${part}`, pairsSoFar),
    collected,
  );
}
