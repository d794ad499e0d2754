import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { centredContent, contentMean, createRandom } from '@lorekeep/core';
import { evaluationCases, leaveOneOut } from '@lorekeep/evaluation';
import { CONTENT_DIM, groupedLog } from '@lorekeep/testing';
import { sampled } from '../../src/search/sample.ts';
import { searchLinear } from '../../src/search/search.ts';
import { interactionsOf } from '../../src/solve/gram.ts';

const { log, content: raw } = groupedLog();
const split = leaveOneOut(log);
const centred = centredContent(raw, contentMean(raw, log.itemIds.length, CONTENT_DIM));

describe('the search for settings', () => {
  const data = { interactions: interactionsOf(split), content: centred, cases: evaluationCases(split, 'valid') };
  const options = { neighboursPerItem: 20, maxHistory: 50, threads: 1 };

  test('finds settings at least as good as the default, the same each time', async () => {
    const stages: number[] = [];
    const found = await searchLinear(data, { ...options, progress: ({ done }) => stages.push(done) });
    const byDefault = found.steps.find(({ lambda, beta }) => lambda === 300 && beta === 10);
    const best = Math.max(...found.steps.map(({ ndcg }) => ndcg));
    const selected = found.steps.find(({ lambda, beta, decay }) => {
      const { settings } = found;
      return lambda === settings.lambda && beta === settings.beta && decay === settings.decay;
    });
    assert.ok(byDefault !== undefined && best >= byDefault.ndcg);
    assert.ok(selected !== undefined && selected.ndcg >= 0.99 * best);
    assert.deepEqual(stages, [...Array(found.steps.length + 1).keys()]);
    assert.deepEqual(await searchLinear(data, options), found);
  });

  test('tries only β = 0 without content', async () => {
    const { steps } = await searchLinear({ ...data, content: undefined }, options);
    assert.ok(steps.length >= 2 && steps.every(({ beta }) => beta === 0));
  });

  test('returns the default settings if there are no cases', async () => {
    const { settings, steps } = await searchLinear({ ...data, cases: [] }, options);
    assert.deepEqual([settings, steps], [{ lambda: 300, beta: 10, decay: 0.8 }, []]);
  });

  test('can be aborted', async () => {
    const controller = new AbortController();
    const progress = () => controller.abort(new Error('enough'));
    await assert.rejects(searchLinear(data, { ...options, progress, signal: controller.signal }), /enough/);
  });

  test('samples a large catalogue', () => {
    const sample = sampled(data, 20, createRandom(1));
    assert.equal(sample.interactions.items, 20);
    assert.equal(sample.content?.length, 20 * CONTENT_DIM);
    assert.ok(sample.interactions.rows.every((item) => item >= 0 && item < 20));
    assert.ok(sample.cases.length > 0 && sample.cases.length < data.cases.length);
    for (const { history, target } of sample.cases) {
      assert.ok(target >= 0 && target < 20);
      assert.ok(history.some((item) => item >= 0) && history.every((item) => item < 20));
    }
  });
});
