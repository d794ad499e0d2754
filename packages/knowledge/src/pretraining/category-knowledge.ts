/** K̂_uc of rows, equal to what the General Knowledge Center serves of an entry that was published then. */
import type { ImpressionRanker, RankingRows, RowKnowledge } from '@lorekeep/ranking';
import { scoreAt } from './score-at.ts';
import { createUserCategories, type UserCategorySource } from './user-categories.ts';

/** Users whose vectors are computed at once. */
const CHUNK = 4096;

export interface CategoryKnowledgeOptions extends UserCategorySource {
  /** Unix seconds: ages of behaviours count from here. */
  now: number;
}

/**
 * Per row one number per task: the mean log-odds of the user's behaviours in the category of the item.
 * It is for a plug-in of its own, which adds nothing (`present` is 0) where the user has no behaviour
 * in the category, or where the category is not among the user's newest.
 *
 * @param rows later than everything that the model has learned from
 * @throws LorekeepError `OPTION_INVALID`, `OPTION_UNKNOWN`
 */
export async function extractCategoryKnowledge(
  ranker: ImpressionRanker,
  { columns, rows }: RankingRows,
  { now, ...source }: CategoryKnowledgeOptions,
): Promise<RowKnowledge> {
  const userCategories = createUserCategories(ranker, source);
  const width = ranker.tasks.length;
  const rowsOf = new Map<number, number[]>();
  for (const [i, row] of rows.entries()) {
    const own = rowsOf.get(columns.users[row]);
    if (own === undefined) rowsOf.set(columns.users[row], [i]);
    else own.push(i);
  }
  const values = new Float32Array(rows.length * width);
  const present = new Uint8Array(rows.length);
  const all = Int32Array.from(rowsOf.keys());
  for (let first = 0; first < all.length; first += CHUNK) {
    const users = all.subarray(first, first + CHUNK);
    const { userVectors } = await scoreAt(ranker, { users, items: users.map(() => 0), now });
    const averages = await userCategories.averages({ users, userVectors: userVectors!, now });
    for (const [at, user] of users.entries())
      for (const i of rowsOf.get(user)!) {
        const category = source.categories[columns.items[rows[i]]];
        const logits = category === undefined ? undefined : averages[at].get(category);
        if (logits === undefined) continue;
        values.set(logits, i * width);
        present[i] = 1;
      }
  }
  return { width, values, present, seenUntil: ranker.seenUntil };
}
