/**
 * Which rows have which values, in both directions. An entry is one value of one row; it is in the
 * list of its value and in the list of its row. Both lists are links in typed arrays, so that a row
 * changes in time with the number of its own values. An entry takes 20 bytes, and a row 8.
 */
import { createRowNumbers } from './row-numbers.ts';

/** The end of a list. */
const NONE = -1;

export interface Postings {
  /** Adds an entry. A row must not get the same code twice. */
  add(row: number, code: number): void;
  /**
   * Removes all entries of a row.
   * @param emptied called with each code that no row has any more
   */
  removeRow(row: number, emptied: (code: number) => void): void;
  /** Number of rows with this code. */
  count(code: number): number;
  rowsOf(code: number, each: (row: number) => void): void;
  codesOf(row: number, each: (code: number) => void): void;
  has(row: number): boolean;
  /** Bytes that the arrays take. */
  readonly bytes: number;
}

export function createPostings(): Postings {
  const create = () => ({
    row: new Int32Array(16),
    code: new Int32Array(16),
    next: new Int32Array(16),
    previous: new Int32Array(16),
    nextOfRow: new Int32Array(16),
  });
  let entries = create();
  let size = 0;
  /** Entries that were removed, linked by `nextOfRow`. */
  let free = NONE;
  let firstOfCode = new Int32Array(16).fill(NONE);
  let countOfCode = new Int32Array(16);
  const firstOfRow = createRowNumbers();

  function entry(): number {
    if (free !== NONE) {
      const at = free;
      free = entries.nextOfRow[at];
      return at;
    }
    if (size === entries.row.length) {
      const before = entries;
      entries = {
        row: grown(before.row, 2 * size, 0),
        code: grown(before.code, 2 * size, 0),
        next: grown(before.next, 2 * size, 0),
        previous: grown(before.previous, 2 * size, 0),
        nextOfRow: grown(before.nextOfRow, 2 * size, 0),
      };
    }
    return size++;
  }

  return {
    add(row, code) {
      if (code >= firstOfCode.length) {
        const length = Math.max(code + 1, 2 * firstOfCode.length);
        firstOfCode = grown(firstOfCode, length, NONE);
        countOfCode = grown(countOfCode, length, 0);
      }
      const at = entry();
      const first = firstOfCode[code];
      entries.row[at] = row;
      entries.code[at] = code;
      entries.next[at] = first;
      entries.previous[at] = NONE;
      if (first !== NONE) entries.previous[first] = at;
      firstOfCode[code] = at;
      countOfCode[code]++;
      entries.nextOfRow[at] = firstOfRow.get(row) ?? NONE;
      firstOfRow.set(row, at);
    },
    removeRow(row, emptied) {
      const first = firstOfRow.get(row);
      if (first === undefined) return;
      const { code, next, previous, nextOfRow } = entries;
      for (let at = first; at !== NONE; ) {
        const following = nextOfRow[at];
        if (previous[at] === NONE) firstOfCode[code[at]] = next[at];
        else next[previous[at]] = next[at];
        if (next[at] !== NONE) previous[next[at]] = previous[at];
        if (--countOfCode[code[at]] === 0) emptied(code[at]);
        nextOfRow[at] = free;
        free = at;
        at = following;
      }
      firstOfRow.delete(row);
    },
    count: (code) => countOfCode[code] ?? 0,
    rowsOf(code, each) {
      for (let at = firstOfCode[code] ?? NONE; at !== NONE; at = entries.next[at]) each(entries.row[at]);
    },
    codesOf(row, each) {
      for (let at = firstOfRow.get(row) ?? NONE; at !== NONE; at = entries.nextOfRow[at]) each(entries.code[at]);
    },
    has: (row) => firstOfRow.get(row) !== undefined,
    get bytes() {
      return 5 * 4 * entries.row.length + firstOfRow.bytes + 2 * 4 * firstOfCode.length;
    },
  };
}

function grown(array: Int32Array<ArrayBuffer>, length: number, fill: number): Int32Array<ArrayBuffer> {
  const wider = new Int32Array(length);
  wider.set(array);
  if (fill !== 0) wider.fill(fill, array.length);
  return wider;
}
