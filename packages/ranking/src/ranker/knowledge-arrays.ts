/** Knowledge of rows: checked once, then cut into the arrays of batches. */
import { optionErrors } from '@lorekeep/core';
import { type Arrays, namedArray } from '@lorekeep/graph';
import type { PlugShape } from '../din/plug.ts';
import { errors } from '../errors.ts';
import type { RankingRows, RowKnowledge } from './contract.ts';

/**
 * @throws LorekeepError `RANKING_PLUG_UNKNOWN`, `RANKING_KNOWLEDGE_WIDTH`, `RANKING_KNOWLEDGE_LEAKS`,
 *   `OPTION_INVALID` for arrays of another length
 */
export function checkKnowledge(
  plugs: readonly PlugShape[],
  { columns, rows, knowledge = {} }: RankingRows,
): Record<string, RowKnowledge> {
  for (const [name, { width, values, present, seenUntil }] of Object.entries(knowledge)) {
    const plug = plugs.find((own) => own.name === name);
    if (plug === undefined) throw errors.RANKING_PLUG_UNKNOWN({ plug: name, known: plugs.map((own) => own.name) });
    if (plug.width !== width) throw errors.RANKING_KNOWLEDGE_WIDTH({ plug: name, given: width, wanted: plug.width });
    const lengths = { values: [values.length, rows.length * width], present: [present.length, rows.length] };
    for (const [array, [given, wanted]] of Object.entries(lengths))
      if (given !== wanted)
        throw optionErrors.OPTION_INVALID({
          name: `knowledge.${name}.${array}.length`,
          value: given,
          allowed: `${wanted} for ${rows.length} rows`,
        });
    for (const [i, row] of rows.entries()) {
      const timestamp = columns.timestamps[row];
      if (present[i] !== 0 && !(timestamp > seenUntil))
        throw errors.RANKING_KNOWLEDGE_LEAKS({ plug: name, seenUntil, row, timestamp });
    }
  }
  return knowledge;
}

/**
 * @param knowledge as `checkKnowledge` returns it
 * @param at indices in the knowledge of the rows of the batch
 * @param size rows of the batch with padding
 * @returns `knowledge NAME` and `present NAME` of each plug-in that is on
 */
export function knowledgeArrays(knowledge: Record<string, RowKnowledge>, at: Int32Array, size: number): Arrays {
  const arrays: Arrays = {};
  for (const [name, { width, values, present }] of Object.entries(knowledge)) {
    const own = new Float32Array(size * width);
    const isThere = new Float32Array(size);
    for (const [i, index] of at.entries()) {
      if (present[index] === 0) continue;
      isThere[i] = 1;
      own.set(values.subarray(index * width, (index + 1) * width), i * width);
    }
    arrays[`knowledge ${name}`] = namedArray([size, width], own);
    arrays[`present ${name}`] = namedArray([size, 1], isThere);
  }
  return arrays;
}
