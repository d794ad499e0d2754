import assert from 'node:assert/strict';
import test from 'node:test';
import { leaveOneOut, type Split, trainItems, trainWeights } from '@lorekeep/evaluation';
import { largestWeights } from '@lorekeep/linear';
import { FEATURES, WIDTH } from '../src/reranker/features/feature-names.ts';
import { countStatistics } from '../src/reranker/statistics/item-statistics.ts';
import { createLeaveOut } from '../src/reranker/statistics/leave-out.ts';
import { longest, read, split, statisticsOf, without } from './example-statistics.ts';

/** The same split with a weight for each event. */
const weighted = leaveOneOut({
  ...split.log,
  weights: Float32Array.from(split.log.items, (_, event) => [1, 3, 2][event % 3]),
});

for (const byColumns of [false, true])
  for (const [name, of] of [
    ['', split],
    ['weighted ', weighted],
  ] as const) {
    const how = byColumns ? 'by columns ' : '';
    test(`weights with ${name}events left out are those of a model that is solved ${how}without them`, () =>
      isExact(of, byColumns));
  }

async function isExact(of: Split, byColumns: boolean): Promise<void> {
  const { statistics, diagonal } = await statisticsOf(of, byColumns);
  const events = trainItems(of, longest);
  const at = events.length - 2;
  const solved = (await statisticsOf(without(longest, at, of), byColumns)).statistics.weights;
  const leaveOut = createLeaveOut(statistics.weights, diagonal);
  const eventWeights = trainWeights(of, longest);
  leaveOut.leaveOut([...new Set(events)], [...new Set(events.subarray(0, at))], {
    all: largestWeights(events, eventWeights),
    prefix: largestWeights(events.subarray(0, at), eventWeights),
  });
  const rowOf = (row: number) => {
    const ids = solved.ids.subarray(solved.offsets[row], solved.offsets[row + 1]);
    return new Map(Array.from(ids, (id, entry) => [id, solved.values[solved.offsets[row] + entry]]));
  };
  let uncorrectedError = 0;
  let error = 0;
  for (const row of new Set(events.subarray(0, at))) {
    const expected = rowOf(row);
    for (let entry = statistics.weights.offsets[row]; entry < statistics.weights.offsets[row + 1]; entry++) {
      const value = expected.get(statistics.weights.ids[entry]) ?? 0;
      uncorrectedError += Math.abs(statistics.weights.values[entry] - value);
      error += Math.abs(leaveOut.weight(row, entry) - value);
    }
  }
  assert.ok(error < 0.3 * uncorrectedError, `${error} of an error of ${uncorrectedError} remains`);
}

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
      transitions.push({ from: events[from], to: events[to], weight: 0.7 ** (to - from - 1) });
  const corrected = await read(statistics, history, undefined, {
    weights,
    variants: { events: weights },
    later: new Set(all.slice(prefix.length)),
    newest: events[events.length - 1],
    transitions,
    temporalOrder: statistics.temporalOrder,
  });
  const counted = countStatistics(without(longest, at));
  const expected = await read({ ...statistics, ...counted, temporalOrder: statistics.temporalOrder }, history);
  const rankOf = new Map(Array.from(expected.items.subarray(0, expected.count), (item, i) => [item, i]));
  let compared = 0;
  for (const name of ['popularity', 'next', 'nextDecayed', 'inHistory', 'historyLength', 'timeFromLast'] as const) {
    const column = FEATURES.indexOf(name);
    for (let i = 0; i < corrected.count; i++) {
      const other = rankOf.get(corrected.items[i]);
      if (other === undefined) continue;
      compared++;
      const [a, b] = [corrected.features[i * WIDTH + column], expected.features[other * WIDTH + column]];
      assert.ok(Math.abs(a - b) < 0.05 * Math.abs(b) + 1e-5, `${name} of item ${corrected.items[i]}: ${a}, not ${b}`);
    }
  }
  assert.ok(compared > 60);
});
