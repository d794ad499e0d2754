import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test from 'node:test';
import { createRandom } from '@lorekeep/core';
import { evaluationCases, leaveOneOut, type Split, trainItems } from '@lorekeep/evaluation';
import {
  CANDIDATES,
  type Candidates,
  createCandidateSource,
  diagonalOf,
  interactionsOf,
  solveItems,
  strongestNeighbours,
} from '@lorekeep/linear';
import { groupedLog, logOf } from '@lorekeep/testing';
import { blendScores } from '../src/contract.ts';
import { FEATURES, WIDTH } from '../src/reranker/feature-names.ts';
import { type CandidateFeatures, createFeatureReader, type LeaveOutContext } from '../src/reranker/features.ts';
import { loadStatistics, openSavedReranker, saveReranker } from '../src/reranker/files.ts';
import { countStatistics, type ItemStatistics } from '../src/reranker/item-statistics.ts';
import { createLeaveOut } from '../src/reranker/leave-out.ts';
import { temporalOrder } from '../src/reranker/temporal-order.ts';
import { trainReranker } from '../src/reranker/train.ts';

const { log } = groupedLog({ users: 400, groups: 6, perGroup: 12 });
const split = leaveOneOut(log);

async function statisticsOf(of: Split): Promise<{ statistics: ItemStatistics; diagonal: Float32Array }> {
  const inverse = await solveItems(interactionsOf(of), undefined, { lambda: 100, beta: 0 });
  const diagonal = diagonalOf(inverse);
  const weights = strongestNeighbours(inverse);
  const statistics: ItemStatistics = {
    items: of.log.itemIds.length,
    decay: 0.8,
    weights,
    variants: { events: weights },
    uncertainty: diagonal.map((value) => value * 100),
    content: undefined,
    ...countStatistics(of),
  };
  return { statistics, diagonal };
}

/** Candidates of a history with their features. */
function read(
  statistics: ItemStatistics,
  history: ArrayLike<number>,
  passes?: (item: number) => boolean,
  leaveOut?: LeaveOutContext,
): Candidates & CandidateFeatures {
  const source = createCandidateSource(statistics);
  const candidates = source.candidates(history, passes, leaveOut?.weights.weight);
  const reader = createFeatureReader(statistics, source.includesHistory);
  return { ...candidates, ...reader.read(history, candidates, leaveOut) };
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
  const { statistics, diagonal } = await statisticsOf(split);
  const events = trainItems(split, longest);
  const at = events.length - 2;
  const real = (await statisticsOf(without(longest, at))).statistics.weights;
  const leaveOut = createLeaveOut(statistics.weights, diagonal);
  leaveOut.leaveOut([...new Set(events)], [...new Set(events.subarray(0, at))]);
  const rowOf = (row: number) => {
    const ids = real.ids.subarray(real.offsets[row], real.offsets[row + 1]);
    return new Map(Array.from(ids, (id, entry) => [id, real.values[real.offsets[row] + entry]]));
  };
  let taken = 0;
  let wrong = 0;
  for (const row of new Set(events.subarray(0, at))) {
    const expected = rowOf(row);
    for (let entry = statistics.weights.offsets[row]; entry < statistics.weights.offsets[row + 1]; entry++) {
      const truth = expected.get(statistics.weights.ids[entry]) ?? 0;
      taken += Math.abs(statistics.weights.values[entry] - truth);
      wrong += Math.abs(leaveOut.weight(row, entry) - truth);
    }
  }
  assert.ok(wrong < 0.3 * taken, `${wrong} of ${taken} stayed`);
});

test('counts of an example are those of a log without the later events', async () => {
  const { statistics, diagonal } = await statisticsOf(split);
  const events = trainItems(split, longest);
  const at = events.length - 2;
  const history = events.subarray(0, at);
  const prefix = [...new Set(history)];
  const all = [...new Set(events)];
  const weights = createLeaveOut(statistics.weights, diagonal);
  weights.leaveOut(all, prefix);
  const transitions = [];
  for (let from = Math.max(0, at - 3); from < at; from++)
    for (let to = at; to <= from + 3 && to < events.length; to++)
      transitions.push({ from: events[from], to: events[to], worth: 0.7 ** (to - from - 1) });
  const given = read(statistics, history, undefined, {
    weights,
    variants: { events: weights },
    later: new Set(all.slice(prefix.length)),
    newest: events[events.length - 1],
    transitions,
    temporalOrder: statistics.temporalOrder,
  });
  const counted = countStatistics(without(longest, at));
  const real = read({ ...statistics, ...counted, temporalOrder: statistics.temporalOrder }, history);
  const place = new Map(Array.from(real.items.subarray(0, real.count), (item, i) => [item, i]));
  let compared = 0;
  for (const name of ['popularity', 'next', 'nextDecayed', 'inHistory', 'historyLength', 'timeFromLast'] as const) {
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

test('if users return to items, those of the history are candidates at their own score', async () => {
  const { statistics } = await statisticsOf(split);
  const plain = { ...statistics, repeats: 0.04 };
  const own = { ...statistics, repeats: 0.05 };
  const inHistory = FEATURES.indexOf('inHistory');
  const score = FEATURES.indexOf('score');
  for (const history of [trainItems(split, longest), Int32Array.of(3, 50, 3), Int32Array.of(7)]) {
    const before = read(plain, history);
    const after = read(own, history);
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
  const users = new Float32Array(statistics.items);
  const unseen = read({ ...statistics, users, repeats: 1 }, Int32Array.of(7, 8));
  for (let i = 0; i < unseen.count; i++)
    assert.equal(unseen.unchosen[i], [7, 8].includes(unseen.items[i]) ? 0 : 1, 'the user has chosen it');
  const filtered = read(own, Int32Array.of(7, 8), (item) => item !== 7);
  assert.ok(!filtered.items.subarray(0, filtered.count).includes(7));
  const lonely = {
    ...statistics,
    weights: { ...statistics.weights, offsets: new Uint32Array(statistics.items + 1) },
    variants: {},
  };
  const alone = read({ ...lonely, repeats: 1 }, Int32Array.of(7));
  assert.deepEqual([alone.count, alone.items[0]], [1, 7]);
  assert.ok(alone.features.every(Number.isFinite));
});

test('repeats are counted over training events, and items that are viewed repeatedly come first', async () => {
  const random = createRandom(11);
  // Two steps of three stay where they are, the third leads anywhere.
  const histories = Array.from({ length: 300 }, () => {
    let item = random.int(60);
    return Array.from({ length: 8 }, () => {
      if (random.int(3) === 0) item = random.int(60);
      return item;
    });
  });
  const again = leaveOneOut(logOf(histories, 60));
  const { statistics, diagonal } = await statisticsOf(again);
  let repeats = 0;
  let followers = 0;
  for (const history of histories)
    history.slice(0, -2).forEach((item, at, events) => {
      if (at > 0) followers++;
      if (events.indexOf(item) < at) repeats++;
    });
  assert.ok(Math.abs(statistics.repeats - repeats / followers) < 1e-9);
  const settings = { lambda: 100, beta: 0, decay: 0.8, neighboursPerItem: 59, maxHistory: 20 };
  const { report } = await trainReranker(again, { neighbours: statistics.weights, settings }, diagonal, undefined);
  assert.ok(report.valid.linear['ndcg@10'] < 0.3, 'which the linear model does not see');
  assert.ok((report.valid.reranker?.['ndcg@10'] ?? 0) > 0.55);
});

test('the temporal order solves its normal equations', () => {
  const times = temporalOrder(split);
  const residual = new Float64Array(times.length);
  let size = 0;
  for (let item = 0; item < times.length; item++) residual[item] = 0.3 * times[item];
  for (let user = 0; user < split.trainLengths.length; user++) {
    const events = trainItems(split, user);
    for (let at = 1; at < events.length; at++) {
      if (events[at] === events[at - 1]) continue;
      const error = times[events[at]] - times[events[at - 1]] - 1;
      residual[events[at]] += error;
      residual[events[at - 1]] -= error;
      size++;
    }
  }
  assert.ok(Math.sqrt(residual.reduce((sum, r) => sum + r * r, 0)) < 0.01 * Math.sqrt(size));
  // The newer item of a chain has the later era.
  const chain = temporalOrder(
    leaveOneOut(
      logOf(
        Array.from({ length: 9 }, () => [0, 1, 2, 3, 3, 3]),
        4,
      ),
    ),
  );
  assert.ok(chain[0] < chain[1] && chain[1] < chain[2] && chain[2] < chain[3]);
});

test('an unchosen item keeps its rank, independent of network and towers', () => {
  const unchosen = Uint8Array.of(0, 1, 0, 1);
  const proposal = { items: Int32Array.of(4, 2, 7, 9), scores: Float32Array.of(3, 2, 1, 0), unchosen };
  const { items, scores } = blendScores(proposal, [0, 99, 9, -99], 1);
  assert.deepEqual([...items], [7, 2, 4, 9]);
  assert.deepEqual([...scores], [10, 10, 3, 3], 'scores still fall');
});

test('towers have their say in proportion to their weight', async () => {
  const proposal = { items: Int32Array.of(4, 2, 7, 9), scores: Float32Array.of(3, 2, 1, NaN) };
  const order = (towers: number[], weight: number) => [...blendScores(proposal, towers, weight).items];
  assert.deepEqual(order([0, 0, 9, 0], 0), [4, 2, 7, 9]);
  assert.deepEqual(order([0, 0, 9, 0], 0.2), [4, 7, 2, 9]);
  assert.deepEqual(order([0, 0, 9, 99], 1), [7, 4, 2, 9], 'a score that is not a number stays last');
  assert.deepEqual(order([1, 2, 3, 0], 1), [4, 2, 7, 9], 'equals keep their order');
  assert.deepEqual([...blendScores(proposal, [1, 2, 3, 0], 2).scores.subarray(0, 3)], [7, 6, 5]);
});

test('a re-ranker learns what order says and the linear model cannot, comes out the same again, and back from disk', async () => {
  const { statistics, diagonal } = await statisticsOf(split);
  const linear = {
    neighbours: statistics.weights,
    settings: { lambda: 100, beta: 0, decay: 0.8, neighboursPerItem: 100, maxHistory: 20 },
  };
  const trained = await trainReranker(split, linear, diagonal, undefined, { seed: 3 });
  const { valid } = trained.report;
  assert.ok(trained.report.used && trained.parts !== undefined);
  assert.ok((valid.reranker?.['ndcg@10'] ?? 0) > 1.1 * valid.linear['ndcg@10']);
  assert.ok((valid.difference?.interval[0] ?? 0) > 0);

  const again = await trainReranker(split, linear, diagonal, undefined, { seed: 3 });
  assert.deepEqual(again.report, trained.report);
  for (const [name, { data }] of Object.entries(trained.parts.network))
    assert.deepEqual(again.parts?.network[name].data, data, name);

  const directory = await mkdtemp(join(tmpdir(), 'lorekeep-reranker-'));
  await saveReranker(directory, 'reranker', trained.parts.statistics, trained.parts.network);
  const statisticsAgain = await loadStatistics(directory, 'reranker', linear);
  const source = createCandidateSource(statisticsAgain);
  const loaded = await openSavedReranker(directory, 'reranker', statisticsAgain, source.includesHistory);
  try {
    const query = (history: ArrayLike<number>, passes?: (item: number) => boolean) => ({
      history,
      candidates: source.candidates(history, passes),
    });
    const histories = evaluationCases(split, 'test')
      .slice(0, 40)
      .map(({ history }) => history);
    const many = await loaded.rerank(histories.map((history) => query(history)));
    for (const [at, history] of histories.entries()) {
      const [one] = await loaded.rerank([query(history)]);
      assert.deepEqual(one.items, many[at].items);
      assert.ok(one.items.length <= CANDIDATES && new Set(one.items).size === one.items.length);
    }
    const [even] = await loaded.rerank([query(histories[0], (item) => item % 2 === 0)]);
    assert.ok(even.items.length > 0 && even.items.every((item) => item % 2 === 0));
    const [nothing, unknown] = await loaded.rerank([query([]), query([-1, -1])]);
    assert.equal(nothing.items.length + unknown.items.length, 0);
  } finally {
    await loaded.close();
    await rm(directory, { recursive: true });
  }
});

test('a log too small to learn from keeps the linear model', async () => {
  const few = leaveOneOut(
    logOf(
      [
        [0, 1, 2, 3],
        [1, 2, 3, 0],
        [2, 3, 0, 1],
      ],
      4,
    ),
  );
  const { statistics, diagonal } = await statisticsOf(few);
  const settings = { lambda: 100, beta: 0, decay: 0.8, neighboursPerItem: 100, maxHistory: 20 };
  const { parts, report } = await trainReranker(few, { neighbours: statistics.weights, settings }, diagonal, undefined);
  assert.equal(parts, undefined);
  assert.equal(report.used, false);
  assert.equal(report.training, undefined);
});
