/** Texts as sparse TF-IDF rows over hashed features. */
import type { SparseMatrix } from './svd.ts';

/** Maximal number of features: the most frequent ones. */
const MAX_FEATURES = 16_384;
/** In a collection of fewer texts, a feature of a single text counts too. */
const SMALL_COLLECTION = 100;

export interface SparseRow {
  columns: number[];
  values: number[];
}

/**
 * Hashes of the features to use, sorted: those of at least two texts (one in a small collection),
 * most frequent first.
 */
export function chooseFeatures(documents: readonly Map<number, number>[]): Int32Array {
  const frequency = new Map<number, number>();
  for (const counts of documents) for (const hash of counts.keys()) frequency.set(hash, (frequency.get(hash) ?? 0) + 1);
  const min = documents.length < SMALL_COLLECTION ? 1 : 2;
  const candidates = [...frequency].filter(([, count]) => count >= min);
  candidates.sort(([a, countA], [b, countB]) => countB - countA || a - b);
  return Int32Array.from(candidates.slice(0, MAX_FEATURES).map(([hash]) => hash)).sort();
}

/** Feature hash → column. */
export const columnsOf = (hashes: Int32Array) => new Map([...hashes].map((hash, column) => [hash, column]));

/** Inverse document frequencies, `[features]`. */
export function inverseDocumentFrequencies(
  documents: readonly Map<number, number>[],
  columns: ReadonlyMap<number, number>,
): Float32Array {
  const frequency = new Float64Array(columns.size);
  for (const counts of documents)
    for (const hash of counts.keys()) {
      const column = columns.get(hash);
      if (column !== undefined) frequency[column]++;
    }
  return Float32Array.from(frequency, (df) => Math.log((documents.length + 1) / (df + 0.5)));
}

/** A text's TF-IDF row of unit length: `(1 + ln tf) · idf`. Unknown features are ignored. */
export function tfIdfRow(
  counts: ReadonlyMap<number, number>,
  columns: ReadonlyMap<number, number>,
  idf: Float32Array,
): SparseRow {
  const row: SparseRow = { columns: [], values: [] };
  let squares = 0;
  for (const [hash, count] of counts) {
    const column = columns.get(hash);
    if (column === undefined) continue;
    const value = (1 + Math.log(count)) * idf[column];
    row.columns.push(column);
    row.values.push(value);
    squares += value * value;
  }
  const norm = Math.sqrt(squares) || 1;
  row.values = row.values.map((value) => value / norm);
  return row;
}

export function toSparseMatrix(rows: readonly SparseRow[], columnCount: number): SparseMatrix {
  const offsets = new Uint32Array(rows.length + 1);
  rows.forEach(({ columns }, at) => {
    offsets[at + 1] = offsets[at] + columns.length;
  });
  const columns = new Uint32Array(offsets[rows.length]);
  const values = new Float32Array(offsets[rows.length]);
  rows.forEach((row, at) => {
    columns.set(row.columns, offsets[at]);
    values.set(row.values, offsets[at]);
  });
  return { columnCount, offsets, columns, values };
}
