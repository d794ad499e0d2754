/**
 * Knowledge that a model of stage 1 has of rows (KEEP, section 4.2).
 *
 * | Part      | Numbers           | What it is                                                        |
 * | --------- | ----------------- | ----------------------------------------------------------------- |
 * | `logits`  | tasks             | log-odds of each task: K_ui in one number                          |
 * | `hidden`  | tasks × units     | the last hidden layer of each task: the paper's K_ui               |
 * | `user`    | dim               | K_u: the embedding of the user                                     |
 * | `item`    | (1 + fields) × dim | K_i: the embeddings of the item and of its fields                  |
 * | `served`  | 3 × tasks         | bias of the user, bias of the item, product of the towers: what the General Knowledge Center serves |
 */
import { optionErrors } from '@lorekeep/core';
import type { ImpressionRanker, RankingEntities, RankingRows, RowKnowledge } from '@lorekeep/ranking';

export const KNOWLEDGE_PARTS = ['logits', 'hidden', 'user', 'item', 'served'] as const;
export type KnowledgePart = (typeof KNOWLEDGE_PARTS)[number];

export interface ExtractOptions {
  /** Side by side in this order. Default `['served']`. */
  parts?: readonly KnowledgePart[];
  /**
   * Unix seconds from which ages of behaviours count, as in entries that were published then. Default:
   * the time of each row.
   */
  now?: number;
  /** What the rows refer to: for the parts `user` and `item`. */
  entities?: RankingEntities;
}

/**
 * Knowledge of rows, which must be later than everything that the model has learned from.
 *
 * @throws LorekeepError `OPTION_INVALID` for the parts `user` and `item` without `entities`
 */
export async function extractKnowledge(
  ranker: ImpressionRanker,
  rows: RankingRows,
  { parts = ['served'], now, entities }: ExtractOptions = {},
): Promise<RowKnowledge> {
  const wants = (part: KnowledgePart) => parts.includes(part);
  const { columns } = rows;
  const seen =
    now === undefined ? rows : { ...rows, columns: { ...columns, timestamps: columns.timestamps.map(() => now) } };
  const scores = await ranker.score(seen, { hidden: wants('hidden'), towerVectors: wants('served') });
  const count = rows.rows.length;
  const tasks = ranker.tasks.length;
  const found = parts.flatMap((part) => {
    if (part === 'logits') return [{ values: scores.logits, width: tasks }];
    if (part === 'user' || part === 'item') {
      if (entities === undefined)
        throw optionErrors.OPTION_INVALID({
          name: 'entities',
          value: undefined,
          allowed: `given for the part "${part}"`,
        });
      return [embeddings(ranker, part, rows, entities)];
    }
    if (part === 'hidden')
      return scores.hidden!.map((values) => ({ values, width: values.length / Math.max(1, count) }));
    const { userVectors, itemVectors } = scores;
    return [{ values: servedValues(userVectors!, itemVectors!, tasks, count), width: 3 * tasks }];
  });
  const width = found.reduce((sum, own) => sum + own.width, 0);
  const values = new Float32Array(count * width);
  let offset = 0;
  for (const own of found) {
    for (let row = 0; row < count; row++)
      values.set(own.values.subarray(row * own.width, (row + 1) * own.width), row * width + offset);
    offset += own.width;
  }
  return { width, values, present: new Uint8Array(count).fill(1), seenUntil: ranker.seenUntil };
}

/** Embeddings of users, or of items and of their fields; zeros for a value that the model has not met. */
function embeddings(
  ranker: ImpressionRanker,
  part: 'user' | 'item',
  { columns, rows }: RankingRows,
  entities: RankingEntities,
) {
  const { names, items } = entities;
  const valuesOf = (row: number): [field: string, value: string | undefined][] =>
    part === 'user'
      ? [['user', names.userIds[columns.users[row]]]]
      : [
          ['item', names.itemIds[columns.items[row]]],
          ...items.map(({ name, codes, values }): [string, string | undefined] => [
            `item ${name}`,
            values[codes[columns.items[row]]],
          ]),
        ];
  const fields = part === 'user' ? 1 : 1 + items.length;
  const { dim } = ranker;
  const width = fields * dim;
  const values = new Float32Array(rows.length * width);
  for (let i = 0; i < rows.length; i++)
    for (const [f, [field, value]] of valuesOf(rows[i]).entries()) {
      const vector = value === undefined ? undefined : ranker.embedding(field, value);
      if (vector !== undefined) values.set(vector, i * width + f * dim);
    }
  return { values, width };
}

/**
 * K̂ as the centre assembles it from an entry of the user and one of the item: biases of the user, of
 * the item, dot products.
 *
 * @param users `[rows, tasks × (dim + 1)]`
 * @param items of the same shape
 * @returns `[rows, 3 × tasks]`
 */
export function servedValues(users: Float32Array, items: Float32Array, tasks: number, rows: number): Float32Array {
  const stride = users.length / Math.max(1, rows * tasks);
  const values = new Float32Array(rows * 3 * tasks);
  for (let row = 0; row < rows; row++)
    for (let task = 0; task < tasks; task++) {
      const at = (row * tasks + task) * stride;
      let dot = 0;
      for (let k = 0; k < stride - 1; k++) dot += users[at + k] * items[at + k];
      const into = row * 3 * tasks + task;
      values[into] = users[at + stride - 1];
      values[into + tasks] = items[at + stride - 1];
      values[into + 2 * tasks] = dot;
    }
  return values;
}
