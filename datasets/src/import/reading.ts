/** How the files of an import were understood, for people and programs. */
import type { Compression, Format } from '../formats/format.ts';
import type { Dialect } from '../formats/source-file.ts';
import type { IgnoredEvents } from '../formats/text-file.ts';
import { countOutcomes, type OutcomeColumns } from '../staging/events/outcomes.ts';
import type { StagedEvents, StagedLog } from '../staging/events/stage-events.ts';
import { groupProblems, type ProblemGroup } from '../staging/problems.ts';
import type { StagedItems } from '../staging/stage-items.ts';
import type { StagedUserFile } from '../staging/stage-users.ts';
import { type ColumnsOfFile, firstEvents, stagedItems, stagedUsers } from '../staging/staged-rows.ts';
import type { Staging } from '../staging/staging.ts';

/** A field and the column that holds it. */
export interface FieldReading {
  field: string;
  column: string;
  /** How the values are written: `ISO 8601`, `split at ","`. */
  form?: string;
  /** The least and the greatest value. */
  range?: [string, string];
}

/** How the bytes of a file were read. */
export interface DialectReading {
  format: Format;
  compression: Compression;
  encoding: string;
  /** What stands between the fields of a table. */
  separator?: string;
  /** Where the names of its columns come from; absent for JSON and Parquet. */
  header?: 'first line' | 'given' | 'known layout';
  /** Where the records are in a JSON file; absent for a list at its top. */
  recordPath?: string;
}

/** How one file was understood. */
export interface FileReading {
  file: string;
  role: 'items' | 'events' | 'users';
  /** How its bytes were read. */
  dialect: DialectReading;
  /** The public data set or export that it looks like. */
  layout?: string;
  columns: FieldReading[];
  /** Columns that are not read and whose names look as if they mattered. */
  unread: string[];
  /** Of these, numbers of pieces that are negative in some of the first lines, as those of returns. */
  negative?: string[];
  /** Records of JSON whose list of elements is empty, so that they gave no row. */
  withoutElements?: number;
  /** With a mapping: events that say nothing of a single item, or whose name it does not have. */
  ignored?: IgnoredEvents[];
  /** The events have real times; absent for items. */
  timed?: boolean;
  /** Events that columns of outcomes bring beside the impressions. */
  outcomes?: { type: string; column: string; events: number }[];
  /** Kinds of event, most frequent first. */
  types?: { type: string; events: number }[];
  /** Values of ratings, if they are few. */
  ratings?: { rating: number; events: number }[];
  /** The first five records as they are understood. */
  sample: object[];
  problems: ProblemGroup[];
}

const SAMPLE_ROWS = 5;
/** With more distinct ratings, only their range is shown. */
const MAX_RATINGS = 21;
const MAX_TYPES = 50;

export interface ReadFiles {
  items: StagedItems;
  users: readonly StagedUserFile[];
  log: StagedEvents;
  outcomes: OutcomeColumns;
}

export async function readingOf(
  staging: Staging,
  paths: readonly string[],
  { items: { catalogues }, users, log: { logs, timed }, outcomes }: ReadFiles,
): Promise<FileReading[]> {
  const columnsOf: ColumnsOfFile = new Map(catalogues.map(({ file, columns }) => [file.index, columns]));
  const readings: FileReading[] = [];
  for (const { file, recognised, columns, withoutElements } of catalogues) {
    const { decimalSign, listSeparators } = columns.forms();
    const forms: Record<string, string | undefined> = {
      price: decimalSign && `decimals after ${JSON.stringify(decimalSign)}`,
      categories: listSeparators && `split at ${listSeparators.map((one) => JSON.stringify(one)).join(' and ')}`,
    };
    readings.push({
      file: file.path,
      role: 'items',
      dialect: dialectReading(file.dialect),
      ...(recognised.layout === undefined ? {} : { layout: recognised.layout.name }),
      columns: [...recognised.columns].map(([field, column]) => ({
        field,
        column,
        ...(forms[field] === undefined ? {} : { form: forms[field] }),
      })),
      unread: recognised.unread,
      ...(withoutElements === 0 ? {} : { withoutElements }),
      sample: await firstOf(stagedItems(staging, `WHERE file = ${file.index}`, columnsOf, `LIMIT ${SAMPLE_ROWS}`)),
      problems: await groupProblems(staging, paths, file.index),
    });
  }
  for (const log of logs) readings.push(await logReading(staging, paths, log, timed, outcomes));
  for (const { file, recognised, withoutElements } of users) {
    readings.push({
      file: file.path,
      role: 'users',
      dialect: dialectReading(file.dialect),
      columns: [...recognised.columns].map(([field, column]) => ({ field, column })),
      unread: [],
      ...(withoutElements === 0 ? {} : { withoutElements }),
      sample: await firstOf(stagedUsers(staging, `WHERE file = ${file.index}`, `LIMIT ${SAMPLE_ROWS}`)),
      problems: await groupProblems(staging, paths, file.index),
    });
  }
  return readings;
}

async function logReading(
  staging: Staging,
  paths: readonly string[],
  { file, recognised, time, withoutElements, ignored = [] }: StagedLog,
  timed: boolean,
  outcomes: OutcomeColumns,
): Promise<FileReading> {
  const where = `WHERE file = ${file.index}`;
  const [[count, first, last, lowest, highest]] = await staging.rows(
    `SELECT count(*), min(timestamp), max(timestamp), min(rating), max(rating) FROM events ${where}`,
  );
  const types = await staging.rows(
    `SELECT type, count(*) FROM events ${where} GROUP BY type ORDER BY count(*) DESC, type LIMIT ${MAX_TYPES}`,
  );
  const rated = lowest !== null;
  const ratings = rated
    ? await staging.rows(
        `SELECT rating, count(*) FROM events ${where} AND rating IS NOT NULL GROUP BY rating ORDER BY rating LIMIT ${MAX_RATINGS + 1}`,
      )
    : [];
  const isTime = time.reading.small !== 'ordinal';
  const day = (seconds: unknown) =>
    isTime ? new Date(Number(seconds) * 1000).toISOString().slice(0, 10) : String(seconds);
  const details: Record<string, Partial<FieldReading>> = {
    timestamp: { form: time.form, ...(first === null ? {} : { range: [day(first), day(last)] }) },
    rating: rated ? { range: [String(lowest), String(highest)] } : {},
  };
  const counts = outcomes.isIn(file) ? await countOutcomes(staging, outcomes, where) : {};
  const given = Object.entries(counts).map(([type, events], k) => ({ type, column: outcomes.columns[k], events }));
  return {
    file: file.path,
    role: 'events',
    dialect: dialectReading(file.dialect),
    ...(recognised.layout === undefined ? {} : { layout: recognised.layout.name }),
    columns: [...recognised.columns].map(([field, column]) => ({ field, column, ...details[field] })),
    ...(given.length === 0 ? {} : { outcomes: given }),
    unread: recognised.unread.filter((column) => !given.some((outcome) => outcome.column === column)),
    ...(recognised.negative.length === 0 ? {} : { negative: recognised.negative }),
    ...(withoutElements === 0 ? {} : { withoutElements }),
    ...(ignored.length === 0 ? {} : { ignored: ignored.toSorted((a, b) => b.count - a.count).slice(0, MAX_TYPES) }),
    timed: timed && isTime,
    types: Number(count) === 0 ? [] : types.map(([type, events]) => ({ type: String(type), events: Number(events) })),
    ...(rated && ratings.length <= MAX_RATINGS
      ? { ratings: ratings.map(([rating, events]) => ({ rating: Number(rating), events: Number(events) })) }
      : {}),
    sample: (await firstEvents(staging, where, outcomes.types, SAMPLE_ROWS)).map((event) =>
      timed && isTime ? { ...event, timestamp: new Date(event.timestamp * 1000).toISOString() } : event,
    ),
    problems: await groupProblems(staging, paths, file.index),
  };
}

function dialectReading({ format, compression, encoding, separator, header, recordPath }: Dialect): DialectReading {
  return {
    format,
    compression,
    encoding,
    ...(separator === undefined ? {} : { separator }),
    ...(header === 'none' ? {} : { header }),
    ...(recordPath === undefined || recordPath === '' ? {} : { recordPath }),
  };
}

async function firstOf<Row>(batches: AsyncGenerator<Row[]>): Promise<Row[]> {
  const rows: Row[] = [];
  for await (const batch of batches) rows.push(...batch);
  return rows;
}
