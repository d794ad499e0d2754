/** A log read part by part: what a continued training has learned already, and what it still has to learn. */
import { type Behaviours, recordRows } from '@lorekeep/ranking';
import type { ImpressionColumns } from '@lorekeep/store';
import { createRowBuffer, sliceColumns } from './columns.ts';
import { firstAfter } from './days.ts';
import type { SpooledLog } from './spooled-log.ts';

/** The numbers of all rows. */
export const rowsOf = ({ users }: ImpressionColumns): Int32Array => Int32Array.from(users.keys());

/** The rows up to a time, part by part. */
export async function* partsUntil({ parts, read }: SpooledLog, time: number): AsyncGenerator<ImpressionColumns> {
  for (const part of parts) {
    if (part.from > time) return;
    const columns = await read(part);
    yield part.until <= time ? columns : sliceColumns(columns, 0, firstAfter(columns.timestamps, time));
  }
}

/** The rows after a time, part by part. */
export async function* partsAfter({ parts, read }: SpooledLog, time: number): AsyncGenerator<ImpressionColumns> {
  for (const part of parts) {
    if (part.until <= time) continue;
    const columns = await read(part);
    yield part.from > time ? columns : sliceColumns(columns, firstAfter(columns.timestamps, time), part.rows);
  }
}

/** Records the rows up to a time as behaviours. */
export async function recordUntil(behaviours: Behaviours, log: SpooledLog, time: number): Promise<void> {
  for await (const columns of partsUntil(log, time)) recordRows(behaviours, columns, rowsOf(columns));
}

/** The first rows of the log at once. */
export async function readFirst({ parts, read }: SpooledLog, rows: number): Promise<ImpressionColumns> {
  const buffer = createRowBuffer();
  for (const part of parts) {
    if (part.first >= rows) break;
    buffer.push(await read(part), 0, Math.min(part.rows, rows - part.first));
  }
  return sliceColumns(buffer.columns, 0, buffer.rows);
}
