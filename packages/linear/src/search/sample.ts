/**
 * A sample of a large catalogue, on which settings of the linear model can be compared cheaply.
 * Items are drawn uniformly, and histories keep only these items. The Gram matrix of the sample is
 * then a principal submatrix of the whole one, and its counts keep their size.
 */
import { gatherRows, type Random } from '@lorekeep/core';
import type { EvaluationCase } from '@lorekeep/evaluation';
import type { Interactions } from '../solve/gram.ts';

/** The data that settings are compared on. */
export interface SearchData {
  interactions: Interactions;
  /** `[items × contentDim]` centred; `undefined` without content. */
  content: Float32Array | undefined;
  cases: readonly EvaluationCase[];
}

/**
 * The data itself if it has at most `items` items. In a sample, only cases remain whose target and
 * at least one event of the history are in it; other events of a history become −1.
 */
export function sampled(data: SearchData, items: number, random: Random): SearchData {
  const { interactions, content, cases } = data;
  if (interactions.items <= items) return data;
  const drawn = random.shuffle(Array.from({ length: interactions.items }, (_, row) => row)).slice(0, items);
  drawn.sort((a, b) => a - b);
  /** Row in the sample of each item, −1 for items outside. */
  const sampleRows = new Int32Array(interactions.items).fill(-1);
  drawn.forEach((row, at) => {
    sampleRows[row] = at;
  });
  return {
    interactions: sampledInteractions(interactions, items, sampleRows),
    content: content && gatherRows(content, content.length / interactions.items, drawn),
    cases: cases.flatMap(({ history, target }) => {
      const rows = history.map((row) => sampleRows[row]);
      const remains = sampleRows[target] >= 0 && rows.some((row) => row >= 0);
      return remains ? [{ history: rows, target: sampleRows[target] }] : [];
    }),
  };
}

function sampledInteractions(whole: Interactions, items: number, sampleRows: Int32Array): Interactions {
  const users = whole.offsets.length - 1;
  const offsets = new Uint32Array(users + 1);
  const rows = new Int32Array(whole.rows.length);
  const values = whole.values && new Float32Array(whole.rows.length);
  let end = 0;
  for (let user = 0; user < users; user++) {
    for (let at = whole.offsets[user]; at < whole.offsets[user + 1]; at++)
      if (sampleRows[whole.rows[at]] >= 0) {
        if (values !== undefined) values[end] = whole.values![at];
        rows[end++] = sampleRows[whole.rows[at]];
      }
    offsets[user + 1] = end;
  }
  return { items, offsets, rows: rows.subarray(0, end), ...(values && { values: values.subarray(0, end) }) };
}
