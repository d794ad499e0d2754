/** Sums of rows of a table: an entity is the sum of its id and its fields. */
import { tf } from '@lorekeep/graph';

type Tensor = ReturnType<typeof tf.tensor>;

/**
 * The sum of the rows of a table that each row of `indices` names. A sum over the first axis is
 * several times faster than one over the second.
 *
 * @param indices `[n, fields]`
 * @returns `[n, dim]`
 */
export const summedRows = (table: Tensor, indices: Tensor): Tensor =>
  tf.sum(tf.gather(table, tf.transpose(indices) as never), 0) as Tensor;
