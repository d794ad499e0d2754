/**
 * Adds rows at positions that are data. This is the gradient of every embedding table.
 *
 * ONNX Runtime's ScatterND with `reduction: 'add'` is not safe on several threads: the threads add
 * to the same rows without synchronisation, so positions that occur more than once (in a batch of
 * histories: all) lose updates. Errors measured in 1.30 are as large as the values. ONNX Runtime
 * keeps an operation on one thread if it costs less than about 210,000 units (one unit per added
 * number). The updates are therefore scattered in chunks of 131,072 numbers; a test adds thousands
 * of rows to few positions and compares. ScatterElements is sequential too, but it is eight times
 * slower because it visits single numbers.
 *
 * Every chunk copies the table. If the table has more rows than there are updates, the rows are
 * first summed in a smaller table with one row per update, at the index of the first update to each
 * position, and gathered from there: 6,400 updates of 128 numbers to 20,000 rows take 6 ms instead
 * of 20.
 */
import { sizeOf } from '../../arrays.ts';
import type { Graph, Value } from '../ir.ts';
import { cast, countUp, reshape, slice } from '../operations.ts';

const CHUNK_ELEMENTS = 131_072;

/**
 * @param shape of the result, which is zero at positions without updates
 * @param indices `[…, depth]`, positions along the first `depth` axes, none negative
 * @param updates `[…, …shape after those axes]`
 */
export function scatterAdd(graph: Graph, shape: readonly number[], indices: Value, updates: Value): Value {
  const depth = indices.shape.at(-1) as number;
  const count = sizeOf(indices.shape.slice(0, -1));
  const row = shape.slice(depth);
  const flatIndices = cast(graph, reshape(graph, indices, [count, depth]), 'int64');
  const flatUpdates = reshape(graph, updates, [count, ...row]);
  if (depth === 1 && shape[0] > count && count > 0 && count * sizeOf(row) > CHUNK_ELEMENTS)
    return throughFirstUpdates(graph, shape, flatIndices, flatUpdates);
  return inChunks(graph, shape, flatIndices, flatUpdates);
}

function inChunks(graph: Graph, shape: readonly number[], indices: Value, updates: Value): Value {
  const [count, ...row] = updates.shape;
  const rows = Math.max(1, Math.floor(CHUNK_ELEMENTS / Math.max(1, sizeOf(row))));
  let sum = graph.uniform(shape, 0, updates.dtype);
  for (let begin = 0; begin < count; begin += rows) {
    const end = Math.min(begin + rows, count);
    const part = (x: Value) => slice(graph, x, [begin], [end], [end - begin, ...x.shape.slice(1)]);
    sum = graph.op('ScatterND', [sum, part(indices), part(updates)], shape, updates.dtype, { reduction: 'add' });
  }
  return sum;
}

function throughFirstUpdates(graph: Graph, shape: readonly number[], indices: Value, updates: Value): Value {
  const [count, ...row] = updates.shape;
  const positions = reshape(graph, indices, [count]);
  const order = countUp(graph, count, 'int64');
  // The index of the first update to each position. Positions without updates get `count`, whose
  // row stays zero.
  const none = graph.uniform([shape[0]], count, 'int64');
  const first = graph.op('ScatterElements', [none, positions, order], [shape[0]], 'int64', {
    axis: 0,
    reduction: 'min',
  });
  const slots = graph.op('Gather', [first, positions], [count], 'int64', { axis: 0 });
  const sums = inChunks(graph, [count + 1, ...row], reshape(graph, slots, [count, 1]), updates);
  return graph.op('Gather', [sums, first], shape, updates.dtype, { axis: 0 });
}
