/**
 * What a model of stage 1 says of a user and a category: K̂_uc, which stands for all items of the
 * category (degeneration; KEEP, section 4.4). It is the mean log-odds, by the two towers, of the items
 * of the category among the user's last behaviours. Newer behaviours weigh more: a weight halves with
 * each half-life of age.
 *
 * The log-odds are those of the model as it is now, so entries and rows of one model and one time
 * agree. A category in which the user has no behaviour has no entry.
 */
import { defaultsOf, real, whole, withOverrides } from '@lorekeep/core';
import type { Behaviours, ImpressionRanker } from '@lorekeep/ranking';
import { MAX_ID } from '../centre/contract/checks.ts';
import { scoreAt } from './score-at.ts';

const OPTIONS = {
  userCategories: {
    perUser: whole(10, [1, 200], 'Categories of a user that have an entry: those of the newest behaviours.'),
    halfLifeDays: real(30, [0.01, 3650], 'Age in days at which a behaviour counts half as much as a new one.'),
  },
};

/** Which pairs of user and category have an entry, and what it averages. */
export interface UserCategoryOptions {
  /** Categories of a user that have an entry: those of the newest behaviours. 1 to 200. Default 10. */
  perUser?: number;
  /** Age in days at which a behaviour counts half as much as a new one. 0.01 to 3,650. Default 30. */
  halfLifeDays?: number;
}

export interface UserCategorySource extends UserCategoryOptions {
  /** Those that the model reads. */
  behaviours: Behaviours;
  /**
   * The category of each item, by its number: the first, broadest level of its path. Items without one
   * do not count, nor do categories of more than 1,024 characters.
   */
  categories: readonly (string | undefined)[];
}

/** Of one user: category → `[tasks]` log-odds, the category of the newest behaviour first. */
export type CategoryAverages = Map<string, Float32Array>;

export interface AveragesOptions {
  /** Numbers of users. */
  users: Int32Array;
  /** `[users, tasks × (towers + 1)]`, as `ImpressionRanker.score` returns them. */
  userVectors: Float32Array;
  /** Unix seconds, as for the vectors. */
  now: number;
}

export interface UserCategories {
  /** In the order of the users. */
  averages(options: AveragesOptions): Promise<CategoryAverages[]>;
}

/**
 * @param ranker it must not learn while the result is used, because vectors of items are kept
 * @throws LorekeepError `OPTION_INVALID`, `OPTION_UNKNOWN`
 */
export function createUserCategories(
  ranker: ImpressionRanker,
  { behaviours, categories, ...given }: UserCategorySource,
): UserCategories {
  const options = Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined));
  const { perUser, halfLifeDays } = withOverrides(OPTIONS, defaultsOf(OPTIONS), {
    userCategories: options,
  }).userCategories;
  const halfLife = halfLifeDays * 86_400;
  const tasks = ranker.tasks.length;
  const itemVectors = new Map<number, Float32Array>();
  const { length } = behaviours;
  const read = {
    items: new Int32Array(length),
    kinds: new Int32Array(length),
    timestamps: new Float64Array(length),
  };

  const categoryOf = (item: number): string | undefined => {
    const category = categories[item];
    return category === undefined || category === '' || category.length > MAX_ID ? undefined : category;
  };

  /** Computes the vectors of items that are new. */
  async function addItems(users: Int32Array, now: number): Promise<void> {
    const missing = new Set<number>();
    for (const user of users)
      for (const item of read.items.subarray(0, behaviours.read(user, read, 0)))
        if (!itemVectors.has(item) && categoryOf(item) !== undefined) missing.add(item);
    if (missing.size === 0) return;
    const items = Int32Array.from(missing);
    const vectors = (await scoreAt(ranker, { users: items.map(() => -1), items, now })).itemVectors!;
    const width = vectors.length / items.length;
    for (const [at, item] of items.entries()) itemVectors.set(item, vectors.subarray(at * width, (at + 1) * width));
  }

  function averagesOf(user: number, userVector: Float32Array): CategoryAverages {
    const sums = new Map<string, { newest: number; weight: number; logits: Float64Array }>();
    const size = behaviours.read(user, read, 0);
    for (let at = 0; at < size; at++) {
      const category = categoryOf(read.items[at]);
      if (category === undefined) continue;
      let own = sums.get(category);
      if (own === undefined) {
        if (sums.size === perUser) continue;
        own = { newest: read.timestamps[at], weight: 0, logits: new Float64Array(tasks) };
        sums.set(category, own);
      }
      // Ages count from the newest behaviour of the category: the mean is the same, and a weight of an
      // old category does not become zero.
      const weight = 2 ** ((read.timestamps[at] - own.newest) / halfLife);
      own.weight += weight;
      const itemVector = itemVectors.get(read.items[at])!;
      for (let task = 0; task < tasks; task++) own.logits[task] += weight * logit(userVector, itemVector, task, tasks);
    }
    return new Map(
      Array.from(sums, ([category, { weight, logits }]) => [
        category,
        Float32Array.from(logits, (sum) => sum / weight),
      ]),
    );
  }

  return {
    async averages({ users, userVectors, now }) {
      await addItems(users, now);
      const width = userVectors.length / Math.max(1, users.length);
      return Array.from(users, (user, row) => averagesOf(user, userVectors.subarray(row * width, (row + 1) * width)));
    },
  };
}

/** The log-odds of a task: both biases and the product of the vectors, which lie task after task. */
function logit(user: Float32Array, item: Float32Array, task: number, tasks: number): number {
  const dim = user.length / tasks - 1;
  const first = task * (dim + 1);
  let sum = user[first + dim] + item[first + dim];
  for (let k = 0; k < dim; k++) sum += user[first + k] * item[first + k];
  return sum;
}
