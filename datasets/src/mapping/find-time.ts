/** The column of an event's time. */
import { EARLIEST_TIME, EXCEL_DAYS, numberOf, parseTimeText, unitOf } from '@lorekeep/core';
import { isMissing } from '../values/missing.ts';
import { shareOf, valuesOf } from './sample.ts';
import { type Finding, knownName, type Search } from './search.ts';
import { namesTime, wordsOf } from './words.ts';

/** The share of values that must read as times, where the name is not one of the known ones. */
const MOST = 0.8;
/** The share that makes values alone the evidence. */
const NEARLY_ALL = 0.95;
/** Fewer numbers may look like times by chance; text does not. */
const MIN_NUMBERS = 3;

export function findTimeColumn({ sample, free, role }: Search): Finding {
  if (role === 'items') return undefined;
  const values = (name: string) => valuesOf(sample, name).filter((value) => !isMissing(value));
  const reads = (name: string, least: number) => shareOf(values(name), isTime) >= least;
  const named = free.filter((name) => namesTime(wordsOf(name)) && (reads(name, MOST) || areExcelDays(values(name))));
  const known = knownName('timestamp', free);
  if (known !== undefined) {
    // A known name whose values are no times gives way to nothing, but does not hide a time either.
    const isClear = values(known).length === 0 || shareOf(values(known), mayBeTime) >= 0.5;
    const others = named.filter((name) => name !== known);
    return isClear || others.length === 0 ? { column: known } : { candidates: [known, ...others] };
  }
  if (named.length === 1) return { column: named[0] };
  if (named.length > 1) return { candidates: named };
  const asText = free.filter((name) => shareOf(values(name), isTextTime) >= NEARLY_ALL);
  const shown = free.filter(
    (name) => asText.includes(name) || (values(name).length >= MIN_NUMBERS && reads(name, NEARLY_ALL)),
  );
  if (shown.length === 1 && asText.length === 1) return { column: shown[0] };
  return shown.length > 0 ? { candidates: shown } : undefined;
}

function areExcelDays(values: readonly string[]): boolean {
  const days = values.map(numberOf).filter((day) => day !== undefined && day >= EXCEL_DAYS[0] && day <= EXCEL_DAYS[1]);
  return days.length > 0 && days.length === values.length && days.some((day) => !Number.isInteger(day));
}

function isTextTime(value: string): boolean {
  return numberOf(value) === undefined && parseTimeText(value) !== undefined;
}

function isTime(value: string): boolean {
  const number = numberOf(value);
  if (number === undefined) return parseTimeText(value) !== undefined;
  return unitOf(number) !== undefined || isDigitsOfDate(value);
}

const isDigitsOfDate = (value: string) => {
  const parsed = /^(19|20)\d{6}(\d{4}|\d{6}|\d{9})?$/.test(value) ? parseTimeText(value) : undefined;
  return parsed?.seconds !== undefined && parsed.seconds >= EARLIEST_TIME;
};

/** Also ordinals and days of Excel, which a column with the name of a time may have. */
const mayBeTime = (value: string) => numberOf(value) !== undefined || isTime(value);
