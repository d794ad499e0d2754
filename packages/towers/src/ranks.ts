/**
 * Full ranking without sampled negatives: a graph computes the scores of a batch of users against all items, and one loop
 * over each user's counts what is above the target and beside it. (Counted by graph operators, each of which passes over the whole
 * matrix, the same took three times as long.)
 */
import { createGraphCache, namedArray, tf } from '@lorekeep/graph';
import { badTowerInput } from './errors.ts';
import type { Question } from './split.ts';

/** Where everybody's target came, in the order of the questions. */
export interface Ranking {
  /** `[questions]` as metrics.ts defines ranks; items of the history are ranked like all others (the published tables). */
  kept: Float64Array;
  /** `[questions]` with the history's items left out, as a shop does. A target that is one of them comes last. */
  removed: Float64Array;
  /** `[questions × width]` rows of the best items, the best first, history kept. */
  top: Int32Array;
  /** Of a row of `top`: `TOP`, or all items where there are fewer. */
  width: number;
}

/** How many of the best items a ranking names. */
export const TOP = 10;

export interface RankEvaluator {
  /**
   * Ranks by inner product.
   *
   * @param users `[targets.length, dim]`
   * @param items `[items, dim]`
   * @param targets each user's target, a row of `items`
   * @returns `[targets.length]` ranks as metrics.ts defines them
   */
  byVectors(users: Float32Array, items: Float32Array, dim: number, targets: ArrayLike<number>): Promise<Float64Array>;
  /** Ranks by given scores `[targets.length, items]`. */
  byScores(scores: Float32Array, targets: ArrayLike<number>): Promise<Float64Array>;
  /** As `byVectors`, with and without the items of the history, and the best items by name. */
  rankVectors(users: Float32Array, items: Float32Array, dim: number, questions: readonly Question[]): Promise<Ranking>;
  /** As `byScores`, likewise. */
  rankScores(scores: Float32Array, questions: readonly Question[]): Promise<Ranking>;
  close(): Promise<void>;
}

export interface RankEvaluatorOptions {
  /** Users a run. Default 256; 1–65536. */
  batchUsers?: number;
  /** Default: all the machine offers. */
  threads?: number;
  /** Checked before every batch. */
  signal?: AbortSignal;
}

/** Scores a run: 16 MB of them, so that what the product has written is still in a cache when it is read. */
const MOST_SCORES = 2 ** 22;

/** @throws LorekeepError `TOWERS_BAD_INPUT` */
export function createRankEvaluator({ batchUsers = 256, threads, signal }: RankEvaluatorOptions = {}): RankEvaluator {
  if (!Number.isInteger(batchUsers) || batchUsers < 1 || batchUsers > 65_536)
    throw badTowerInput('batchUsers', 'must be a whole number from 1 to 65536');
  const products = createGraphCache(
    ({ users, items }) => ({ scores: tf.matMul(users as never, items as never, false, true) }),
    { name: 'scores', threads },
  );

  interface Rows {
    name: 'users' | 'scores';
    values: Float32Array;
    width: number;
    itemCount: number;
    /** Scores of `size` rows from `first` on, `[size × itemCount]`; what is past the last row is anything. */
    scores(first: number, size: number): Promise<Float32Array>;
  }
  const vectorRows = (values: Float32Array, items: Float32Array, width: number): Rows => {
    const itemCount = items.length / width;
    const all = namedArray([itemCount, width], items);
    const scores = async (first: number, size: number) => {
      const batch = new Float32Array(size * width);
      batch.set(values.subarray(first * width, (first + size) * width));
      const found = await products.run({ users: namedArray([size, width], batch), items: all });
      return found.scores.data as Float32Array;
    };
    return { name: 'users', values, width, itemCount, scores };
  };
  const scoreRows = (values: Float32Array, users: number): Rows => {
    const itemCount = users === 0 ? 0 : values.length / users;
    const scores = async (first: number, size: number) =>
      values.subarray(first * itemCount, (first + size) * itemCount);
    return { name: 'scores', values, width: itemCount, itemCount, scores };
  };

  /** @param seen of each user the history's items, each once and without the target */
  async function rank(rows: Rows, targets: ArrayLike<number>, seen: Int32Array[] | undefined): Promise<Ranking> {
    const { name, values, width, itemCount } = rows;
    const users = targets.length;
    if (values.length !== users * width)
      throw badTowerInput(name, `hold ${values.length} numbers for ${users} targets of width ${width}`);
    const kept = new Float64Array(users);
    const removed = new Float64Array(seen === undefined ? 0 : users);
    const topWidth = Math.min(TOP, itemCount);
    const top = new Int32Array(seen === undefined ? 0 : users * topWidth);
    // Of one size, so that one graph serves them all.
    const size = Math.min(batchUsers, users, Math.max(1, Math.floor(MOST_SCORES / Math.max(1, itemCount))));
    for (let first = 0; first < users; first += size) {
      signal?.throwIfAborted();
      const scores = await rows.scores(first, size);
      for (let user = first; user < Math.min(first + size, users); user++) {
        const target = targets[user];
        if (!(target >= 0 && target < itemCount))
          throw badTowerInput('targets', `name the item row ${target} of ${itemCount}`);
        const own = scores.subarray((user - first) * itemCount, (user - first + 1) * itemCount);
        const score = own[target];
        if (seen !== undefined) bestOf(own, top.subarray(user * topWidth, (user + 1) * topWidth));
        if (!Number.isFinite(score)) {
          kept[user] = Infinity;
          if (seen !== undefined) removed[user] = Infinity;
          continue;
        }
        let above = 0;
        let level = 0;
        for (let item = 0; item < itemCount; item++) {
          if (own[item] > score) above++;
          else if (own[item] === score) level++;
        }
        // The target is level with itself.
        kept[user] = 1 + above + (level - 1) / 2;
        if (seen === undefined) continue;
        for (const item of seen[user]) {
          if (own[item] > score) above--;
          else if (own[item] === score) level--;
        }
        removed[user] = 1 + above + (level - 1) / 2;
      }
    }
    return { kept, removed, top, width: topWidth };
  }

  async function rankQuestions(rows: Rows, questions: readonly Question[]): Promise<Ranking> {
    const seen = questions.map(({ history, target }) =>
      Int32Array.from(new Set(history).difference(new Set([target]))),
    );
    const ranking = await rank(
      rows,
      Int32Array.from(questions, ({ target }) => target),
      seen,
    );
    questions.forEach(({ history, target }, at) => {
      if (history.includes(target)) ranking.removed[at] = rows.itemCount;
    });
    return ranking;
  }

  return {
    async byVectors(users, items, dim, targets) {
      return (await rank(vectorRows(users, items, dim), targets, undefined)).kept;
    },
    async byScores(scores, targets) {
      return (await rank(scoreRows(scores, targets.length), targets, undefined)).kept;
    },
    rankVectors(users, items, dim, questions) {
      return rankQuestions(vectorRows(users, items, dim), questions);
    },
    rankScores(scores, questions) {
      return rankQuestions(scoreRows(scores, questions.length), questions);
    },
    close: () => products.close(),
  };
}

/** Fills `into` with the items of the largest scores, the largest first; of equals, the first. What is no number comes last. */
function bestOf(scores: Float32Array, into: Int32Array): void {
  const width = into.length;
  let found = 0;
  let least = -Infinity;
  for (let item = 0; item < scores.length; item++) {
    const score = scores[item];
    if (!(score > least) && (found === width || Number.isNaN(score))) continue;
    let at = found < width ? found++ : width - 1;
    for (; at > 0 && scores[into[at - 1]] < score; at--) into[at] = into[at - 1];
    into[at] = item;
    if (found === width) least = scores[into[width - 1]];
  }
  for (let item = 0; found < width; item++) if (Number.isNaN(scores[item])) into[found++] = item;
}
