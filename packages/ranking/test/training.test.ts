import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test from 'node:test';
import { evaluationCases, leaveOneOut } from '@lorekeep/evaluation';
import { CANDIDATES, createCandidateSource } from '@lorekeep/linear';
import { logOf } from '@lorekeep/testing';
import type { Reranker } from '../src/contract.ts';
import { loadTables, openSavedReranker, saveReranker } from '../src/reranker/files.ts';
import { openReranker, RERANKER_BATCHES, rerankerGraph } from '../src/reranker/reranker.ts';
import { trainReranker } from '../src/reranker/training/train.ts';
import { split, statisticsOf } from './example-statistics.ts';

const settings = { lambda: 100, beta: 0, decay: 0.8, neighboursPerItem: 100, maxHistory: 20 };

async function train() {
  const { statistics, diagonal } = await statisticsOf(split);
  const linear = { neighbours: statistics.weights, settings };
  const { report, parts } = await trainReranker(split, linear, diagonal, undefined, { seed: 3 });
  assert.ok(report.used && parts !== undefined);
  return { linear, diagonal, report, parts };
}

let shared: ReturnType<typeof train> | undefined;
/** The same training for all tests. */
const trained = () => (shared ??= train());

test('a re-ranker learns from the order of events what the linear model cannot, and a seed repeats it', async () => {
  const { linear, diagonal, report, parts } = await trained();
  const { valid } = report;
  assert.ok((valid.reranker?.['ndcg@10'] ?? 0) > 1.1 * valid.linear['ndcg@10']);
  assert.ok((valid.difference?.interval[0] ?? 0) > 0);

  const again = await trainReranker(split, linear, diagonal, undefined, { seed: 3 });
  assert.deepEqual(again.report, report);
  for (const [name, { data }] of Object.entries(parts.network))
    assert.deepEqual(again.parts?.network[name].data, data, name);
});

test('a saved re-ranker gives the same lists, one query at a time and in batches', async () => {
  const { linear, parts } = await trained();
  const directory = await mkdtemp(join(tmpdir(), 'lorekeep-reranker-'));
  const opened: Reranker[] = [];
  try {
    await saveReranker(directory, 'reranker', parts);
    const { statistics } = await loadTables(directory, 'reranker', linear);
    const source = createCandidateSource(statistics);
    const saved = await openSavedReranker(directory, 'reranker', statistics, source.includesHistory);
    opened.push(saved);
    const graphs = RERANKER_BATCHES.map((batch) => rerankerGraph(parts.network, batch));
    const inMemory = await openReranker(parts.statistics, graphs, source.includesHistory);
    opened.push(inMemory);
    const query = (history: ArrayLike<number>, passes?: (item: number) => boolean) => ({
      history,
      candidates: source.candidates(history, passes),
    });
    const histories = evaluationCases(split, 'test')
      .slice(0, 40)
      .map(({ history }) => history);
    const queries = histories.map((history) => query(history));
    const batch = await saved.rerank(queries);
    assert.deepEqual(batch, await inMemory.rerank(queries));
    for (const [at, history] of histories.entries()) {
      const [one] = await saved.rerank([query(history)]);
      assert.deepEqual(one.items, batch[at].items);
      assert.ok(one.items.length <= CANDIDATES && new Set(one.items).size === one.items.length);
    }
    const [even] = await saved.rerank([query(histories[0], (item) => item % 2 === 0)]);
    assert.ok(even.items.length > 0 && even.items.every((item) => item % 2 === 0));
    const [empty, unknown] = await saved.rerank([query([]), query([-1, -1])]);
    assert.equal(empty.items.length + unknown.items.length, 0);
  } finally {
    await Promise.all(opened.map((reranker) => reranker.close()));
    await rm(directory, { recursive: true });
  }
});

test('a log that is too small to learn from keeps the linear model', async () => {
  const histories = [
    [0, 1, 2, 3],
    [1, 2, 3, 0],
    [2, 3, 0, 1],
  ];
  const few = leaveOneOut(logOf(histories, 4));
  const { statistics, diagonal } = await statisticsOf(few);
  const { parts, report } = await trainReranker(few, { neighbours: statistics.weights, settings }, diagonal, undefined);
  assert.equal(parts, undefined);
  assert.equal(report.used, false);
  assert.equal(report.training, undefined);
});
