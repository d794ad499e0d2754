import assert from 'node:assert/strict';
import { test } from 'node:test';
import { newBound } from '../../src/composition/lists.ts';
import { pageOf } from '../../src/page/page.ts';
import { createRankedSource } from '../../src/page/ranked-source.ts';
import type { RankingService } from '../../src/ranking/ranking-service.ts';

/** A ranker that likes later candidates more. */
const ranking = {
  stats: () => ({ ranker: { outcomes: ['click'] } }),
  rank: async ({ items }: { items: string[] }) => ({
    by: 'click',
    items: items.map((id, at) => ({ id, probabilities: { click: (at + 1) / 10 } })).reverse(),
  }),
} as unknown as RankingService;

const IDS = ['a', 'b', 'c', 'n1', 'n2', 'n3'];

test('the bound on new items holds in the order of the ranker, and scores fall', async () => {
  const source = createRankedSource({
    ranking,
    list: async () => ({
      keys: Uint32Array.from(IDS.keys()),
      scores: Float32Array.from(IDS, (_, at) => -at),
      source: 'reranker',
    }),
    idOf: (row) => IDS[row],
  });
  const listed = async (atMostNew: number, k = 6) => {
    const page = await pageOf(source.list, k, {
      boosts: [],
      caps: [],
      bound: newBound(atMostNew),
      isNew: (row) => IDS[row].startsWith('n'),
      isShown: () => false,
      shown: 0,
      vectorsOf: async () => [],
    });
    return Array.from(page.keys, (row, at) => [IDS[row], Math.round(page.scores[at] * 10) / 10]);
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
  assert.deepEqual(source.probabilitiesOf(0), { click: 0.1 });
});
