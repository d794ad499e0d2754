/**
 * Knowledge that a model of stage 1 has of rows (KEEP, section 4.2).
 *
 * | Part      | Numbers           | What it is                                                        |
 * | --------- | ----------------- | ----------------------------------------------------------------- |
 * | `logits`  | tasks             | log-odds of each task: K_ui in one number                          |
 * | `hidden`  | tasks × units     | the last hidden layer of each task: the paper's K_ui               |
 * | `served`  | 3 × tasks         | bias of the user, bias of the item, product of the towers: what the General Knowledge Center serves |
 */
import type { ImpressionRanker, RankingRows, RowKnowledge } from '@lorekeep/ranking';

export const KNOWLEDGE_PARTS = ['logits', 'hidden', 'served'] as const;
export type KnowledgePart = (typeof KNOWLEDGE_PARTS)[number];

/**
 * Knowledge of rows, which must be later than everything that the model has learned from.
 *
 * @param options.parts side by side in this order. Default `['served']`
 * @param options.now Unix seconds from which ages of behaviours count, as in entries that were
 *   published then. Default: the time of each row
 */
export async function extractKnowledge(
  ranker: ImpressionRanker,
  rows: RankingRows,
  { parts = ['served'], now }: { parts?: readonly KnowledgePart[]; now?: number } = {},
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
