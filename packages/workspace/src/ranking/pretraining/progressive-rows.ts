/**
 * The progressive knowledge of impressions, beside a model of stage 1: what the model knew of a row
 * before it learned from it. A ranker that trains on these values gets in training what it will get
 * in use. Rows are found again by time and by a hash of user, item and request, so that the file
 * contains no id of a user and stays right if events are deleted or arrive late.
 */
import { createHash } from 'node:crypto';
import { join } from 'node:path';
import { namedArray, readSafetensors, saveSafetensors } from '@lorekeep/graph';
import type { ImpressionLog } from '@lorekeep/store';
import { errors } from '../../errors.ts';

const FILE = 'rows.safetensors';

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

export async function saveProgressive(directory: string, rows: ProgressiveRows): Promise<void> {
  const { width, timestamps, keys, seenUntil, values } = rows;
  const count = timestamps.length;
  // Safetensors of this project hold 32-bit numbers: a 64-bit one is stored as its two halves.
  const halves = (column: Float64Array) =>
    namedArray([count, 2], new Int32Array(column.buffer, column.byteOffset, 2 * count), 'int32');
  await saveSafetensors(
    join(directory, FILE),
    {
      timestamps: halves(timestamps),
      keys: halves(keys),
      seenUntil: halves(seenUntil),
      values: namedArray([count, width], values),
    },
    { format: 'lorekeep-progressive-knowledge' },
  );
}

/** @throws LorekeepError `KNOWLEDGE_FILE_DAMAGED`, `GRAPH_…`, `PATH_…` */
export async function loadProgressive(directory: string): Promise<ProgressiveRows> {
  const file = join(directory, FILE);
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

/** Rows of one part or more, one after the other. */
export function joinProgressive(parts: readonly ProgressiveRows[]): ProgressiveRows {
  const { width } = parts[0];
  const count = parts.reduce((sum, { timestamps }) => sum + timestamps.length, 0);
  const joined = {
    width,
    timestamps: new Float64Array(count),
    keys: new Float64Array(count),
    seenUntil: new Float64Array(count),
    values: new Float32Array(count * width),
  };
  let at = 0;
  for (const part of parts) {
    for (const name of ['timestamps', 'keys', 'seenUntil'] as const) joined[name].set(part[name], at);
    joined.values.set(part.values, at * width);
    at += part.timestamps.length;
  }
  return joined;
}

/** Keys of rows of a log. */
export function rowKeys(log: ImpressionLog, rows: Int32Array): Float64Array {
  return Float64Array.from(rows, (row) =>
    keyOf(`${log.userIds[log.users[row]]}\n${log.itemIds[log.items[row]]}\n${log.requests[row]}`),
  );
}

const keyOf = (text: string): number => {
  const digest = createHash('sha1').update(text).digest();
  return digest.readUIntBE(0, 6) * 16 + (digest[6] >>> 4);
};

/**
 * Where each row of a log is among progressive rows; −1 if it is not there. Both are in the order of
 * time, and rows of equal time and key are taken in their order.
 */
export function findProgressive(log: ImpressionLog, { timestamps, keys }: ProgressiveRows): Int32Array {
  const { length } = log.timestamps;
  const found = new Int32Array(length).fill(-1);
  const own = rowKeys(
    log,
    Int32Array.from({ length }, (_, row) => row),
  );
  let at = 0;
  for (let row = 0; row < length; ) {
    const time = log.timestamps[row];
    while (at < timestamps.length && timestamps[at] < time) at++;
    const waiting = new Map<number, number[]>();
    for (; at < timestamps.length && timestamps[at] === time; at++) {
      const same = waiting.get(keys[at]);
      if (same === undefined) waiting.set(keys[at], [at]);
      else same.push(at);
    }
    for (; row < length && log.timestamps[row] === time; row++) found[row] = waiting.get(own[row])?.shift() ?? -1;
  }
  return found;
}
