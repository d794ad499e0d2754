/** Recall and time of filtered searches, on unit vectors and on vectors of uneven norm. */
import { createRandom } from '@lorekeep/core';
import { type IndexOptions, openIndexAdapter, type VectorIndex } from '@lorekeep/vector-index';
import { median } from '../../measure/interleave.ts';
import { clusteredData, type Data, DIM, queryOf, recallOf } from './data.ts';

const K = 10;
const QUERIES = 50;
/** As the norms of item vectors of trained towers. */
const SPREAD = 0.5;
const SHARES = { '50': 0.5, '10': 0.1, '1': 0.01, '0_1': 0.001, hidden: undefined };

export async function filteredRecalls(
  index: VectorIndex,
  exact: VectorIndex,
  data: Data,
  graph: Partial<IndexOptions>,
): Promise<Record<string, number>> {
  const uneven = clusteredData(data.keys.length, QUERIES, SPREAD);
  const options = { dim: DIM, capacity: data.keys.length, ...graph };
  const ours = await (await openIndexAdapter('usearch')).create(options);
  const truth = await (await openIndexAdapter('exact')).create(options);
  try {
    await ours.add(uneven.keys, uneven.vectors);
    await truth.add(uneven.keys, uneven.vectors);
    const [even, other] = [await measure(index, exact, data), await measure(ours, truth, uneven)];
    const figures: Record<string, number> = {};
    for (const name of Object.keys(SHARES)) {
      figures[`filtered_recall_${name}`] = Math.min(even[name].recall, other[name].recall);
      figures[`filtered_ms_${name}`] = Math.max(even[name].milliseconds, other[name].milliseconds);
    }
    figures.filtered_recall_min = Math.min(...Object.keys(SHARES).map((name) => figures[`filtered_recall_${name}`]));
    return figures;
  } finally {
    await ours.close();
    await truth.close();
  }
}

async function measure(index: VectorIndex, exact: VectorIndex, data: Data) {
  const random = createRandom(7);
  const draws = Float64Array.from(data.keys, () => random.next());
  const result: Record<string, { recall: number; milliseconds: number }> = {};
  for (const [name, share] of Object.entries(SHARES)) {
    const truth: Uint32Array[] = [];
    const found: Uint32Array[] = [];
    const times: number[] = [];
    for (let at = 0; at < QUERIES; at++) {
      const query = queryOf(data, at);
      const hidden = share === undefined ? new Set((await exact.search(query, 1000)).keys) : undefined;
      const filter = (key: number) => (share === undefined ? !hidden?.has(key) : draws[key] < share);
      truth.push((await exact.search(query, K, { filter })).keys);
      const start = performance.now();
      found.push((await index.search(query, K, { filter })).keys);
      times.push(performance.now() - start);
    }
    result[name] = { recall: recallOf(found, truth), milliseconds: median(times) };
  }
  return result;
}
