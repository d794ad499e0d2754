/**
 * The ID table as a sparse table: a step reads and trains only the rows of the items in its batch,
 * by lazy Adam, so the cost of a step does not grow with the catalogue. For losses that read only
 * the items of a batch.
 */
import { type Arrays, createSparseTable, namedArray, type Rows, type SparseTable } from '@lorekeep/graph';

const NAME = 'id/table';

export interface IdTable {
  tables: Record<string, SparseTable>;
  /** The rows that a step reads. @param items item rows of the batch, −1 for an empty entry */
  rows(items: Int32Array): Rows;
  /** The whole table as a parameter, copied. */
  whole(): Arrays;
  /** The state for a checkpoint. */
  arrays(): Arrays;
}

/**
 * @param parameters initial values; the table is removed from them
 * @param fixed the closed-form start. If it contains a table, the learned table starts at zero.
 * @param saved `arrays()` of a checkpoint
 */
export function createIdTable(parameters: Arrays, fixed: Arrays, saved?: Arrays): IdTable {
  const { shape, data } = parameters[NAME];
  delete parameters[NAME];
  const [items, dim] = shape;
  const startsAtZero = `start/${NAME}` in fixed || (data as Float32Array).every((value) => value === 0);
  const initial = startsAtZero ? undefined : (data as Float32Array);
  const table = createSparseTable({
    rows: items,
    dim,
    initial: initial && ((row, into) => into.set(initial.subarray(row * dim, (row + 1) * dim))),
  });
  if (saved !== undefined) table.restore(saved);
  return {
    tables: { [NAME]: table },
    rows: (rows) => ({ [NAME]: rows }),
    whole() {
      // Rows that were in no batch still have their initial values.
      const copy = initial === undefined ? new Float32Array(items * dim) : initial.slice();
      const { parameter, made } = table.arrays();
      for (let row = 0; row < items; row++)
        if (made.data[row] === 1)
          copy.set((parameter.data as Float32Array).subarray(row * dim, (row + 1) * dim), row * dim);
      return { [NAME]: namedArray([items, dim], copy) };
    },
    arrays: () => table.arrays(),
  };
}
