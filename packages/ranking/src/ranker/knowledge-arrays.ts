/** Knowledge of rows as arrays of a batch, checked. */
import { type Arrays, namedArray } from '@lorekeep/graph';
import type { PlugShape } from '../din/plug.ts';
import { errors } from '../errors.ts';
import type { RankingRows, RowKnowledge } from './contract.ts';

/**
 * @param at indices in `rows` (and in the knowledge) of the rows of the batch
 * @param size rows of the batch with padding
 * @returns `knowledge NAME` and `present NAME` of each plug-in that is on
 * @throws LorekeepError `RANKING_PLUG_UNKNOWN`, `RANKING_KNOWLEDGE_WIDTH`, `RANKING_KNOWLEDGE_LEAKS`
 */
export function knowledgeArrays(
  plugs: readonly PlugShape[],
  knowledge: Record<string, RowKnowledge>,
  { columns, rows }: RankingRows,
  at: Int32Array,
  size: number,
): Arrays {
  const arrays: Arrays = {};
  for (const [name, { width, values, present, seenUntil }] of Object.entries(knowledge)) {
    const plug = plugs.find((own) => own.name === name);
    if (plug === undefined) throw errors.RANKING_PLUG_UNKNOWN({ plug: name, known: plugs.map((own) => own.name) });
    if (plug.width !== width) throw errors.RANKING_KNOWLEDGE_WIDTH({ plug: name, given: width, wanted: plug.width });
    const own = new Float32Array(size * width);
    const isThere = new Float32Array(size);
    for (const [i, index] of at.entries()) {
      if (present[index] === 0) continue;
      const timestamp = columns.timestamps[rows[index]];
      if (!(timestamp > seenUntil))
        throw errors.RANKING_KNOWLEDGE_LEAKS({ plug: name, seenUntil, row: rows[index], timestamp });
      isThere[i] = 1;
      own.set(values.subarray(index * width, (index + 1) * width), i * width);
    }
    arrays[`knowledge ${name}`] = namedArray([size, width], own);
    arrays[`present ${name}`] = namedArray([size, 1], isThere);
  }
  return arrays;
}
