import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test from 'node:test';
import { createRandom } from '@lorekeep/core';
import type { Corpus } from '@lorekeep/store';
import {
  type Chosen,
  evaluateBundle,
  evaluateTowers,
  interactionsOf,
  leaveOneOut,
  loadTowers,
  type Ranking,
  resolveConfig,
  type Split,
  solveItems,
  strongestNeighbours,
  trainTowers,
  writeBundle,
} from '../src/index.ts';
import { itemEras } from '../src/second-stage/eras.ts';
import { CANDIDATES, createFeatureReader, FEATURES, WIDTH } from '../src/second-stage/features.ts';
import { loadSecondStage, saveSecondStage } from '../src/second-stage/files.ts';
import { createLeaveOut } from '../src/second-stage/leave-out.ts';
import { countedSignals, type Signals } from '../src/second-stage/signals.ts';
import { merged, rankProposed, type SecondStage, towerScores, withTowers } from '../src/second-stage/stage.ts';
import { trainSecondStage } from '../src/second-stage/train.ts';
import { diagonalOf } from '../src/solved/tiles.ts';
import { questions, trainItems } from '../src/split.ts';
import { contentInfo, corpusOf, groupedCorpus } from './corpora.ts';

const { corpus, content } = groupedCorpus({ users: 400, groups: 6, perGroup: 12 });
const split = leaveOneOut(corpus);

async function signalsOf(of: Split): Promise<{ signals: Signals; diagonal: Float32Array }> {
  const inverse = await solveItems(interactionsOf(of), undefined, { lambda: 100, beta: 0 });
  const diagonal = diagonalOf(inverse);
  const weights = strongestNeighbours(inverse);
  const signals: Signals = {
    items: of.corpus.itemIds.length,
    decay: 0.8,
    weights,
    views: { events: weights },
    looseness: diagonal.map((value) => value * 100),
    content: undefined,
    ...countedSignals(of),
  };
  return { signals, diagonal };
}

/** A split in which one user's training events end before position `at`. */
function without(user: number, at: number): Split {
  const trainLengths = split.trainLengths.slice();
  trainLengths[user] = at;
  return { ...split, trainLengths };
}

const longest = Array.from(split.trainLengths.keys()).reduce((a, b) =>
  split.trainLengths[b] > split.trainLengths[a] ? b : a,
);

test('weights with events left out are those of a model solved without them', async () => {
  const { signals, diagonal } = await signalsOf(split);
  const events = trainItems(split, longest);
  const at = events.length - 2;
  const real = (await signalsOf(without(longest, at))).signals.weights;
  const leaveOut = createLeaveOut(signals.weights, diagonal);
  leaveOut.leaveOut([...new Set(events)], [...new Set(events.subarray(0, at))]);
  const rowOf = (row: number) => {
    const ids = real.ids.subarray(real.offsets[row], real.offsets[row + 1]);
    return new Map(Array.from(ids, (id, entry) => [id, real.values[real.offsets[row] + entry]]));
  };
  let taken = 0;
  let wrong = 0;
  for (const row of new Set(events.subarray(0, at))) {
    const expected = rowOf(row);
    for (let entry = signals.weights.offsets[row]; entry < signals.weights.offsets[row + 1]; entry++) {
      const truth = expected.get(signals.weights.ids[entry]) ?? 0;
      taken += Math.abs(signals.weights.values[entry] - truth);
      wrong += Math.abs(leaveOut.weight(row, entry) - truth);
    }
  }
  assert.ok(wrong < 0.3 * taken, `${wrong} of ${taken} stayed`);
});

test('what is counted for an example is what would be counted had the later events not been there', async () => {
  const { signals, diagonal } = await signalsOf(split);
  const events = trainItems(split, longest);
  const at = events.length - 2;
  const history = events.subarray(0, at);
  const prefix = [...new Set(history)];
  const all = [...new Set(events)];
  const weights = createLeaveOut(signals.weights, diagonal);
  weights.leaveOut(all, prefix);
  const transitions = [];
  for (let from = Math.max(0, at - 3); from < at; from++)
    for (let to = at; to <= from + 3 && to < events.length; to++)
      transitions.push({ from: events[from], to: events[to], worth: 0.7 ** (to - from - 1) });
  const given = createFeatureReader(signals).read(history, undefined, {
    weights,
    views: { events: weights },
    later: new Set(all.slice(prefix.length)),
    target: events[at],
    newest: events[events.length - 1],
    transitions,
    eras: signals.eras,
  });
  const counted = countedSignals(without(longest, at));
  const real = createFeatureReader({ ...signals, ...counted, eras: signals.eras }).read(history);
  const place = new Map(Array.from(real.items.subarray(0, real.count), (item, i) => [item, i]));
  let compared = 0;
  for (const name of ['popularity', 'next', 'nextDecayed', 'inHistory', 'historyLength', 'eraFromLast'] as const) {
    const column = FEATURES.indexOf(name);
    for (let i = 0; i < given.count; i++) {
      const other = place.get(given.items[i]);
      if (other === undefined) continue;
      compared++;
      const [a, b] = [given.features[i * WIDTH + column], real.features[other * WIDTH + column]];
      assert.ok(Math.abs(a - b) < 0.05 * Math.abs(b) + 1e-5, `${name} of item ${given.items[i]}: ${a}, not ${b}`);
    }
  }
  assert.ok(compared > 60);
});

test('where people come back to the same items, those of the history are candidates at their own score', async () => {
  const { signals } = await signalsOf(split);
  const plain = createFeatureReader({ ...signals, repeats: 0.04 });
  const own = createFeatureReader({ ...signals, repeats: 0.05 });
  const inHistory = FEATURES.indexOf('inHistory');
  const score = FEATURES.indexOf('score');
  for (const history of [trainItems(split, longest), Int32Array.of(3, 50, 3), Int32Array.of(7)]) {
    const before = plain.read(history);
    const after = own.read(history);
    const items = after.items.subarray(0, after.count);
    const past = new Set(history.subarray(-20));
    for (const item of past) assert.ok(items.includes(item), `item ${item}`);
    const others = (found: Int32Array) => Array.from(found).filter((item) => !past.has(item));
    assert.deepEqual(others(items), others(before.items.subarray(0, before.count)).slice(0, CANDIDATES - past.size));
    for (let i = 0; i < after.count; i++) {
      assert.equal(after.features[i * WIDTH + inHistory] > 0, past.has(items[i]));
      if (i > 0) assert.ok(after.features[i * WIDTH + score] <= after.features[(i - 1) * WIDTH + score]);
    }
    assert.ok(after.features.every(Number.isFinite));
  }
  const users = new Float32Array(signals.items);
  const unseen = createFeatureReader({ ...signals, users, repeats: 1 }).read(Int32Array.of(7, 8));
  for (let i = 0; i < unseen.count; i++)
    assert.equal(unseen.unchosen[i], [7, 8].includes(unseen.items[i]) ? 0 : 1, 'the user has chosen it');
  const filtered = own.read(Int32Array.of(7, 8), (item) => item !== 7);
  assert.ok(!filtered.items.subarray(0, filtered.count).includes(7));
  const lonely = {
    ...signals,
    weights: { ...signals.weights, offsets: new Uint32Array(signals.items + 1) },
    views: {},
  };
  const alone = createFeatureReader({ ...lonely, repeats: 1 }).read(Int32Array.of(7));
  assert.deepEqual([alone.count, alone.items[0]], [1, 7]);
  assert.ok(alone.features.every(Number.isFinite));
});

test('repeats are counted over training events, and what is looked at again and again comes first', async () => {
  const random = createRandom(11);
  // Two steps of three stay where they are, the third leads anywhere.
  const histories = Array.from({ length: 300 }, () => {
    let item = random.int(60);
    return Array.from({ length: 8 }, () => {
      if (random.int(3) === 0) item = random.int(60);
      return item;
    });
  });
  const again = leaveOneOut(corpusOf(histories, 60));
  const { signals, diagonal } = await signalsOf(again);
  let [repeats, followers] = [0, 0];
  for (const history of histories)
    history.slice(0, -2).forEach((item, at, events) => {
      if (at > 0) followers++;
      if (events.indexOf(item) < at) repeats++;
    });
  assert.ok(Math.abs(signals.repeats - repeats / followers) < 1e-9);
  const settings = { lambda: 100, beta: 0, decay: 0.8, perItem: 59, maxHistory: 20 };
  const { report } = await trainSecondStage(again, { neighbours: signals.weights, settings }, diagonal, undefined);
  assert.ok(report.valid.linear['ndcg@10'] < 0.3, 'which the closed form does not see');
  assert.ok((report.valid.secondStage?.['ndcg@10'] ?? 0) > 0.55);
});

test('eras solve their normal equations', () => {
  const eras = itemEras(split);
  const residual = new Float64Array(eras.length);
  let size = 0;
  for (let item = 0; item < eras.length; item++) residual[item] = 0.3 * eras[item];
  for (let user = 0; user < split.trainLengths.length; user++) {
    const events = trainItems(split, user);
    for (let at = 1; at < events.length; at++) {
      if (events[at] === events[at - 1]) continue;
      const error = eras[events[at]] - eras[events[at - 1]] - 1;
      residual[events[at]] += error;
      residual[events[at - 1]] -= error;
      size++;
    }
  }
  assert.ok(Math.sqrt(residual.reduce((sum, r) => sum + r * r, 0)) < 0.01 * Math.sqrt(size));
  // The newer item of a chain has the later era.
  const chain = itemEras(
    leaveOneOut(
      corpusOf(
        Array.from({ length: 9 }, () => [0, 1, 2, 3, 3, 3]),
        4,
      ),
    ),
  );
  assert.ok(chain[0] < chain[1] && chain[1] < chain[2] && chain[2] < chain[3]);
});

test('new items keep the place that the towers gave them, the rest follows the second stage, then the towers', () => {
  const isNew = (item: number) => item >= 90;
  assert.deepEqual(merged([5, 3, 1], [3, 91, 7, 1, 90], isNew, 10), [5, 91, 3, 1, 90, 7]);
  assert.deepEqual(merged([5, 3, 1], [3, 91, 7, 1, 90], isNew, 2), [5, 91]);
  assert.deepEqual(merged([], [3, 91], isNew, 5), [3, 91]);
  assert.deepEqual(merged([4, 2], [], isNew, 5), [4, 2]);
  const order = merged([8, 6, 4, 2], [1, 2, 3, 4, 5, 6, 7, 8], isNew, 8);
  assert.deepEqual(order, [8, 6, 4, 2, 5, 7, 1, 3].slice(0, 4).concat(order.slice(4)));
  assert.deepEqual([...order].sort(), [1, 2, 3, 4, 5, 6, 7, 8]);
});

test('what nobody has chosen yet stays where the closed form has it, whatever network and towers say', () => {
  const unchosen = Uint8Array.of(0, 1, 0, 1);
  const proposal = { items: Int32Array.of(4, 2, 7, 9), scores: Float32Array.of(3, 2, 1, 0), unchosen };
  const { items, scores } = withTowers(proposal, [0, 99, 9, -99], 1);
  assert.deepEqual([...items], [7, 2, 4, 9]);
  assert.deepEqual([...scores], [10, 10, 3, 3], 'scores still fall');
});

test('towers have their say in proportion to their weight', async () => {
  const proposal = { items: Int32Array.of(4, 2, 7, 9), scores: Float32Array.of(3, 2, 1, NaN) };
  const order = (towers: number[], weight: number) => [...withTowers(proposal, towers, weight).items];
  assert.deepEqual(order([0, 0, 9, 0], 0), [4, 2, 7, 9]);
  assert.deepEqual(order([0, 0, 9, 0], 0.2), [4, 7, 2, 9]);
  assert.deepEqual(order([0, 0, 9, 99], 1), [7, 4, 2, 9], 'what is no number stays last');
  assert.deepEqual(order([1, 2, 3, 0], 1), [4, 2, 7, 9], 'equals keep their order');
  assert.deepEqual([...withTowers(proposal, [1, 2, 3, 0], 2).scores.subarray(0, 3)], [7, 6, 5]);

  const users = Float32Array.of(1, 0, 0, 1);
  const vectors = Float32Array.of(1, 2, 3, 4, 5, 6);
  assert.deepEqual([...towerScores({ users, vectors, dim: 2 }, 1, [2, 0])], [6, 2]);
  const stage = {
    propose: async (histories: readonly unknown[]) =>
      histories.map(() => ({ items: Int32Array.of(0, 1, 2), scores: Float32Array.of(3, 2, 1) })),
  } as unknown as SecondStage;
  const asked = [0, 1].map(() => ({ history: Int32Array.of(0), target: 2 }));
  const rest = { kept: Float64Array.of(3, 3), removed: Float64Array.of(2, 2), top: Int32Array.of(0, 0), width: 1 };
  const opposed = { users: Float32Array.of(0, 0, -1, 0), vectors, dim: 2, weight: 1 };
  assert.deepEqual([...(await rankProposed(stage, asked, rest, { towers: opposed })).kept], [3, 3]);
  const helped = { users: Float32Array.of(0, 0, 1, 0), vectors, dim: 2, weight: 1 };
  const ranking = await rankProposed(stage, asked, rest, { towers: helped });
  assert.deepEqual([...ranking.kept], [3, 1]);
  assert.deepEqual([...ranking.top], [0, 2]);
});

test('ranks are places in the merged order', async () => {
  const random = createRandom(5);
  const items = 30;
  const asked = Array.from({ length: 40 }, () => ({
    history: Int32Array.from({ length: 3 }, () => random.int(items)),
    target: random.int(items),
  }));
  const orders = asked.map(() => random.shuffle(Array.from({ length: items }, (_, item) => item)));
  const proposals = asked.map(() =>
    Int32Array.from(random.shuffle(Array.from({ length: items - 4 }, (_, item) => item)).slice(0, 6)),
  );
  const rest: Ranking = {
    kept: Float64Array.from(orders, (order, at) => order.indexOf(asked[at].target) + 1),
    removed: new Float64Array(asked.length),
    top: Int32Array.from(orders.flatMap((order) => order.slice(0, 10))),
    width: 10,
  };
  // The last four items are new.
  const rows = Int32Array.from({ length: items }, (_, item) => (item < items - 4 ? item : -1));
  let next = 0;
  const stage = {
    propose: async (histories: readonly unknown[]) =>
      histories.map(() => ({ items: proposals[next], scores: new Float32Array(proposals[next++].length) })),
  } as unknown as SecondStage;
  const ranking = await rankProposed(stage, asked, rest, { rows });
  asked.forEach(({ target }, at) => {
    const expected = merged(proposals[at], orders[at], (item) => item >= items - 4, items);
    assert.deepEqual(Array.from(ranking.top.subarray(at * 10, at * 10 + 6)), expected.slice(0, 6));
    const place = expected.indexOf(target) + 1;
    if (place <= 6) assert.equal(ranking.kept[at], place);
    else assert.ok(ranking.kept[at] > 6);
  });
});

test('a second stage learns what order says and the closed form cannot, comes out the same again, and back from disk', async () => {
  const { signals, diagonal } = await signalsOf(split);
  const linear = {
    neighbours: signals.weights,
    settings: { lambda: 100, beta: 0, decay: 0.8, perItem: 100, maxHistory: 20 },
  };
  const trained = await trainSecondStage(split, linear, diagonal, undefined, { seed: 3 });
  const { valid } = trained.report;
  assert.ok(trained.report.used && trained.parts !== undefined);
  assert.ok((valid.secondStage?.['ndcg@10'] ?? 0) > 1.1 * valid.linear['ndcg@10']);
  assert.ok((valid.difference?.interval[0] ?? 0) > 0);

  const again = await trainSecondStage(split, linear, diagonal, undefined, { seed: 3 });
  assert.deepEqual(again.report, trained.report);
  for (const [name, { data }] of Object.entries(trained.parts.network))
    assert.deepEqual(again.parts?.network[name].data, data, name);

  const directory = await mkdtemp(join(tmpdir(), 'lorekeep-second-stage-'));
  await saveSecondStage(directory, trained.parts.signals, trained.parts.network);
  const loaded = await loadSecondStage(directory, linear);
  try {
    const histories = questions(split, 'test')
      .slice(0, 40)
      .map(({ history }) => history);
    const many = await loaded.propose(histories);
    for (const [at, history] of histories.entries()) {
      const [one] = await loaded.propose([history]);
      assert.deepEqual(one.items, many[at].items);
      assert.ok(one.items.length <= CANDIDATES && new Set(one.items).size === one.items.length);
    }
    const [even] = await loaded.propose([histories[0]], (item) => item % 2 === 0);
    assert.ok(even.items.length > 0 && even.items.every((item) => item % 2 === 0));
    const [nothing, unknown] = await loaded.propose([[], [-1, -1]]);
    assert.equal(nothing.items.length + unknown.items.length, 0);
  } finally {
    await loaded.close();
    await rm(directory, { recursive: true });
  }
});

test('a log too small to learn from keeps the linear model', async () => {
  const few = leaveOneOut(
    corpusOf(
      [
        [0, 1, 2, 3],
        [1, 2, 3, 0],
        [2, 3, 0, 1],
      ],
      4,
    ),
  );
  const { signals, diagonal } = await signalsOf(few);
  const settings = { lambda: 100, beta: 0, decay: 0.8, perItem: 100, maxHistory: 20 };
  const { parts, report } = await trainSecondStage(few, { neighbours: signals.weights, settings }, diagonal, undefined);
  assert.equal(parts, undefined);
  assert.equal(report.used, false);
  assert.equal(report.training, undefined);
});

test('the default serves from its bundle what was evaluated in training, and names who orders', async () => {
  const config = resolveConfig('learn', { dim: 16, hidden: 8, epochs: 0, maxHistory: 8 });
  const trained = await trainTowers({ corpus, content, contentInfo, config, seed: 3 });
  assert.ok(trained.linear !== undefined && trained.secondStage?.parts !== undefined);
  trained.secondStage.report.towerWeight = 1;
  const { metrics, ranks } = await evaluateTowers(trained, 'test');
  const directory = await mkdtemp(join(tmpdir(), 'lorekeep-second-stage-'));
  const path = join(directory, 'v1');
  const manifest = await writeBundle(path, trained, { valid: metrics, test: metrics, baselines: {} });
  assert.deepEqual(manifest.secondStage, trained.secondStage.report);
  const towers = await loadTowers(path);
  try {
    assert.deepEqual((await evaluateBundle(towers, split, 'test', content)).ranks, ranks);
  } finally {
    await towers.close();
  }
  await writeFile(join(path, 'second-stage.safetensors'), 'x', { flag: 'a' });
  await assert.rejects(loadTowers(path), { code: 'BUNDLE_CORRUPT' });
  await rm(directory, { recursive: true });
});

test('trained once more with what was chosen: on the validation events, and blind to the test events', async () => {
  const config = resolveConfig('learn', { dim: 16, hidden: 8, epochs: 2, maxHistory: 8 });
  const how = { contentInfo, config, content, seed: 3 };
  const first = await trainTowers({ corpus, ...how });
  assert.ok(first.linear !== undefined && first.secondStage?.parts !== undefined);
  const chosen: Chosen = {
    version: 'first',
    // Twice, whatever validation would have it: epochs must be those given.
    training: { bestEpoch: 2, records: first.records },
    linear: { ...first.linear.settings, search: first.linear.search },
    secondStage: first.secondStage.report,
  };
  const again = (of: Corpus) => trainTowers({ corpus: of, ...how, on: 'valid', chosen });
  const refit = await again(corpus);
  assert.deepEqual(refit.refit, { on: 'valid', from: 'first' });
  assert.equal(refit.bestEpoch, 2);
  assert.deepEqual(refit.linear?.settings, first.linear.settings);
  assert.equal(refit.secondStage?.report.towerWeight, first.secondStage.report.towerWeight);
  assert.ok(refit.split.trainEvents > first.split.trainEvents);

  /** Another item where the event `back` from the end of each history was. */
  const changed = (back: number): Corpus => {
    const items = corpus.items.slice();
    for (const target of split.asked.test.targets)
      items[target + 1 - back] = (items[target + 1 - back] + 1) % corpus.itemIds.length;
    return { ...corpus, items };
  };
  const unseen = await again(changed(1));
  assert.deepEqual(unseen.parameters, refit.parameters);
  assert.deepEqual(unseen.linear, refit.linear);
  assert.deepEqual(unseen.secondStage, refit.secondStage);
  const seen = await again(changed(2));
  assert.notDeepEqual(seen.parameters['id/table'], refit.parameters['id/table']);
  assert.notDeepEqual(seen.linear, refit.linear);

  const { metrics } = await evaluateTowers(refit, 'test');
  assert.equal(metrics.users, split.asked.test.users.length);
  assert.equal((await evaluateTowers(refit, 'valid')).metrics.users, 0);
  const all = await trainTowers({ corpus, ...how, on: 'all', chosen });
  assert.equal(all.split.trainEvents, corpus.items.length);
  await assert.rejects(trainTowers({ corpus, ...how, on: 'valid' }), { code: 'TOWERS_BAD_INPUT' });
  await assert.rejects(trainTowers({ corpus, ...how, chosen }), { code: 'TOWERS_BAD_INPUT' });
});

test('a second stage without a linear model to propose candidates is refused', () => {
  assert.throws(() => resolveConfig('learn', { neighbours: 0 }), { code: 'TOWERS_BAD_OPTION' });
});
