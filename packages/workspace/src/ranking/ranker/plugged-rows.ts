/** Rows of the log with the progressive knowledge that is plugged into a ranker. */
import type { RankingRows, RowKnowledge } from '@lorekeep/ranking';
import type { ImpressionColumns } from '@lorekeep/store';
import type { FoundRows } from '../pretraining/progressive-rows.ts';

/** Rows of a part, apart by what the model of stage 1 had learned when it said what it knows of them. */
export function byState(rows: Int32Array, { places, seenUntil }: FoundRows): Int32Array[] {
  const parts: number[][] = [];
  let last = Number.NaN;
  for (const row of rows) {
    const own = places[row] < 0 ? last : seenUntil[places[row]];
    if (parts.length === 0 || (own !== last && !Number.isNaN(last))) parts.push([]);
    parts[parts.length - 1].push(row);
    last = own;
  }
  return parts.map((part) => Int32Array.from(part));
}

export interface PluggedRows {
  rows: RankingRows;
  /** Rows with knowledge. */
  present: number;
  /** Of them, those whose knowledge comes from a model that had learned nothing. */
  untrained: number;
}

export function pluggedRows(
  columns: ImpressionColumns,
  rows: Int32Array,
  { width, values, seenUntil, places }: FoundRows,
  plugs: readonly string[],
): PluggedRows {
  const knowledge: RowKnowledge = {
    width,
    values: new Float32Array(rows.length * width),
    present: new Uint8Array(rows.length),
    seenUntil: Number.NEGATIVE_INFINITY,
  };
  let present = 0;
  let untrained = 0;
  for (const [i, row] of rows.entries()) {
    const at = places[row];
    if (at < 0) continue;
    knowledge.values.set(values.subarray(at * width, (at + 1) * width), i * width);
    knowledge.present[i] = 1;
    knowledge.seenUntil = Math.max(knowledge.seenUntil, seenUntil[at]);
    present++;
    if (seenUntil[at] === Number.NEGATIVE_INFINITY) untrained++;
  }
  return {
    rows: { columns, rows, knowledge: Object.fromEntries(plugs.map((plug) => [plug, knowledge])) },
    present,
    untrained,
  };
}
