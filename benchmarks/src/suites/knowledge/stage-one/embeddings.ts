/**
 * K_u and K_i of KEEP: the embeddings that stage one has of the user, of the item and of the item's
 * fields at the start of a window, side by side. A value that stage one has not met gives zeros.
 */
import type { RankerState, RowKnowledge } from '@lorekeep/ranking';
import type { Impressions } from '../real-log.ts';
import type { StageOne } from './outputs.ts';

/** Numbers per row. */
export const embeddingWidth = ({ data }: Impressions, { states }: StageOne): number =>
  (2 + data.items.length) * states[0].config.dim;

export function embeddingKnowledge(
  { data }: Impressions,
  stageOne: StageOne,
  rows: Int32Array,
  window: number,
): RowKnowledge {
  const state = stageOne.states[window];
  const { log, items } = data;
  const { dim } = state.config;
  const lookUp = embeddingsOf(state);
  const fields = ['user', 'item', ...items.map(({ name }) => `item ${name}`)].map(lookUp);
  const width = fields.length * dim;
  const values = new Float32Array(rows.length * width);
  for (const [i, row] of rows.entries()) {
    const item = log.items[row];
    const names = [log.userIds[log.users[row]], log.itemIds[item], ...items.map((own) => own.values[own.codes[item]])];
    for (const [f, name] of names.entries()) {
      const vector = fields[f](name);
      if (vector !== undefined) values.set(vector, i * width + f * dim);
    }
  }
  return { width, values, present: new Uint8Array(rows.length).fill(1), seenUntil: stageOne.seenUntil[window] };
}

/** Field → value → embedding. */
function embeddingsOf({ config: { dim }, vocabulary, tables }: RankerState) {
  const { rows, parameter } = tables.embedding;
  const at = new Map(Array.from(rows.data as Int32Array, (row, i) => [row, i]));
  return (field: string) => {
    const own = vocabulary.fields[field];
    const rowOf = new Map(own?.values.map((value, i) => [value, own.rows[i]]));
    return (value: string | undefined): Float32Array | undefined => {
      const index = at.get(rowOf.get(value ?? '') ?? -1);
      return index === undefined
        ? undefined
        : (parameter.data as Float32Array).subarray(index * dim, (index + 1) * dim);
    };
  };
}
