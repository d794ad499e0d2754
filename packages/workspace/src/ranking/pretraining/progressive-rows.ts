/**
 * The progressive knowledge of impressions, beside a model of stage 1: what the model knew of a row
 * before it learned from it. A ranker that trains on these values gets in training what it will get
 * in use. Rows are found again by time and by a hash of user, item and request, so that the files
 * contain no id of a user and stay right if events are deleted or arrive late.
 *
 * A version has files of some days each, and `rows.json` with their times, so that memory holds the
 * rows of a few days. A version that continues another one shares its files.
 */
import { createHash } from 'node:crypto';
import { copyFile, link, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { errorCode } from '@lorekeep/core';
import { namedArray, readSafetensors, saveSafetensors } from '@lorekeep/graph';
import type { ImpressionColumns } from '@lorekeep/store';
import { errors } from '../../errors.ts';

const INDEX = 'rows.json';
/** Rows after which a file ends. Each file is synchronised with the disk, so days do not get their own. */
const FILE_ROWS = 2 ** 17;

/** Rows in the order of time. */
export interface ProgressiveRows {
  /** Numbers per row. */
  width: number;
  timestamps: Float64Array;
  /** 52 bits of a hash of user, item and request. */
  keys: Float64Array;
  /** `[rows]` Unix seconds of the newest impression that the model had learned from. */
  seenUntil: Float64Array;
  /** `[rows, width]` */
  values: Float32Array;
}

interface Part {
  file: string;
  /** Unix seconds of the first and of the last row. */
  from: number;
  until: number;
}

interface Index {
  width: number;
  parts: Part[];
}

export interface ProgressiveWriter {
  add(rows: ProgressiveRows): Promise<void>;
  /** Writes what is left, and the list of the files. */
  end(): Promise<void>;
}

/** @param former folder of the version that is continued, whose rows come first */
export async function createProgressiveWriter(directory: string, former?: string): Promise<ProgressiveWriter> {
  const index: Index = former === undefined ? { width: 0, parts: [] } : await readIndex(former);
  for (const { file } of index.parts) await share(join(former!, file), join(directory, file));
  let pending: ProgressiveRows[] = [];
  let waiting = 0;

  async function flush(): Promise<void> {
    if (waiting === 0) return;
    const { width, timestamps, keys, seenUntil, values } = joined(pending[0].width, pending);
    pending = [];
    waiting = 0;
    const count = timestamps.length;
    // Safetensors of this project hold 32-bit numbers: a 64-bit one is stored as its two halves.
    const halves = (column: Float64Array) =>
      namedArray([count, 2], new Int32Array(column.buffer, column.byteOffset, 2 * count), 'int32');
    const file = `rows-${String(index.parts.length + 1).padStart(6, '0')}.safetensors`;
    await saveSafetensors(
      join(directory, file),
      {
        timestamps: halves(timestamps),
        keys: halves(keys),
        seenUntil: halves(seenUntil),
        values: namedArray([count, width], values),
      },
      { format: 'lorekeep-progressive-knowledge' },
    );
    index.width = width;
    index.parts.push({ file, from: timestamps[0], until: timestamps[count - 1] });
  }

  return {
    async add(rows) {
      pending.push(rows);
      waiting += rows.timestamps.length;
      if (waiting >= FILE_ROWS) await flush();
    },
    async end() {
      await flush();
      await writeFile(join(directory, INDEX), `${JSON.stringify(index)}\n`);
    },
  };
}

/** Files are never changed, so a second name is enough where the file system has them. */
const share = (from: string, to: string): Promise<void> => link(from, to).catch(() => copyFile(from, to));

async function readIndex(directory: string): Promise<Index> {
  const file = join(directory, INDEX);
  try {
    return JSON.parse(await readFile(file, 'utf8'));
  } catch (cause) {
    throw errors.KNOWLEDGE_FILE_DAMAGED({ file, problem: `cannot be read (${errorCode(cause)})` }, cause);
  }
}

/** What a version knew of rows. */
export interface FoundRows extends ProgressiveRows {
  /** `[rows of the columns]` the place of each row; −1 if the version did not read it. */
  places: Int32Array;
}

export interface ProgressiveReader {
  /** Numbers per row. */
  readonly width: number;
  /**
   * @param columns in the order of time, with all impressions of each time
   * @throws LorekeepError `KNOWLEDGE_FILE_DAMAGED`, `GRAPH_…`, `PATH_…`
   */
  find(columns: ImpressionColumns, names: Ids): Promise<FoundRows>;
}

/** What users and items of columns are called. */
interface Ids {
  userIds: readonly string[];
  itemIds: readonly string[];
}

/** @throws LorekeepError `KNOWLEDGE_FILE_DAMAGED` */
export async function openProgressive(directory: string): Promise<ProgressiveReader> {
  const { width, parts } = await readIndex(directory);
  /** The files that the last call needed: the next day is mostly in the same one. */
  let last = new Map<string, ProgressiveRows>();
  return {
    width,
    async find(columns, names) {
      const { timestamps } = columns;
      const [from, until] = [timestamps[0], timestamps[timestamps.length - 1]];
      const near = parts.filter((part) => part.from <= until && part.until >= from);
      const read = new Map<string, ProgressiveRows>();
      for (const { file } of near) read.set(file, last.get(file) ?? (await readPart(join(directory, file))));
      last = read;
      const rows = joined(width, [...read.values()]);
      return { ...rows, places: placesOf(columns, rowKeys(columns, names), rows) };
    },
  };
}

async function readPart(file: string): Promise<ProgressiveRows> {
  const { arrays } = await readSafetensors(file);
  const column = (name: string): Float64Array => {
    const { data } = arrays[name] ?? {};
    if (!(data instanceof Int32Array))
      throw errors.KNOWLEDGE_FILE_DAMAGED({ file, problem: `has no column "${name}"` });
    return new Float64Array(Int32Array.from(data).buffer);
  };
  const { values } = arrays;
  if (values === undefined) throw errors.KNOWLEDGE_FILE_DAMAGED({ file, problem: 'has no values' });
  return {
    width: values.shape[1],
    timestamps: column('timestamps'),
    keys: column('keys'),
    seenUntil: column('seenUntil'),
    values: values.data as Float32Array,
  };
}

function joined(width: number, parts: readonly ProgressiveRows[]): ProgressiveRows {
  if (parts.length === 1) return parts[0];
  const count = parts.reduce((sum, { timestamps }) => sum + timestamps.length, 0);
  const rows = {
    width,
    timestamps: new Float64Array(count),
    keys: new Float64Array(count),
    seenUntil: new Float64Array(count),
    values: new Float32Array(count * width),
  };
  let at = 0;
  for (const part of parts) {
    for (const name of ['timestamps', 'keys', 'seenUntil'] as const) rows[name].set(part[name], at);
    rows.values.set(part.values, at * width);
    at += part.timestamps.length;
  }
  return rows;
}

/** Keys of the rows of columns. */
export function rowKeys({ users, items, requests }: ImpressionColumns, { userIds, itemIds }: Ids): Float64Array {
  return Float64Array.from(users, (user, row) => keyOf(`${userIds[user]}\n${itemIds[items[row]]}\n${requests[row]}`));
}

const keyOf = (text: string): number => {
  const digest = createHash('sha1').update(text).digest();
  return digest.readUIntBE(0, 6) * 16 + (digest[6] >>> 4);
};

/** Both are in the order of time, and rows of equal time and key are taken in their order. */
function placesOf(columns: ImpressionColumns, own: Float64Array, { timestamps, keys }: ProgressiveRows): Int32Array {
  const { length } = columns.timestamps;
  const places = new Int32Array(length).fill(-1);
  let at = 0;
  for (let row = 0; row < length; ) {
    const time = columns.timestamps[row];
    while (at < timestamps.length && timestamps[at] < time) at++;
    const waiting = new Map<number, number[]>();
    for (; at < timestamps.length && timestamps[at] === time; at++) {
      const same = waiting.get(keys[at]);
      if (same === undefined) waiting.set(keys[at], [at]);
      else same.push(at);
    }
    for (; row < length && columns.timestamps[row] === time; row++) places[row] = waiting.get(own[row])?.shift() ?? -1;
  }
  return places;
}
