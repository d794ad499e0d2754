/**
 * How the times of a whole column are read: one unit for all numbers, one order for all dates such
 * as 03/04/2024. Values that do not fit the column are malformed; they are not read in another way.
 */
import { type DateOrder, EXCEL_DAYS, EXCEL_EPOCH_DAY, MAX_ORDINAL, UNIT_NAMES, UNITS_PER_SECOND } from '@lorekeep/core';

/**
 * What one value looks like: a number of some unit, a number too small for a moment, ISO 8601 as SQL
 * reads it, other text (digits such as 20240301 too), or no value.
 */
export type TimeShape = 's' | 'ms' | 'us' | 'ns' | 'small' | 'iso' | 'text' | 'none';

/** How often each shape occurs, and what the small numbers look like. */
export interface TimeEvidence {
  counts: Partial<Record<TimeShape, number>>;
  /** Texts that are times. */
  readable: number;
  small?: { min: number; max: number; fractions: number };
}

export interface TimeReading {
  /** The shapes that are read. Seconds, milliseconds and text can stand in one column. */
  shapes: readonly TimeShape[];
  /** What a small number is. */
  small: 'ordinal' | 'excel' | undefined;
}

const MOMENTS: readonly TimeShape[] = ['s', 'ms', 'iso', 'text'];

export function decideTimes({ counts, readable, small }: TimeEvidence): TimeReading {
  const count = (shape: TimeShape) => counts[shape] ?? 0;
  const moments = count('s') + count('ms') + count('iso') + readable;
  const groups: [readonly TimeShape[], number][] = [
    [MOMENTS, moments],
    [['us'], count('us')],
    [['ns'], count('ns')],
  ];
  const [shapes, most] = groups.reduce((best, group) => (group[1] > best[1] ? group : best));
  if (most > 0 || small === undefined || small.min < 0) return { shapes, small: undefined };
  const isExcel = small.fractions > 0 && small.min >= EXCEL_DAYS[0] && small.max <= EXCEL_DAYS[1];
  return { shapes: ['small'], small: isExcel ? 'excel' : 'ordinal' };
}

/** What the column is called in a reading. */
export function timeForm({ counts, readable }: TimeEvidence, reading: TimeReading, order?: DateOrder): string {
  if (reading.small === 'ordinal') return 'ordinal numbers, not times';
  if (reading.small === 'excel') return 'days of Excel';
  const forms = (['s', 'ms', 'us', 'ns'] as const)
    .filter((unit) => reading.shapes.includes(unit) && (counts[unit] ?? 0) > 0)
    .map((unit) => UNIT_NAMES[unit]);
  if (reading.shapes.includes('iso') && (counts.iso ?? 0) > 0) forms.push('ISO 8601');
  if (reading.shapes.includes('text') && readable > 0) {
    forms.push(order === undefined ? 'text' : `text in the order ${ORDER_NAMES[order]}`);
  }
  return forms.join(' and ') || 'no times';
}

const ORDER_NAMES: Readonly<Record<DateOrder, string>> = {
  dmy: 'day, month, year',
  mdy: 'month, day, year',
  ymd: 'year, month, day',
};

/** How the values of one shape are called in a reason. */
export function shapeName(shape: TimeShape): string {
  if (shape in UNIT_NAMES) return `in ${UNIT_NAMES[shape as keyof typeof UNIT_NAMES]}`;
  return shape === 'small' ? 'a small number' : 'text';
}

/** ISO 8601 as DuckDB and `parseTimeText` read it alike. */
const ISO = '\\d{4}-\\d{2}-\\d{2}([T ]\\d{2}:\\d{2}(:\\d{2}(\\.\\d{1,6})?)?(Z|[+-]\\d{2}(:\\d{2})?)?)?';

/** SQL for the shape of a value. @param number the value as a number, or null @param latest in seconds */
export function shapeSql(text: string, number: string, earliest: number, latest: number): string {
  const units = Object.entries(UNITS_PER_SECOND).map(
    ([unit, perSecond]) => `WHEN ${number} BETWEEN ${earliest * perSecond} AND ${latest * perSecond} THEN '${unit}'`,
  );
  return `CASE WHEN ${text} IS NULL THEN 'none' ${units.join(' ')}
    WHEN ${number} >= 0 AND ${number} < ${MAX_ORDINAL} THEN 'small' WHEN ${number} IS NOT NULL THEN 'text'
    WHEN regexp_full_match(${text}, '${ISO}') THEN 'iso' ELSE 'text' END`;
}

/** SQL for the moment in Unix seconds; null for shapes that the column does not have. */
export function secondsSql(
  reading: TimeReading,
  columns: { text: string; number: string; shape: string; parsed: string },
): string {
  const { text, number, shape, parsed } = columns;
  const values: Partial<Record<TimeShape, string>> = {
    s: number,
    ms: `${number} / 1e3`,
    us: `${number} / 1e6`,
    ns: `${number} / 1e9`,
    iso: `epoch(TRY_CAST(${text} AS TIMESTAMPTZ))`,
    text: parsed,
    small: reading.small === 'excel' ? `round((${number} - ${EXCEL_EPOCH_DAY}) * 86400e3) / 1e3` : number,
  };
  const cases = reading.shapes.map((one) => `WHEN '${one}' THEN ${values[one]}`);
  return `CASE ${shape} ${cases.join(' ')} END`;
}
