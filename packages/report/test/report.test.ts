/**
 * The report is one self-contained file, shows the numbers of the evaluation, and item names cannot
 * break it.
 */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createRandom } from '@lorekeep/core';
import { type Evaluation, metricsOfRanks } from '@lorekeep/evaluation';
import type { Item } from '@lorekeep/store';
import { layOutItems } from '../src/item-map.ts';
import { reportPage } from '../src/page.ts';
import { evaluationReport } from '../src/report.ts';

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
  return { ...summary, seenExcluded: summary, breakdown, coverage: 0.25, ranks };
}

const items: Item[] = Array.from({ length: 90 }, (_, at) => ({
  id: `item ${at}`,
  categories: ['Everything', at % 3 === 0 ? '<script>alert(1)</script>' : `Part ${at % 3}`],
}));

test('an item map places similar items near each other, coloured by the first level that divides the catalogue', async () => {
  const random = createRandom(1);
  const vectors = Float32Array.from(
    { length: 90 * 6 },
    (_, at) => (at % 6 === Math.floor(at / 6) % 3 ? 4 : 0) + random.normal(),
  );
  const map = (await layOutItems(items, vectors, 42))!;
  assert.deepEqual(map, await layOutItems(items, vectors, 42));
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
  assert.equal(await layOutItems(items.slice(0, 20), vectors.slice(0, 120), 42), undefined);
});

test('the page contains all plots and tables, loads nothing, runs nothing, and escapes names', async () => {
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
    map: await layOutItems(items, vectors, 42),
  });
  assert.equal(page.match(/<svg/g)?.length, 5);
  assert.equal(page.match(/<table/g)?.length, 2);
  assert.ok(!/<script|<link|<img|<b>1|url\(|@import/i.test(page));
  // The only addresses are names of XML vocabularies.
  for (const [address] of page.matchAll(/https?:\/\/[^"' ]+/g)) assert.match(address, /^http:\/\/www\.w3\.org\//);
  assert.ok(page.includes(own.metrics['ndcg@10'].toFixed(4)) && page.includes('25.0 %'));
  const bare = await reportPage({ facts: [], evaluations: [['learn', own]], validation: own });
  assert.equal(bare.match(/<svg/g)?.length, 3);
});

test('a report takes a plain evaluation and reports its progress', async () => {
  const evaluated = evaluation(1);
  const stages: string[] = [];
  const page = await evaluationReport(
    {
      version: 'v2',
      preset: 'learn',
      protocol: 'temporal',
      seed: 7,
      encoder: { name: 'lexical', isLanguageModel: false },
      data: { items: 90, users: 1500, events: 12_345 },
      valid: evaluated,
      test: evaluated,
      baselines: { popularity: evaluation(2) },
      against: { v1: evaluation(3) },
      refit: { from: 'v0' },
    },
    { progress: ({ stage, done }) => stages.push(`${stage} ${done}`) },
  );
  for (const fact of ['v2', 'temporal', 'lexical (not a language model)', '1,500', '12,345', 'v0'])
    assert.ok(page.includes(fact), fact);
  assert.deepEqual(
    [...page.matchAll(/<tr><td>([\w-]+)/g)].map(([, name]) => name),
    ['learn', 'v1', 'popularity', 'learn', 'v1', 'popularity'],
  );
  assert.deepEqual(stages, ['report 0', 'report 1']);
});
