/** Columns of impressions that grow, and their bytes. */
import type { ImpressionColumns } from '@lorekeep/store';

/** Numbers of 8 bytes first, so that each column is aligned where it lies behind the others. */
const COLUMNS = [
  ['timestamps', Float64Array],
  ['requests', Float64Array],
  ['users', Int32Array],
  ['items', Int32Array],
  ['surfaces', Int32Array],
  ['positions', Int32Array],
  ['outcomes', Uint32Array],
] as const;

/** Bytes of an impression. */
export const ROW_BYTES = COLUMNS.reduce((sum, [, type]) => sum + type.BYTES_PER_ELEMENT, 0);

/** Columns in bytes that hold them one behind the other. */
export function columnsIn(bytes: ArrayBuffer, rows: number): ImpressionColumns {
  let at = 0;
  const columns: Partial<Record<keyof ImpressionColumns, ArrayLike<number>>> = {};
  for (const [name, type] of COLUMNS) {
    columns[name] = new type(bytes, at, rows);
    at += rows * type.BYTES_PER_ELEMENT;
  }
  return columns as ImpressionColumns;
}

/** Some rows, without a copy. */
export function sliceColumns(columns: ImpressionColumns, first: number, end: number): ImpressionColumns {
  return Object.fromEntries(
    COLUMNS.map(([name]) => [name, columns[name].subarray(first, end)]),
  ) as unknown as ImpressionColumns;
}

/** Rows that wait to be written. */
export interface RowBuffer {
  readonly rows: number;
  readonly columns: ImpressionColumns;
  push(from: ImpressionColumns, first: number, end: number): void;
  /** The bytes of all rows, which are then forgotten. */
  take(): Uint8Array;
}

export function createRowBuffer(): RowBuffer {
  let columns = columnsIn(new ArrayBuffer(0), 0);
  let rows = 0;
  return {
    get rows() {
      return rows;
    },
    get columns() {
      return columns;
    },
    push(from, first, end) {
      const needed = rows + end - first;
      if (needed > columns.users.length) {
        const size = Math.max(needed, 2 * columns.users.length);
        const grown = columnsIn(new ArrayBuffer(size * ROW_BYTES), size);
        for (const [name] of COLUMNS) grown[name].set(columns[name].subarray(0, rows));
        columns = grown;
      }
      for (const [name] of COLUMNS) columns[name].set(from[name].subarray(first, end), rows);
      rows = needed;
    },
    take() {
      const bytes = new ArrayBuffer(rows * ROW_BYTES);
      const taken = columnsIn(bytes, rows);
      for (const [name] of COLUMNS) taken[name].set(columns[name].subarray(0, rows));
      rows = 0;
      return new Uint8Array(bytes);
    },
  };
}
