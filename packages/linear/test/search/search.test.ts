import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { centredContent, contentMean } from '@lorekeep/core';
import { evaluationCases, leaveOneOut } from '@lorekeep/evaluation';
import { CONTENT_DIM, groupedLog } from '@lorekeep/testing';
import { openSolutions } from '../../src/model/solution.ts';
import { type SearchData, type SearchOptions, searchLinear } from '../../src/search/search.ts';
import { interactionsOf } from '../../src/solve/gram.ts';

const { log, content: raw } = groupedLog();
const split = leaveOneOut(log);
const centred = centredContent(raw, contentMean(raw, log.itemIds.length, CONTENT_DIM));

/** @param denseItems 0: columns are solved one by one */
async function search(
  { hasContent = true, cases = evaluationCases(split, 'valid'), denseItems = Infinity } = {},
  options: Partial<SearchOptions> = {},
) {
  const run = { neighboursPerItem: 20, denseItems, threads: 1, signal: options.signal };
  const solutions = openSolutions(interactionsOf(split), hasContent ? centred : undefined, run);
  const data: SearchData = { items: log.itemIds.length, hasContent, cases, solutions };
  try {
    return await searchLinear(data, { maxHistory: 50, ...options });
  } finally {
    await solutions.close();
  }
}

describe('the search for settings', () => {
  for (const denseItems of [0, Infinity])
    test(`finds settings at least as good as the default, the same each time, ${denseItems} dense items`, async () => {
      const stages: number[] = [];
      const found = await search({ denseItems }, { progress: ({ done }) => stages.push(done) });
      const byDefault = found.steps.find(({ lambda, beta }) => lambda === 300 && beta === 10);
      const best = Math.max(...found.steps.map(({ ndcg }) => ndcg));
      const selected = found.steps.find(({ lambda, beta, decay }) => {
        const { settings } = found;
        return lambda === settings.lambda && beta === settings.beta && decay === settings.decay;
      });
      assert.ok(byDefault !== undefined && best >= byDefault.ndcg);
      assert.ok(selected !== undefined && selected.ndcg >= 0.99 * best);
      assert.deepEqual(stages, [...Array(found.steps.length + 1).keys()]);
      assert.deepEqual(await search({ denseItems }), found);
    });

  test('tries only β = 0 without content', async () => {
    const { steps } = await search({ hasContent: false });
    assert.ok(steps.length >= 2 && steps.every(({ beta }) => beta === 0));
  });

  test('returns the default settings if there are no cases', async () => {
    const { settings, steps } = await search({ cases: [] });
    assert.deepEqual([settings, steps], [{ lambda: 300, beta: 10, decay: 0.8 }, []]);
  });

  test('can be aborted', async () => {
    const controller = new AbortController();
    const progress = () => controller.abort(new Error('enough'));
    await assert.rejects(search({}, { progress, signal: controller.signal }), /enough/);
  });

  test('solves a sample of the columns of a large catalogue', async () => {
    const found = await search({ denseItems: 0 }, { sampleColumns: 30 });
    const cases = evaluationCases(split, 'valid');
    assert.equal(found.items, 30);
    assert.ok(found.cases > 0 && found.cases < cases.length, `${found.cases} of ${cases.length}`);
    assert.ok(found.steps.every(({ ndcg }) => ndcg > 0));
  });
});
