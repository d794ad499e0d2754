/**
 * Knowledge of pairs of user and item as the General Knowledge Center serves it. A user or an item
 * without an entry gets what the model says of an unknown one, as in the rows that rankers train on.
 */
import type { KnowledgeAnswer, KnowledgeQuery, KnowledgeStore, ReadOptions } from '@lorekeep/knowledge';

/** The space of KEEP's own knowledge, of stage 1. */
export const KEEP_SPACE = 'keep';

/** The id under which a space has the entry of a user, and of an item, of whom nothing is known. */
export const UNKNOWN_ID = 'lorekeep:unknown';

export interface ServedKnowledge extends KnowledgeAnswer {
  /** Numbers per pair. */
  width: number;
}

/** Which pairs to read. */
export interface ServedQuery extends Omit<KnowledgeQuery, 'categories'> {
  /** Default: the numbers of user and category, which come last, are left out. */
  categories?: string[];
}

/**
 * @param version of the space
 * @throws LorekeepError `KNOWLEDGE_…`
 */
export async function readKnowledge(
  store: KnowledgeStore,
  space: string,
  version: string,
  { categories, ...entities }: ServedQuery,
  options: ReadOptions = {},
): Promise<ServedKnowledge> {
  const query: KnowledgeQuery = { ...entities, categories: categories ?? entities.users.map(() => '') };
  const answer = await store.read(space, version, query, options);
  const pairs = query.users.length;
  const width = pairs === 0 ? 0 : answer.values.length / pairs;
  const missing = Array.from({ length: pairs }, (_, at) => at).filter(
    (at) => answer.present[3 * at] === 0 || answer.present[3 * at + 1] === 0,
  );
  if (missing.length > 0) {
    const choose = (list: string[], kind: number) =>
      missing.map((at) => (answer.present[3 * at + kind] === 0 ? UNKNOWN_ID : list[at]));
    const unknown = await store.read(space, answer.version, {
      users: choose(query.users, 0),
      items: choose(query.items, 1),
      categories: missing.map((at) => query.categories[at]),
    });
    // A space without these entries keeps the zeros.
    for (const [i, at] of missing.entries())
      if (unknown.present[3 * i] === 1 || unknown.present[3 * i + 1] === 1)
        answer.values.set(unknown.values.subarray(i * width, (i + 1) * width), at * width);
  }
  if (categories !== undefined) return { ...answer, width };
  const { schema } = await store.resolve(space, answer.version);
  return withoutLast(
    { ...answer, width },
    schema.userCategory.reduce((sum, { dim }) => sum + dim, 0),
  );
}

/** Without the last numbers of each pair. */
function withoutLast(served: ServedKnowledge, count: number): ServedKnowledge {
  if (count === 0 || served.width === 0) return served;
  const width = served.width - count;
  const pairs = served.values.length / served.width;
  const values = new Float32Array(pairs * width);
  for (let at = 0; at < pairs; at++)
    values.set(served.values.subarray(at * served.width, at * served.width + width), at * width);
  return { ...served, values, width };
}
