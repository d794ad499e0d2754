/**
 * The times of staged event files. Numbers and plain ISO 8601 are read in SQL. All other texts are
 * read once per distinct text by `parseTimeText`, so import and HTTP read them alike.
 */
import { type DateOrder, EARLIEST_TIME, latestTime, parseTimeText } from '@lorekeep/core';
import { errors } from '../../errors.ts';
import type { SourceFile } from '../../formats/source-file.ts';
import { createOrderEvidence, decideOrder, type OrderEvidence } from '../../values/date-order.ts';
import {
  decideTimes,
  shapeSql,
  type TimeEvidence,
  type TimeReading,
  type TimeShape,
  timeForm,
} from '../../values/time-column.ts';
import type { Staging } from '../staging.ts';

export interface TimeColumn {
  reading: TimeReading;
  /** For people: `ISO 8601`. */
  form: string;
  /** The table `(text, seconds)` of the texts that are read in JavaScript; undefined if there is none. */
  texts?: string;
  /** The end of the plausible range, in Unix seconds. */
  latest: number;
}

/** What one file shows before its order of dates is decided. */
interface Measured {
  file: SourceFile;
  counts: TimeEvidence['counts'];
  small: TimeEvidence['small'];
  orders: OrderEvidence;
  texts: boolean;
}

/** Distinct texts that are held in memory at once. */
const BATCH = 100_000;

/**
 * Reads the tables `clean_<file>`, whose column `shape` it fills.
 * @param order as given by the caller
 * @throws LorekeepError `IMPORT_DATE_ORDER`
 */
export async function readTimeColumns(
  staging: Staging,
  files: readonly SourceFile[],
  order: DateOrder | undefined,
): Promise<Map<SourceFile, TimeColumn>> {
  const latest = latestTime();
  const measured: Measured[] = [];
  for (const file of files) measured.push(await measure(staging, file, order));
  const columns = new Map<SourceFile, TimeColumn>();
  for (const one of measured) {
    const others = measured.filter((other) => other !== one).map(({ orders }) => orders);
    const decided = order ?? decideOrder(one.orders, others);
    if (decided === 'open') {
      const { examples, possible } = one.orders;
      throw errors.IMPORT_DATE_ORDER({ file: one.file.path, examples: [...examples], possible: [...possible] });
    }
    const texts = one.texts ? `times_${one.file.index}` : undefined;
    const readable = texts === undefined ? 0 : await parseTexts(staging, one.file, texts, decided);
    const evidence = { counts: one.counts, small: one.small, readable };
    const reading = decideTimes(evidence);
    const named = decided === 'contradictory' || one.orders.count === 0 ? undefined : decided;
    columns.set(one.file, { reading, form: timeForm(evidence, reading, named), texts, latest });
  }
  return columns;
}

/** The column `shape` of `clean_<file>`. */
export function shapeColumn(latest = latestTime()): string {
  return shapeSql('timestamp', 'number', EARLIEST_TIME, latest);
}

async function measure(staging: Staging, file: SourceFile, order: DateOrder | undefined): Promise<Measured> {
  const table = `clean_${file.index}`;
  const rows = await staging.rows(`
    SELECT shape, count(*), min(number), max(number), count(*) FILTER (number <> floor(number)) FROM ${table} GROUP BY shape`);
  const counts = Object.fromEntries(rows.map(([shape, count]) => [shape, Number(count)])) as TimeEvidence['counts'];
  const small = rows.find(([shape]) => shape === ('small' satisfies TimeShape));
  if (small !== undefined && counts.iso !== undefined) {
    // Text such as 2013-02-30 must not make times of a column of ordinals.
    counts.iso = await staging.number(
      `SELECT count(*) FROM ${table} WHERE shape = 'iso' AND TRY_CAST(timestamp AS TIMESTAMPTZ) IS NOT NULL`,
    );
  }
  const orders = createOrderEvidence();
  const texts = (counts.text ?? 0) > 0;
  if (texts) {
    await staging.run(
      `CREATE TABLE texts_${file.index} AS SELECT DISTINCT timestamp AS text FROM ${table} WHERE shape = 'text'`,
    );
    if (order === undefined) {
      for await (const [batch] of staging.stream(`SELECT text FROM texts_${file.index}`)) {
        for (const text of batch as string[]) {
          const possible = parseTimeText(text)?.needsOrder;
          if (possible !== undefined) orders.add(possible, text);
        }
      }
    }
  }
  return {
    file,
    counts,
    small: small && { min: Number(small[2]), max: Number(small[3]), fractions: Number(small[4]) },
    orders,
    texts,
  };
}

/** Makes the table of the texts that are times; returns how many lines have them. */
async function parseTexts(
  staging: Staging,
  file: SourceFile,
  table: string,
  order: DateOrder | 'contradictory' | undefined,
): Promise<number> {
  const source = `texts_${file.index}`;
  await staging.run(`CREATE TABLE parsed_${file.index} (text VARCHAR, seconds VARCHAR)`);
  const rows = await staging.append(`parsed_${file.index}`);
  const total = await staging.number(`SELECT count(*) FROM ${source}`);
  for (let from = 0; from < total; from += BATCH) {
    const texts = await staging.rows(`SELECT text FROM ${source} WHERE rowid >= ${from} AND rowid < ${from + BATCH}`);
    for (const [text] of texts as [string][]) {
      const seconds = secondsOf(text, order);
      if (seconds !== undefined) rows.row([], [text, String(seconds)]);
    }
    rows.flush();
  }
  rows.close();
  await staging.run(
    `CREATE TABLE ${table} AS SELECT text, CAST(seconds AS DOUBLE) AS seconds FROM parsed_${file.index}`,
  );
  await staging.run(`DROP TABLE parsed_${file.index}`);
  return staging.number(
    `SELECT count(*) FROM clean_${file.index} WHERE shape = 'text' AND timestamp IN (SELECT text FROM ${table})`,
  );
}

function secondsOf(text: string, order: DateOrder | 'contradictory' | undefined): number | undefined {
  const fixed = order === 'contradictory' ? undefined : order;
  const parsed = parseTimeText(text, fixed);
  // Of contradictory dates, those that are dates in one order only can be read.
  if (parsed?.needsOrder?.length === 1) return parseTimeText(text, parsed.needsOrder[0])?.seconds;
  return parsed?.seconds;
}
