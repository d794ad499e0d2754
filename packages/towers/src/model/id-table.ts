/**
 * The ID table as a sparse one: a step reads and trains only the rows of the items in its batch, by lazy Adam, so that a
 * step costs the same over a thousand items and over ten million. For losses that read only a batch's items.
 */
import { type Arrays, createSparseTable, namedArray, type Rows, type SparseTable } from '@lorekeep/graph';

const NAME = 'id/table';

export interface IdTable {
  tables: Record<string, SparseTable>;
  /** What a step takes beside its batch. @param items rows of the batch's items, −1 for none */
  rows(items: Int32Array): Rows;
  /** The table as a parameter, a copy. */
  whole(): Arrays;
  /** What a checkpoint keeps. */
  arrays(): Arrays;
}

/**
 * @param parameters first values; the table is taken out of them
 * @param fixed the solved start: where it has the table, what is learned of it begins at zero
 * @param saved `arrays()` of a checkpoint
 */
export function createIdTable(parameters: Arrays, fixed: Arrays, saved?: Arrays): IdTable {
  const { shape, data } = parameters[NAME];
  delete parameters[NAME];
  const [items, dim] = shape;
  const atZero = `start/${NAME}` in fixed || (data as Float32Array).every((value) => value === 0);
  const first = atZero ? undefined : (data as Float32Array);
  const table = createSparseTable({
    rows: items,
    dim,
    initial: first && ((row, into) => into.set(first.subarray(row * dim, (row + 1) * dim))),
  });
  if (saved !== undefined) table.restore(saved);
  return {
    tables: { [NAME]: table },
    rows: (rows) => ({ [NAME]: rows }),
    whole() {
      // Rows that no batch has named stand at their first values.
      const copy = first === undefined ? new Float32Array(items * dim) : first.slice();
      const { parameter, made } = table.arrays();
      for (let row = 0; row < items; row++)
        if (made.data[row] === 1)
          copy.set((parameter.data as Float32Array).subarray(row * dim, (row + 1) * dim), row * dim);
      return { [NAME]: namedArray([items, dim], copy) };
    },
    arrays: () => table.arrays(),
  };
}
