/**
 * The impression log of a store on disk, in the parts in which it is learned. Memory holds one part
 * at a time, so it does not grow with the log. The log is read from the store once, in order, and the
 * store is free again before the training starts.
 *
 * A part is a day of UTC. A busy day is several parts: a part ends with the first change of the time
 * after `PART_ROWS` rows. Impressions of one time are never in two parts.
 *
 * The file is in the system's temporary folder. It has numbers in place of ids, 36 bytes per
 * impression, and no name after it is opened: a killed process leaves nothing.
 */
import { randomBytes } from 'node:crypto';
import { type FileHandle, open, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { systemError } from '@lorekeep/core';
import type { ImpressionColumns, ImpressionNames, Store } from '@lorekeep/store';
import { columnsIn, createRowBuffer, ROW_BYTES } from './columns.ts';
import { firstAfter, nextDay, startOfDay } from './days.ts';

/** Rows after which a part of a busy day ends. */
const PART_ROWS = 2 ** 18;
/** Rows that the store hands over at once. */
const BATCH = 2 ** 15;

export interface LogPart {
  /** Index of the first row in the log. */
  first: number;
  rows: number;
  /** Unix seconds of the first and of the last row. */
  from: number;
  until: number;
}

export interface SpooledLog extends ImpressionNames {
  /** Impressions with each outcome, in the order of `outcomeNames`. */
  outcomeCounts: number[];
  /** In the order of time. */
  parts: readonly LogPart[];
  read(part: LogPart): Promise<ImpressionColumns>;
  /** Rows up to a time; with `exclusive`, those before it. */
  countUntil(time: number, exclusive?: boolean): Promise<number>;
  close(): Promise<void>;
}

/**
 * @param partRows see `PART_ROWS`
 * @throws LorekeepError `DISK_FULL`, `PATH_…`
 */
export async function spoolLog(store: Pick<Store, 'impressions'>, partRows = PART_ROWS): Promise<SpooledLog> {
  const path = join(tmpdir(), `lorekeep-impressions-${randomBytes(6).toString('hex')}`);
  const file = await open(path, 'wx+', 0o600).catch((error) => {
    throw systemError(error, path);
  });
  try {
    await rm(path, { force: true });
    return await fill(file, path, store, partRows);
  } catch (error) {
    await file.close();
    throw error;
  }
}

async function fill(
  file: FileHandle,
  path: string,
  store: Pick<Store, 'impressions'>,
  partRows: number,
): Promise<SpooledLog> {
  const parts: LogPart[] = [];
  const outcomeCounts: number[] = [];
  const buffer = createRowBuffer();
  let names: ImpressionNames | undefined;
  let written = 0;

  async function endPart(): Promise<void> {
    const { rows, columns } = buffer;
    if (rows === 0) return;
    parts.push({ first: written, rows, from: columns.timestamps[0], until: columns.timestamps[rows - 1] });
    await writeAll(file, buffer.take(), written * ROW_BYTES).catch((error) => {
      throw systemError(error, path);
    });
    written += rows;
  }

  for await (const batch of store.impressions({ batchSize: BATCH })) {
    names = batch.names;
    const { timestamps, outcomes } = batch;
    for (let bit = outcomeCounts.length; bit < names.outcomeNames.length; bit++) outcomeCounts.push(0);
    for (const mask of outcomes)
      for (let bit = 0; bit < outcomeCounts.length; bit++) outcomeCounts[bit] += (mask >>> bit) & 1;
    for (let row = 0; row < timestamps.length; ) {
      const time = timestamps[row];
      if (buffer.rows > 0) {
        const last = buffer.columns.timestamps[buffer.rows - 1];
        if (startOfDay(time) !== startOfDay(last) || (buffer.rows >= partRows && time !== last)) await endPart();
      }
      const room = Math.max(1, partRows - buffer.rows);
      let end = firstAfter(timestamps, nextDay(time), true);
      if (end - row > room) end = firstAfter(timestamps, timestamps[row + room - 1]);
      buffer.push(batch, row, end);
      row = end;
    }
  }
  await endPart();

  const read = async ({ first, rows }: LogPart): Promise<ImpressionColumns> => {
    const bytes = new Uint8Array(rows * ROW_BYTES);
    for (let done = 0; done < bytes.length; )
      done += (await file.read(bytes, done, bytes.length - done, first * ROW_BYTES + done)).bytesRead;
    return columnsIn(bytes.buffer, rows);
  };
  return {
    ...names!,
    outcomeCounts,
    parts,
    read,
    async countUntil(time, exclusive = false) {
      const isBefore = (other: number) => (exclusive ? other < time : other <= time);
      const end = parts.findIndex(({ until }) => !isBefore(until));
      if (end < 0) return written;
      const { first, from } = parts[end];
      return isBefore(from) ? first + firstAfter((await read(parts[end])).timestamps, time, exclusive) : first;
    },
    close: () => file.close(),
  };
}

async function writeAll(file: FileHandle, bytes: Uint8Array, at: number): Promise<void> {
  for (let done = 0; done < bytes.length; )
    done += (await file.write(bytes, done, bytes.length - done, at + done)).bytesWritten;
}
