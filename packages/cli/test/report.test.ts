/** The report is one file that needs nothing else, says what the evaluation says, and cannot be broken by what items are called. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createRandom } from '@lorekeep/core';
import { type Evaluation, metricsOfRanks } from '@lorekeep/evaluation';
import type { Item } from '@lorekeep/store';
import { layOut, mapRows } from '../src/report/item-map.ts';
import { reportPage } from '../src/report/page.ts';

function evaluation(seed: number): Evaluation {
  const random = createRandom(seed);
  const ranks = Float64Array.from({ length: 60 }, () => 1 + random.int(30));
  const metrics = metricsOfRanks(ranks);
  const names = ['recall@10', 'ndcg@10', 'recall@50', 'ndcg@50', 'mrr'] as const;
  const intervals = Object.fromEntries(names.map((name) => [name, [metrics[name] - 0.01, metrics[name] + 0.01]]));
  const summary = { metrics, intervals } as Pick<Evaluation, 'metrics' | 'intervals'>;
  const breakdown = [
    { kind: 'item' as const, name: 'cold', metrics },
    { kind: 'item' as const, name: 'head', metrics },
    { kind: 'history' as const, name: '1–4', metrics },
  ];
  return { ...summary, removed: summary, breakdown, coverage: 0.25, ranks };
}

const items: Item[] = Array.from({ length: 90 }, (_, at) => ({
  id: `item ${at}`,
  categories: ['Everything', at % 3 === 0 ? '<script>alert(1)</script>' : `Part ${at % 3}`],
}));

test('an item map puts alike items near each other, in the categories that tell the catalogue apart', async () => {
  const random = createRandom(1);
  const vectors = Float32Array.from(
    { length: 90 * 6 },
    (_, at) => (at % 6 === Math.floor(at / 6) % 3 ? 4 : 0) + random.normal(),
  );
  const map = (await layOut(items, vectors, 42))!;
  assert.deepEqual(map, await layOut(items, vectors, 42));
  assert.deepEqual([...map.categories].sort(), ['<script>alert(1)</script>', 'Part 1', 'Part 2']);
  const distance = (a: number, b: number) =>
    Math.hypot(map.points[a].x - map.points[b].x, map.points[a].y - map.points[b].y);
  const mean = (alike: boolean) => {
    const all = map.points.flatMap((_, a) =>
      map.points.flatMap((_, b) => (a < b && (a % 3 === b % 3) === alike ? [distance(a, b)] : [])),
    );
    return all.reduce((sum, value) => sum + value, 0) / all.length;
  };
  assert.ok(mean(true) < 0.6 * mean(false), `${mean(true)} ${mean(false)}`);
  assert.equal(await layOut(items.slice(0, 20), vectors.slice(0, 120), 42), undefined);
  assert.deepEqual([mapRows(0), mapRows(3), mapRows(5000).length], [[], [0, 1, 2], 1200]);
});

test('the page holds all its plots and tables, fetches nothing, runs nothing, and escapes names', async () => {
  const vectors = Float32Array.from({ length: 90 * 6 }, (_, at) => Math.sin(at * at));
  const own = evaluation(1);
  const page = await reportPage({
    facts: [['version', '<b>1</b>']],
    evaluations: [
      ['learn', own],
      ['popularity', evaluation(2)],
    ],
    validation: own,
    training: {
      bestEpoch: 1,
      records: [
        { epoch: 0, ndcg: 0.1 },
        { epoch: 1, ndcg: 0.2, loss: 3 },
      ],
    },
    map: await layOut(items, vectors, 42),
  });
  assert.equal(page.match(/<svg/g)?.length, 5);
  assert.equal(page.match(/<table/g)?.length, 2);
  assert.ok(!/<script|<link|<img|<b>1|url\(|@import/i.test(page));
  // Names of XML vocabularies are all the addresses there are.
  for (const [address] of page.matchAll(/https?:\/\/[^"' ]+/g)) assert.match(address, /^http:\/\/www\.w3\.org\//);
  assert.ok(page.includes(own.metrics['ndcg@10'].toFixed(4)) && page.includes('25.0 %'));
  const bare = await reportPage({ facts: [], evaluations: [['learn', own]], validation: own });
  assert.equal(bare.match(/<svg/g)?.length, 3);
});
