/**
 * Times as text: ISO 8601 in its extended and basic forms, RFC 2822, ctime, names of months, and
 * numbers divided by slashes, dots or hyphens. Without a zone, a time is in UTC.
 */

/** The order of day, month and year in dates such as 03/04/2024. */
export type DateOrder = 'dmy' | 'mdy' | 'ymd';

export const DATE_ORDERS: readonly DateOrder[] = ['dmy', 'mdy', 'ymd'];

interface Day {
  year: number;
  month: number;
  day: number;
}

/** A date whose order must be known: the first and the second number may both be the month. */
interface NumericDate {
  first: number;
  second: number;
  year: number;
  /** The year has two digits, so that it may as well be the day. */
  short: boolean;
}

const MONTHS = ['jan', 'feb', 'mar', 'apr', 'may', 'jun', 'jul', 'aug', 'sep', 'oct', 'nov', 'dec'];
const MONTH = '(jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]*\\.?';
const WEEKDAY = '(?:(?:mon|tue|wed|thu|fri|sat|sun)[a-z]*\\.?,?\\s+)?';
const CLOCK = '(\\d{1,2}):(\\d{2})(?::(\\d{2})(?:[.,](\\d{1,9}))?)?(?:\\s*([ap])\\.?m\\.?)?';
const ZONE = '(.*)';
/** The time of day and the zone behind a date. */
const REST = `(?:(?:[T\\s]\\s*|,\\s*)${CLOCK}\\s*${ZONE})?$`;

const pattern = (source: string) => new RegExp(`^${source}`, 'i');

const YEAR_FIRST = pattern(`(\\d{4})([-/.])(\\d{1,2})\\2(\\d{1,2})${REST}`);
const BASIC = /^(\d{4})(\d{2})(\d{2})(?:[T ]?(\d{2})(\d{2})(?:(\d{2})(?:[.,]?(\d{1,9}))?)?)?\s*(.*)$/i;
const DAY_NAMED = pattern(`${WEEKDAY}(\\d{1,2})(?:st|nd|rd|th)?[\\s-]+${MONTH},?[\\s-]+(\\d{4})${REST}`);
const MONTH_NAMED = pattern(`${WEEKDAY}${MONTH}\\s+(\\d{1,2})(?:st|nd|rd|th)?,?\\s+(\\d{4})${REST}`);
/** `Tue Apr 03 18:00:06 +0000 2012` */
const CTIME = pattern(`${WEEKDAY}${MONTH}\\s+(\\d{1,2})\\s+${CLOCK}\\s+(?:(\\S+)\\s+)?(\\d{4})$`);
const YEAR_LAST = pattern(`(\\d{1,2})([-/.])(\\d{1,2})\\2(\\d{4}|\\d{2})${REST}`);
/** `01 1, 2018`, as the reviews of Amazon write a day. */
const AMAZON_DAY = /^(\d{2}) (\d{1,2}), (\d{4})$/;

/** In hours. Abbreviations that mean several zones are not read. */
const ZONE_NAMES: Readonly<Record<string, number>> = {
  z: 0,
  utc: 0,
  gmt: 0,
  ut: 0,
  est: -5,
  edt: -4,
  cst: -6,
  cdt: -5,
  mst: -7,
  mdt: -6,
  pst: -8,
  pdt: -7,
  cet: 1,
  cest: 2,
};

export type TextTime =
  | { seconds: number; needsOrder?: undefined }
  /** A date of numbers whose order is not given; `possible` are the orders in which it is a date. */
  | { seconds?: undefined; needsOrder: DateOrder[] };

/**
 * @param text without blanks at its ends
 * @param order of dates such as 03/04/2024; without it, such a date is not read but answered with
 *   the orders that are possible
 * @returns undefined if the text is no time
 */
export function parseTimeText(text: string, order?: DateOrder): TextTime | undefined {
  const iso = YEAR_FIRST.exec(text);
  if (iso !== null) {
    const [, year, , month, day, ...rest] = iso;
    return moment({ year: +year, month: +month, day: +day }, rest);
  }
  const basic = BASIC.exec(text);
  if (basic !== null) {
    const [, year, month, day, hour, minute, second, fraction, zone] = basic;
    return moment({ year: +year, month: +month, day: +day }, [hour, minute, second, fraction, undefined, zone]);
  }
  const amazon = AMAZON_DAY.exec(text);
  if (amazon !== null) return moment({ month: +amazon[1], day: +amazon[2], year: +amazon[3] }, []);
  const numeric = YEAR_LAST.exec(text);
  if (numeric !== null) {
    const [, first, , second, year, ...rest] = numeric;
    const date = { first: +first, second: +second, year: +year, short: year.length === 2 };
    return order === undefined ? questionOf(date, rest) : momentOrNone(inOrder(date, order), rest);
  }
  return parseNamed(text);
}

/** Dates with the name of a month. */
function parseNamed(text: string): TextTime | undefined {
  const ctime = CTIME.exec(text);
  if (ctime !== null) {
    const [, month, day, hour, minute, second, fraction, half, zone, year] = ctime;
    return moment(named(year, month, day), [hour, minute, second, fraction, half, zone]);
  }
  const day = DAY_NAMED.exec(text);
  if (day !== null) return moment(named(day[3], day[2], day[1]), day.slice(4));
  const month = MONTH_NAMED.exec(text);
  return month === null ? undefined : moment(named(month[3], month[1], month[2]), month.slice(4));
}

const named = (year: string, month: string, day: string): Day => ({
  year: +year,
  month: MONTHS.indexOf(month.toLowerCase()) + 1,
  day: +day,
});

function questionOf(date: NumericDate, rest: (string | undefined)[]): TextTime | undefined {
  const possible = (['dmy', 'mdy'] as const).filter(
    (order) => momentOrNone(inOrder(date, order), rest) !== undefined,
  ) as DateOrder[];
  // With two digits, 22/06/24 may be the 22nd of June 2024 or the 24th of June 2022.
  if (date.short && momentOrNone(inOrder(date, 'ymd'), rest) !== undefined) possible.push('ymd');
  return possible.length === 0 ? undefined : { needsOrder: possible };
}

function inOrder({ first, second, year, short }: NumericDate, order: DateOrder): Day | undefined {
  if (order === 'ymd') return short ? { year: century(first), month: second, day: year } : undefined;
  const [day, month] = order === 'dmy' ? [first, second] : [second, first];
  return { year: short ? century(year) : year, month, day };
}

/** Two digits of a year: 1970 to 2069, as POSIX reads them. */
const century = (year: number) => (year < 70 ? 2000 + year : 1900 + year);

const momentOrNone = (day: Day | undefined, rest: (string | undefined)[]) =>
  day === undefined ? undefined : moment(day, rest);

/** @param rest hour, minute, second, fraction, half of the day, zone; each may be absent */
function moment({ year, month, day }: Day, rest: (string | undefined)[]): TextTime | undefined {
  const [hourText = '0', minute = '0', second = '0', fraction = '', half, zone = ''] = rest;
  const hour = inHalf(+hourText, half?.toLowerCase());
  if (hour === undefined || +minute > 59 || +second > 60) return undefined;
  // Midnight may be written as the end of the day before (ISO 8601:2004).
  if (hour > 24 || (hour === 24 && (+minute > 0 || +second > 0))) return undefined;
  const date = new Date(Date.UTC(year, month - 1, day));
  if (date.getUTCFullYear() !== year || date.getUTCMonth() !== month - 1 || date.getUTCDate() !== day) return undefined;
  const local = date.getTime() + 3_600_000 * hour + 60_000 * +minute + 1000 * Math.min(+second, 59);
  const offset = zoneOffset(zone.trim(), local);
  if (offset === undefined) return undefined;
  const micros = Number(fraction.padEnd(6, '0').slice(0, 6));
  return { seconds: ((local - offset) * 1000 + micros) / 1e6 };
}

/** The hour of 24. A 12-hour clock has the hours 1 to 12. */
function inHalf(hour: number, half: string | undefined): number | undefined {
  if (half === undefined) return hour;
  if (hour < 1 || hour > 12) return undefined;
  return (hour % 12) + (half === 'p' ? 12 : 0);
}

/** Milliseconds to subtract from a local time; undefined if the zone is unknown. */
function zoneOffset(zone: string, local: number): number | undefined {
  if (zone === '') return 0;
  // `GMT+0200 (Central European Summer Time)` of JavaScript, `+0000 UTC` of Go.
  const plain = zone.replace(/\s*\([^)]*\)$/, '').replace(/^([+-]\d{2}:?\d{2}) [A-Z]{3,4}$/, '$1');
  const numeric = /^(?:UTC|GMT)?\s*([+-])(\d{1,2}):?(\d{2})?$/i.exec(plain);
  if (numeric !== null) {
    const [, sign, hours, minutes = '0'] = numeric;
    if (+hours > 15 || +minutes > 59) return undefined;
    return (sign === '-' ? -1 : 1) * (3_600_000 * +hours + 60_000 * +minutes);
  }
  const hours = ZONE_NAMES[plain.toLowerCase()];
  if (hours !== undefined) return hours * 3_600_000;
  return /^[A-Z]+(\/[A-Z_+-]+)+$/i.test(plain) ? namedOffset(plain, local) : undefined;
}

const formatters = new Map<string, Intl.DateTimeFormat | undefined>();

/** The offset of a zone of the IANA database at a local time. */
function namedOffset(zone: string, local: number): number | undefined {
  if (!formatters.has(zone)) formatters.set(zone, formatterOf(zone));
  const formatter = formatters.get(zone);
  if (formatter === undefined) return undefined;
  const at = (time: number) => {
    const name = formatter.formatToParts(time).find(({ type }) => type === 'timeZoneName')?.value ?? '';
    return name === 'GMT' ? 0 : (zoneOffset(name, time) ?? 0);
  };
  // The first guess is off by the offset itself, which matters near a change of the clock.
  return at(local - at(local));
}

function formatterOf(timeZone: string): Intl.DateTimeFormat | undefined {
  try {
    return new Intl.DateTimeFormat('en-US', { timeZone, timeZoneName: 'longOffset' });
  } catch {
    return undefined;
  }
}
