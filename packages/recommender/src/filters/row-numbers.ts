/**
 * A number per row: a map while few rows have one, then an array. A field that few items have thus
 * takes memory for these items alone.
 */

export interface RowNumbers {
  /** `undefined` if the row has none. */
  get(row: number): number | undefined;
  set(row: number, value: number): void;
  delete(row: number): void;
  forEach(each: (value: number, row: number) => void): void;
  readonly bytes: number;
}

/** Rows in the map before an array may be worth it. */
const MIN_ROWS = 256;
/** The array takes 8 bytes a row, and an entry of a map about 40. */
const SPARSE = 5;

export function createRowNumbers(): RowNumbers {
  const sparse = new Map<number, number>();
  let dense: Float64Array<ArrayBuffer> | undefined;
  let last = 0;

  function setDense(array: Float64Array<ArrayBuffer>, row: number, value: number): void {
    let target = array;
    if (row >= target.length) {
      target = new Float64Array(Math.max(row + 1, 2 * array.length)).fill(Number.NaN);
      target.set(array);
      dense = target;
    }
    target[row] = value;
  }

  return {
    get(row) {
      if (dense === undefined) return sparse.get(row);
      const value = dense[row];
      return value === undefined || Number.isNaN(value) ? undefined : value;
    },
    set(row, value) {
      if (row > last) last = row;
      if (dense !== undefined) return setDense(dense, row, value);
      sparse.set(row, value);
      if (sparse.size < MIN_ROWS || sparse.size * SPARSE < last) return;
      dense = new Float64Array(last + 1).fill(Number.NaN);
      for (const [at, one] of sparse) dense[at] = one;
      sparse.clear();
    },
    delete(row) {
      if (dense === undefined) sparse.delete(row);
      else if (row < dense.length) dense[row] = Number.NaN;
    },
    forEach(each) {
      if (dense === undefined) for (const [row, value] of sparse) each(value, row);
      else for (let row = 0; row < dense.length; row++) if (!Number.isNaN(dense[row])) each(dense[row], row);
    },
    get bytes() {
      return dense?.byteLength ?? 8 * SPARSE * sparse.size;
    },
  };
}
