import assert from 'node:assert/strict';
import { test } from 'node:test';
import { rankedList } from '../../src/engine/ranked-list.ts';
import type { Recommendations } from '../../src/engine/request-types.ts';
import type { RankingService } from '../../src/ranking/ranking-service.ts';

/** A ranker that likes later candidates more. */
const ranking = {
  stats: () => ({ ranker: { outcomes: ['click'] } }),
  rank: async ({ items }: { items: string[] }) => ({
    by: 'click',
    items: items.map((id, at) => ({ id, probabilities: { click: (at + 1) / 10 } })).reverse(),
  }),
} as unknown as RankingService;

const candidates: Recommendations = {
  version: 'v',
  source: 'reranker',
  items: ['a', 'b', 'c', 'n1', 'n2', 'n3'].map((id, at) => ({
    id,
    score: -at,
    ...(id.startsWith('n') ? { new: true as const } : {}),
  })),
  unknownItems: [],
};

test('the bound on new items holds in the order of the ranker, and scores fall', async () => {
  const listed = async (atMostNew: number, k = 6) => {
    const { items } = await rankedList(ranking, candidates, { k, atMostNew, model: 'm' });
    return items.map(({ id, score }) => [id, score]);
  };
  assert.deepEqual(
    (await listed(1)).map(([id]) => id),
    ['n3', 'n2', 'n1', 'c', 'b', 'a'],
  );
  const half = [
    ['n3', 0.6],
    ['c', 0.3],
    ['n2', 0.3],
    ['b', 0.2],
    ['n1', 0.2],
    ['a', 0.1],
  ];
  assert.deepEqual(await listed(0.5), half);
  assert.deepEqual(await listed(0.5, 3), half.slice(0, 3));
});
