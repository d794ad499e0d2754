/**
 * Overwrites the rows of users and items in a file of rows. A row is first marked as erased, then
 * overwritten: a process that is killed in between leaves a file that can be read.
 */
import { open } from 'node:fs/promises';
import type { RemovedIds } from '../../contract/tables.ts';
import { SEPARATOR } from './key.ts';
import { readAll } from './read-file.ts';
import { ERASED, KIND_AT, nextRow, ROW_HEAD, type Row } from './rows.ts';

/** Rows between which the event loop runs other work. */
const SLICE = 20_000;

async function rowsOf(path: string, from: number, { users, items }: RemovedIds): Promise<Row[]> {
  const bytes = await readAll(path);
  if (bytes === undefined) return [];
  const [userIds, itemIds] = [new Set(users), new Set(items)];
  const found: Row[] = [];
  let count = 0;
  for (let row: Row | undefined, at = from; (row = nextRow(bytes, at)) !== undefined; at = row.at + row.length) {
    if (++count % SLICE === 0) await new Promise(setImmediate);
    if (row.kind >= ERASED) continue;
    const key = bytes.subarray(row.at + ROW_HEAD, row.at + ROW_HEAD + row.keyLength);
    const end = row.kind === 2 ? key.indexOf(SEPARATOR) : key.length;
    if ((row.kind === 1 ? itemIds : userIds).has(key.toString('utf8', 0, end))) found.push(row);
  }
  return found;
}

/**
 * @param from where the rows of the file begin
 * @returns how many rows were erased; 0 if there is no such file
 */
export async function eraseRows(path: string, from: number, ids: RemovedIds): Promise<number> {
  const rows = await rowsOf(path, from, ids);
  if (rows.length === 0) return 0;
  const file = await open(path, 'r+');
  try {
    for (const { at } of rows) await file.write(Uint8Array.of(ERASED), 0, 1, at + KIND_AT);
    await file.sync();
    for (const { at, length } of rows) {
      await file.write(new Uint8Array(4), 0, 4, at);
      await file.write(new Uint8Array(length - KIND_AT - 1), 0, length - KIND_AT - 1, at + KIND_AT + 1);
    }
    await file.sync();
  } finally {
    await file.close();
  }
  return rows.length;
}
