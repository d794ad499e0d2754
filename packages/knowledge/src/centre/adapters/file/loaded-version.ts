/** A version of the file store in memory: its rows, and the updates that any process appends. */
import { join } from 'node:path';
import { errors } from '../../../errors.ts';
import { readAll } from './read-file.ts';
import { RowTable } from './row-table.ts';
import { MAGIC, nextRow, READ_AGAIN, type Row, rowAt } from './rows.ts';

export const ENTRIES = 'entries.rows';
export const UPDATES = 'updates.rows';
/** Rows between which the event loop runs other work. */
const SLICE = 20_000;

export class LoadedVersion {
  readonly table: RowTable;
  readonly #directory: string;
  /** Bytes of the updates that are in the table. */
  #seen: number;
  #updating: Promise<boolean> | undefined;

  private constructor(directory: string, table: RowTable, seen: number) {
    this.#directory = directory;
    this.table = table;
    this.#seen = seen;
  }

  /**
   * @returns `undefined` if the version is gone
   * @throws LorekeepError `KNOWLEDGE_DAMAGED`
   */
  static async load(directory: string, expected: number): Promise<LoadedVersion | undefined> {
    const path = join(directory, ENTRIES);
    // Updates that come while the entries are read are read afterwards.
    const base = await readAll(path);
    if (base === undefined) return undefined;
    if (!base.subarray(0, MAGIC.length).equals(MAGIC))
      throw errors.KNOWLEDGE_DAMAGED({ place: path, reason: 'it does not begin like a file of entries' });
    const table = new RowTable(base, expected);
    let at = MAGIC.length;
    for (let rows = 1; at < base.length; rows++) {
      const row = rowAt(base, at);
      if (row === undefined)
        throw errors.KNOWLEDGE_DAMAGED({ place: path, reason: `the row at byte ${at} is damaged` });
      table.addBaseRow(row);
      at += row.length;
      if (rows % SLICE === 0) await new Promise(setImmediate);
    }
    const loaded = new LoadedVersion(directory, table, 0);
    await loaded.update(true);
    return loaded;
  }

  /**
   * Takes in what was appended to the updates.
   *
   * @param isNew whether the rest of the version has just been read
   * @returns false if the version must be read again
   */
  update(isNew = false): Promise<boolean> {
    // A call that comes during another one starts behind it: its own rows may have come too late.
    const before = this.#updating ?? Promise.resolve(true);
    const mine = before.then((isCurrent) => isCurrent && this.#readUpdates(isNew));
    this.#updating = mine.catch(() => true);
    return mine;
  }

  async #readUpdates(isNew: boolean): Promise<boolean> {
    const added = await readAll(join(this.#directory, UPDATES), this.#seen);
    if (added === undefined) return true;
    let at = 0;
    for (let row: Row | undefined; (row = nextRow(added, at)) !== undefined; at = row.at + row.length) {
      if (row.kind === READ_AGAIN && !isNew) return false;
      this.table.putUpdate(added, row);
    }
    this.#seen += at;
    return true;
  }
}
