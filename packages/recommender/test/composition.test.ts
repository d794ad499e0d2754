import assert from 'node:assert/strict';
import test from 'node:test';
import { createRandom } from '@lorekeep/core';
import { fillBehind, mergedByScore, mergeNewItems, USUAL_BOUND, withFewerNew } from '../src/composition/lists.ts';
import { popularRows } from '../src/composition/parts.ts';
import { createRecommender, type RankedRows, type RecommenderParts } from '../src/composition/recommender.ts';

const rows = (keys: number[], scores = keys.map((_, at) => keys.length - at)): RankedRows => ({
  keys: Uint32Array.from(keys),
  scores: Float32Array.from(scores),
});

test('new items keep the rank that the linear model gives them, the rest follows the re-ranker, then the linear model', () => {
  const isNew = (item: number) => item >= 90;
  assert.deepEqual(mergeNewItems([5, 3, 1], [3, 91, 7, 1, 90], isNew, 10), [5, 91, 3, 1, 90, 7]);
  assert.deepEqual(mergeNewItems([5, 3, 1], [3, 91, 7, 1, 90], isNew, 2), [5, 91]);
  assert.deepEqual(mergeNewItems([], [3, 91], isNew, 5), [3, 91]);
  assert.deepEqual(mergeNewItems([4, 2], [], isNew, 5), [4, 2]);
  assert.deepEqual(mergeNewItems([8, 6, 4, 2], [1, 2, 3, 4, 5, 6, 7, 8], isNew, 8), [8, 6, 4, 2, 1, 3, 5, 7]);
});

const VALUES = [0, 1, 2.5, -3, Number.NaN, Number.NEGATIVE_INFINITY];

test('two lists on one scale become what sorting all their items gives, each item once', () => {
  const random = createRandom(3);
  const some = (count: number) => {
    const items = random.shuffle(Int32Array.from({ length: 30 }, (_, at) => at)).subarray(0, count);
    // Few distinct values, so that some are equal, in order in half of the lists.
    const scores = Float32Array.from(items, () => VALUES[random.int(VALUES.length)]);
    const value = (score: number) => (Number.isFinite(score) ? score : Number.NEGATIVE_INFINITY);
    return { items, scores: random.next() < 0.5 ? scores.sort((a, b) => value(b) - value(a)) : scores };
  };
  for (let round = 0; round < 200; round++) {
    const [first, second] = [some(random.int(20)), some(random.int(20))];
    const all = [first, second].flatMap(({ items, scores }) =>
      Array.from(items, (item, at) => ({ item, score: scores[at] })),
    );
    const sorted = all
      .map((entry, at) => ({ ...entry, at, value: Number.isFinite(entry.score) ? entry.score : -1e9 }))
      .sort((a, b) => b.value - a.value || a.at - b.at);
    const once = sorted.filter(({ item }, at) => sorted.findIndex((other) => other.item === item) === at);
    const merged = mergedByScore(first, second);
    assert.deepEqual(
      [...merged.keys],
      once.map(({ item }) => item),
    );
    assert.deepEqual(
      [...merged.scores],
      once.map(({ score }) => score),
    );
  }
});

/** Parts over 12 items: `linear` and `reranked` orders as given, towers in falling row order. */
interface Given {
  linear?: number[];
  reranked?: number[];
  weight?: number;
  firstNew?: number;
  /** What the vectors are, and the rows that have one. Default: towers, all rows. */
  source?: 'towers' | 'content';
  indexed?: (row: number) => boolean;
  /** The only dimension of every user vector. */
  user?: number;
  /** Scores of new rows on the scale of the re-ranker. Default: new items are not placed by odds. */
  fresh?: [row: number, score: number][];
  /** New rows that users have chosen since the training. */
  chosen?: number[];
}

function partsOf({
  linear,
  reranked,
  weight = 0,
  firstNew = 12,
  source = 'towers',
  indexed = () => true,
  user: value = 1,
  fresh,
  chosen,
}: Given) {
  const filtered = (order: number[], k: number, passes: (row: number) => boolean) =>
    rows(order.filter(passes).slice(0, k));
  const parts: RecommenderParts = {
    ...(linear && { linear: { top: (_, k, passes) => filtered(linear, k, passes) } }),
    ...(reranked && {
      reranker: {
        towerWeight: weight,
        knows: (row) => row < firstNew,
        rerank: async (queries) =>
          queries.map(({ passes = () => true }) => {
            const items = Int32Array.from(reranked).filter(passes);
            return { items, scores: Float32Array.from(items, (_, at) => items.length - at) };
          }),
      },
    }),
    ...(fresh && {
      newItems: {
        score: async (queries) =>
          queries.map(({ passes = () => true }) => {
            const found = fresh.filter(([row]) => passes(row));
            return {
              items: Int32Array.from(found, ([row]) => row),
              scores: Float32Array.from(found, ([, score]) => score),
            };
          }),
      },
    }),
    isNew: (row) => row >= firstNew,
    ...(chosen && { isChosenSince: (row: number) => chosen.includes(row) }),
    towers: {
      source,
      dim: 1,
      userVectors: async (histories) => new Float32Array(histories.length).fill(value),
      scores: async (user, wanted) => Float32Array.from(wanted, (row) => user[0] * row),
      search: async (_, k, { exclude, passes = () => true }) =>
        filtered(
          Array.from({ length: 12 }, (__, at) => 11 - at),
          k,
          (row) => indexed(row) && !exclude?.has(row) && passes(row),
        ),
    },
    popular: (k, passes) => ({ ...filtered([5, 6, 7], k, passes), source: 'popularity' }),
  };
  return createRecommender(parts);
}

async function listOf(
  parts: Parameters<typeof partsOf>[0],
  {
    k = 4,
    history = [0],
    seen = [] as number[],
    passes = undefined as undefined | ((row: number) => boolean),
    atMostNew = undefined as number | undefined,
  } = {},
) {
  const [prepared] = await partsOf(parts).prepare([{ history, passes, atMostNew }]);
  const { keys, source } = await prepared.list(k, new Set(seen));
  return [source, ...keys];
}

test('the source is the part that ordered the list', async () => {
  assert.deepEqual(await listOf({ linear: [3, 2, 1, 0], reranked: [1, 2, 3] }), ['reranker', 1, 2, 3, 0]);
  assert.deepEqual(await listOf({ linear: [3, 2, 1, 0] }), ['linear', 3, 2, 1, 0]);
  assert.deepEqual(await listOf({}), ['towers', 11, 10, 9, 8]);
  assert.deepEqual(await listOf({ linear: [3, 2, 1, 0] }, { history: [] }), ['popularity', 5, 6, 7]);
});

test('a list that is too short is filled from the towers, without repeating a row', async () => {
  assert.deepEqual(await listOf({ linear: [11, 3], reranked: [3] }, { k: 5 }), ['reranker', 3, 11, 10, 9, 8]);
  assert.deepEqual(await listOf({ linear: [3] }, { k: 3 }), ['linear', 3, 11, 10]);
  assert.deepEqual(await listOf({ linear: [] }, { k: 2 }), ['towers', 11, 10]);
  const { scores } = fillBehind({ ...rows([3, 1], [2, -1]), source: 'linear' }, rows([9, 3, 8]), 4);
  assert.deepEqual([...scores], [2, -1, -1, -1]);
});

test('texts that stand for a model are completed by popular rows, which also answer where texts know nothing', async () => {
  const texts = { source: 'content', indexed: (row: number) => row >= 9 } as const;
  assert.deepEqual(await listOf(texts, { k: 2 }), ['content', 11, 10]);
  assert.deepEqual(await listOf(texts, { k: 5, seen: [10, 6] }), ['content', 11, 9, 5, 7]);
  assert.deepEqual(await listOf(texts, { k: 5, passes: (row) => row < 9 }), ['popularity', 5, 6, 7]);
  assert.deepEqual(await listOf({ ...texts, user: 0 }, { seen: [5] }), ['popularity', 6, 7]);
  assert.deepEqual(await listOf({ user: 0 }, { k: 2 }), ['towers', 11, 10]);
});

test('popular rows come first, then those without an event, the newest first', () => {
  const counts = [0, 3, 0, 5, 3, 0];
  const list = (k: number, events = counts, passes?: (row: number) => boolean) => {
    const { keys, scores, source } = popularRows(
      () => counts.keys(),
      k,
      (row) => events[row],
      passes,
    );
    return [source, [...keys], [...scores]];
  };
  assert.deepEqual(list(2), ['popularity', [3, 1], [5, 3]]);
  assert.deepEqual(list(6), ['popularity', [3, 1, 4, 5, 2, 0], [5, 3, 3, 0, 0, 0]]);
  assert.deepEqual(
    list(3, counts, (row) => row !== 5 && row !== 3),
    ['popularity', [1, 4, 2], [3, 3, 0]],
  );
  assert.deepEqual(list(2, new Array(6).fill(0)), ['newest', [5, 4], [0, 0]]);
  assert.deepEqual(
    list(2, counts, () => false),
    ['popularity', [], []],
  );
});

test('seen rows and rows that do not pass are in no list; seen rows still compete for places among the candidates', async () => {
  const parts = { linear: [3, 2, 1, 0], reranked: [1, 2, 3] };
  assert.deepEqual(await listOf(parts, { seen: [1, 11] }), ['reranker', 2, 3, 0, 10]);
  assert.deepEqual(await listOf(parts, { passes: (row) => row % 2 === 1 }), ['reranker', 1, 3, 11, 9]);
  assert.deepEqual(await listOf(parts, { passes: (row) => row > 3 }), ['towers', 11, 10, 9, 8]);
});

test('towers are added to the scores of the re-ranker with their weight', async () => {
  const parts = { linear: [3, 2, 1, 0], reranked: [1, 2, 3] };
  assert.deepEqual(await listOf({ ...parts, weight: 0.5 }, { k: 3 }), ['reranker', 1, 2, 3]);
  assert.deepEqual(await listOf({ ...parts, weight: 2 }, { k: 3 }), ['reranker', 3, 2, 1]);
});

test('of several queries each gets its own list, and a longer list begins with a shorter one', async () => {
  const random = createRandom(5);
  const order = random.shuffle([0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11]);
  const recommender = partsOf({ linear: order, reranked: [4, 2, 8], weight: 1, firstNew: 9 });
  const prepared = await recommender.prepare([{ history: [1] }, { history: [] }, { history: [2, 3] }]);
  const lists = await Promise.all(prepared.map((query) => query.list(12)));
  assert.deepEqual(
    lists.map(({ source }) => source),
    ['reranker', 'popularity', 'reranker'],
  );
  assert.deepEqual(lists[0].keys, lists[2].keys);
  for (let k = 1; k < 12; k++) assert.deepEqual((await prepared[0].list(k)).keys, lists[0].keys.slice(0, k));
});

test('new items are placed among the re-ranked ones by score, and their share of every beginning of a list is bounded', async () => {
  const given: Parameters<typeof partsOf>[0] = {
    linear: [1, 2, 3, 4],
    reranked: [2, 1, 3],
    firstNew: 8,
    fresh: [
      [9, 3.5],
      [8, 2.5],
      [10, 2.4],
    ],
  };
  assert.deepEqual(await listOf(given, { k: 7, atMostNew: 1 }), ['reranker', 9, 2, 8, 10, 1, 3, 4]);
  assert.deepEqual(await listOf(given, { k: 7 }), ['reranker', 9, 2, 8, 1, 10, 3, 4], 'by default at most half');
  const onlyNew = (row: number) => row >= 8;
  assert.deepEqual(
    await listOf(given, { k: 4, passes: onlyNew }),
    ['towers', 11, 10, 9, 8],
    'where there are no others, new items fill the list',
  );
  assert.deepEqual(await listOf(given, { k: 7, seen: [9, 2] }), ['reranker', 8, 1, 10, 3, 4, 11, 7], 'seen rows leave');
  for (const [atMostNew, wanted] of [
    [0, [2, 1, 3, 4, 7, 6]],
    [0.2, [9, 2, 1, 3, 4, 8]],
    [0.5, [9, 2, 8, 1, 10, 3]],
  ] as const) {
    assert.deepEqual(await listOf(given, { k: 6, atMostNew }), ['reranker', ...wanted], `share ${atMostNew}`);
    for (let k = 1; k < 6; k++)
      assert.deepEqual(
        (await listOf(given, { k, atMostNew })).slice(1),
        wanted.slice(0, k),
        `share ${atMostNew}, ${k} items`,
      );
  }
});

test('a new item that users have chosen has the rank of the linear model, or a better one by its odds', async () => {
  const given: Parameters<typeof partsOf>[0] = {
    linear: [1, 9, 2, 10, 3, 4],
    reranked: [2, 1, 3],
    firstNew: 8,
    fresh: [
      [10, 3.5],
      [8, 2.5],
      [9, 0.5],
    ],
  };
  const options = { k: 7, atMostNew: 1 };
  assert.deepEqual(await listOf(given, options), ['reranker', 10, 2, 8, 1, 3, 9, 4]);
  const listed = ['reranker', 10, 9, 2, 8, 1, 3, 4];
  for (const chosen of [[9], [9, 10]]) assert.deepEqual(await listOf({ ...given, chosen }, options), listed);
  for (let k = 1; k < 7; k++)
    assert.deepEqual(await listOf({ ...given, chosen: [9] }, { ...options, k }), listed.slice(0, k + 1));
  assert.deepEqual(await listOf({ ...given, chosen: [9] }, { k: 3, seen: [9] }), ['reranker', 10, 2, 8]);
});

test('of too many new items the best are shown, later than their scores, which still fall', () => {
  const list = { ...rows([9, 8, 10, 1, 2, 3, 11], [7, 6, 5, 4, 3, 2, 1]), source: 'reranker' as const };
  const { keys, scores } = withFewerNew(list, (row) => row >= 8, { share: 0.5, keepsAll: false });
  assert.deepEqual([...keys], [9, 1, 8, 2, 10, 3, 11]);
  assert.deepEqual([...scores], [7, 4, 4, 3, 3, 2, 1]);
  // For the last new ones the list is too short.
  assert.deepEqual([...withFewerNew(list, (row) => row >= 8, { share: 0.3, keepsAll: false }).keys], [9, 1, 2, 8, 3]);
  assert.deepEqual([...withFewerNew(list, () => true, { share: 0.5, keepsAll: false }).keys], [9]);
  assert.deepEqual([...withFewerNew(list, () => true, USUAL_BOUND).keys], [...list.keys]);
  const random = createRandom(9);
  for (let time = 0; time < 200; time++) {
    const share = time / 199;
    const fresh = Array.from({ length: 30 }, () => random.next() < 0.6);
    const ranked = rows(
      Array.from(fresh.keys()),
      fresh.map((_, at) => -at),
    );
    const kept = withFewerNew({ ...ranked, source: 'reranker' }, (row) => fresh[row], { share, keepsAll: false }).keys;
    kept.forEach((_, at) => {
      const count = kept.subarray(0, at + 1).filter((row) => fresh[row]).length;
      assert.ok(count <= Math.ceil(share * (at + 1) - 1e-9), `share ${share}, first ${at + 1}`);
    });
    assert.equal(
      kept.filter((row) => !fresh[row]).length,
      fresh.filter((isNew) => !isNew).length,
      'no known item is lost',
    );
  }
});
