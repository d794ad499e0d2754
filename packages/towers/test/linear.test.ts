/** The linear model as a product: settings found, new items folded in as solving again would have them, saved, loaded, evaluated. */
import assert from 'node:assert/strict';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { createRandom, errorCode } from '@lorekeep/core';
import { createProductPool } from '@lorekeep/graph';
import { centredContent, contentMean } from '../src/content.ts';
import {
  evaluateBundle,
  evaluateTowers,
  fitLinear,
  interactionsOf,
  leaveOneOut,
  loadTowers,
  openItemModel,
  questions,
  resolveConfig,
  searchLinear,
  solveItems,
  strongestNeighbours,
  trainTowers,
  writeBundle,
} from '../src/index.ts';
import { adaptationOf, betweenFolded, foldIn } from '../src/solved/fold.ts';
import { type Neighbours, renumbered } from '../src/solved/neighbours.ts';
import { sampled } from '../src/solved/sample.ts';
import { at } from '../src/solved/tiles.ts';
import { CONTENT_DIM, contentInfo, corpusOf, groupedCorpus } from './corpora.ts';

const pool = createProductPool(2);
after(() => pool.close());
const settings = { lambda: 5, beta: 2 };
const { corpus, content: raw } = groupedCorpus();
const split = leaveOneOut(corpus);
const items = corpus.itemIds.length;
const mean = contentMean(raw, items, CONTENT_DIM);
const centred = centredContent(raw, mean);
const zeros = { valid: {}, test: {}, baselines: {} } as never;

const row = ({ offsets, ids, values }: Neighbours, item: number) =>
  new Map(
    Array.from({ length: offsets[item + 1] - offsets[item] }, (_, k) => [
      ids[offsets[item] + k],
      values[offsets[item] + k],
    ]),
  );

describe('an item that was not there', () => {
  /** The last two items without events, so that they can be left out and put back. */
  const known = items - 2;
  const histories = Array.from({ length: corpus.userIds.length }, (_, user) =>
    [...corpus.items.subarray(corpus.offsets[user], corpus.offsets[user + 1])].filter((item) => item < known),
  );
  const without = leaveOneOut(corpusOf(histories, known));
  const withOne = leaveOneOut(corpusOf(histories, known + 1));
  const part = (count: number) => centred.slice(0, count * CONTENT_DIM);
  const vector = (item: number) => centred.slice(item * CONTENT_DIM, (item + 1) * CONTENT_DIM);

  test('gets the weights that solving again with it gives', async () => {
    const small = await solveItems(interactionsOf(without), part(known), settings, { pool });
    const adaptation = await adaptationOf(small, part(known), settings, pool);
    const { says, named } = foldIn(adaptation, vector(known), known);
    const again = await solveItems(interactionsOf(withOne), part(known + 1), settings, { pool });
    const weight = (i: number, j: number) => Math.max(0, -at(again, i, j) / at(again, j, j));
    const dense = (entries: typeof says) => {
      const values = new Float64Array(known);
      entries.ids.forEach((id, k) => {
        values[id] = entries.values[k];
      });
      return values;
    };
    const [forward, backward] = [dense(says), dense(named)];
    let largest = 0;
    for (let item = 0; item < known; item++) {
      assert.ok(Math.abs(forward[item] - weight(known, item)) < 2e-6, `what it says of ${item}`);
      assert.ok(Math.abs(backward[item] - weight(item, known)) < 2e-6, `what ${item} says of it`);
      largest = Math.max(largest, backward[item]);
    }
    assert.ok(largest > 0.01);
    // What a second new item would be told by the first, had it been solved for.
    const twice = await adaptationOf(again, part(known + 1), settings, pool);
    const second = foldIn(twice, vector(known + 1), known + 1);
    const first = foldIn(adaptation, vector(known), known);
    const other = foldIn(adaptation, vector(known + 1), known);
    const expected = second.named.values[second.named.ids.indexOf(known)] ?? 0;
    assert.ok(Math.abs(Math.max(0, betweenFolded(first, other)) - expected) < 2e-6);
  });

  test('is recommended and is history, in rows after the solved ones', async () => {
    const content = { mean, centred: part(known) };
    const { linear } = await fitLinear(without, content, { perItem: 20, maxHistory: 9 });
    const model = openItemModel(linear);
    const rows = raw.slice(known * CONTENT_DIM);
    assert.equal(model.fold(rows.slice(0, CONTENT_DIM), 1), known);
    assert.equal(model.fold(rows.slice(CONTENT_DIM), 1), known + 1);
    assert.equal(model.neighbours.items, items);
    // The last group's items have the same kind of text.
    const named = model.score([items - 4]);
    assert.ok([...named.items].includes(known));
    const said = model.score([known]);
    assert.ok([...said.items].some((item) => item >= items - 8 && item < known));
    assert.ok([...model.score([known]).items].includes(known + 1));
    const silent = model.fold(new Float32Array(CONTENT_DIM), 1);
    assert.equal(model.score([silent]).items.length, 0);
    assert.equal(model.score([-1]).items.length, 0);
    assert.throws(
      () => model.fold(new Float32Array(3), 1),
      (error) => errorCode(error) === 'TOWERS_BAD_CONTENT',
    );
  });
});

describe('the search', () => {
  const trial = { interactions: interactionsOf(split), content: centred, questions: questions(split, 'valid') };
  const options = { perItem: 20, maxHistory: 50, threads: 1 };

  test('finds settings at least as good as the usual ones, the same each time', async () => {
    const stages: number[] = [];
    const found = await searchLinear(trial, { ...options, progress: ({ done }) => stages.push(done) });
    const usual = found.steps.find(({ lambda, beta }) => lambda === 300 && beta === 10);
    const best = Math.max(...found.steps.map(({ ndcg }) => ndcg));
    const chosen = found.steps.find(({ lambda, beta, decay }) => {
      const { settings } = found;
      return lambda === settings.lambda && beta === settings.beta && decay === settings.decay;
    });
    assert.ok(usual !== undefined && best >= usual.ndcg);
    assert.ok(chosen !== undefined && chosen.ndcg >= 0.99 * best);
    assert.deepEqual(stages, [...Array(found.steps.length + 1).keys()]);
    assert.deepEqual(await searchLinear(trial, options), found);
  });

  test('of events alone tries no content', async () => {
    const { steps } = await searchLinear({ ...trial, content: undefined }, options);
    assert.ok(steps.length >= 2 && steps.every(({ beta }) => beta === 0));
  });

  test('with nobody to ask keeps the usual settings', async () => {
    const { settings, steps } = await searchLinear({ ...trial, questions: [] }, options);
    assert.deepEqual([settings, steps], [{ lambda: 300, beta: 10, decay: 0.8 }, []]);
  });

  test('can be stopped', async () => {
    const controller = new AbortController();
    const progress = () => controller.abort(new Error('enough'));
    await assert.rejects(searchLinear(trial, { ...options, progress, signal: controller.signal }), /enough/);
  });

  test('of a large catalogue looks at a part of it', () => {
    const part = sampled(trial, 20, createRandom(1));
    assert.equal(part.interactions.items, 20);
    assert.equal(part.content?.length, 20 * CONTENT_DIM);
    assert.ok(part.interactions.rows.every((item) => item >= 0 && item < 20));
    assert.ok(part.questions.length > 0 && part.questions.length < trial.questions.length);
    for (const { history, target } of part.questions) {
      assert.ok(target >= 0 && target < 20);
      assert.ok(history.some((item) => item >= 0) && history.every((item) => item < 20));
    }
  });
});

test('weights in another order are the same weights', async () => {
  const neighbours = strongestNeighbours(await solveItems(interactionsOf(split), undefined, settings, { pool }), 6);
  const rowOf = Int32Array.from({ length: items }, (_, item) => (item === 3 ? -1 : items - item));
  const turned = renumbered(neighbours, rowOf, items + 1);
  for (const item of [0, 7, items - 1]) {
    const expected = new Map(
      [...row(neighbours, item)].filter(([id]) => id !== 3).map(([id, value]) => [items - id, value]),
    );
    assert.deepEqual(row(turned, items - item), expected);
  }
  assert.equal(row(turned, items - 3).size, 0);
});

describe('the preset linear', () => {
  let directory: string;
  before(async () => {
    directory = await mkdtemp(join(tmpdir(), 'lorekeep-linear-'));
  });
  after(() => rm(directory, { recursive: true }));

  test('is solved, saved, loaded, and evaluated alike before and after; a damaged file is noticed', async () => {
    const config = resolveConfig('linear', { dim: 16, neighbours: 12 });
    const trained = await trainTowers({ corpus, content: raw, contentInfo, config, preset: 'linear', threads: 1 });
    const path = join(directory, 'v1');
    const manifest = await writeBundle(path, trained, zeros);
    assert.equal(manifest.linear?.perItem, 12);
    assert.equal(manifest.linear?.search.items, items);
    const towers = await loadTowers(path, { threads: 1 });
    try {
      assert.deepEqual(towers.linear, { ...trained.linear });
      for (const set of ['valid', 'test'] as const) {
        const { ranks, coverage } = await evaluateTowers(trained, set);
        const loaded = await evaluateBundle(towers, split, set, raw);
        assert.deepEqual(loaded.ranks, ranks);
        assert.equal(loaded.coverage, coverage);
      }
    } finally {
      await towers.close();
    }
    const file = join(path, 'linear.safetensors');
    const bytes = await readFile(file);
    bytes[bytes.length - 1] ^= 1;
    await writeFile(file, bytes);
    await assert.rejects(loadTowers(path), (error) => errorCode(error) === 'BUNDLE_CORRUPT');
  });

  test('ranks items that came after it was solved', async () => {
    const config = resolveConfig('linear', { dim: 16 });
    const known = items - 8;
    const histories = Array.from({ length: corpus.userIds.length }, (_, user) =>
      [...corpus.items.subarray(corpus.offsets[user], corpus.offsets[user + 1])].filter((item) => item < known),
    );
    const trained = await trainTowers({
      corpus: corpusOf(histories, known),
      content: raw.slice(0, known * CONTENT_DIM),
      contentInfo,
      config,
      threads: 1,
    });
    const path = join(directory, 'v2');
    await writeBundle(path, trained, zeros);
    const towers = await loadTowers(path, { threads: 1 });
    const { metrics } = await evaluateBundle(towers, split, 'test', raw);
    await towers.close();
    assert.equal(metrics.users, split.asked.test.users.length);
    assert.ok(metrics['recall@10'] > 0.3);
  });

  test('needs items that are known by their events', () => {
    assert.throws(
      () => resolveConfig('linear', { id: false }),
      (error) => errorCode(error) === 'TOWERS_BAD_OPTION',
    );
    assert.throws(
      () => resolveConfig('linear', { neighbours: 5001 }),
      (error) => errorCode(error) === 'TOWERS_BAD_OPTION',
    );
  });
});
