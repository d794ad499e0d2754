/** Items folded in beside a model that was solved column by column. */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { centredContent, contentMean, createRandom } from '@lorekeep/core';
import { leaveOneOut } from '@lorekeep/evaluation';
import { CONTENT_DIM, groupedLog, logOf } from '@lorekeep/testing';
import type { Entries } from '../../src/fold-in/entries.ts';
import { type FoldedItems, openFoldedItems } from '../../src/fold-in/folded-items.ts';
import type { LocalFoldIn } from '../../src/fold-in/local-fold-in.ts';
import { openSolutions } from '../../src/model/solution.ts';
import { interactionsOf } from '../../src/solve/gram.ts';
import { gramOf, inverseOf } from '../local/dense-solution.ts';

const settings = { lambda: 5, beta: 2 };
const { log, content: raw } = groupedLog();
const items = log.itemIds.length;
const random = createRandom(5);
const noisy = raw.map((value) => value + 0.3 * random.normal());
const centred = centredContent(noisy, contentMean(noisy, items, CONTENT_DIM));
const rowsUpTo = (count: number) => centred.slice(0, count * CONTENT_DIM);
const vector = (item: number) => centred.slice(item * CONTENT_DIM, (item + 1) * CONTENT_DIM);

/** The last two items have no events, so that they can be left out and folded in. */
const known = items - 2;
const histories = Array.from({ length: log.userIds.length }, (_, user) =>
  [...log.items.subarray(log.offsets[user], log.offsets[user + 1])].filter((item) => item < known),
);
const interactions = interactionsOf(leaveOneOut(logOf(histories, known)));

async function foldIn(): Promise<LocalFoldIn> {
  const options = { neighboursPerItem: known, threads: 1, denseItems: 0 };
  const solutions = openSolutions(interactions, rowsUpTo(known), options);
  try {
    return (await solutions.solve(settings, true)).foldIn as LocalFoldIn;
  } finally {
    await solutions.close();
  }
}

const mapOf = (entries: readonly Entries[]) =>
  new Map(entries.flatMap(({ ids, values }) => ids.map((id, at) => [id, values[at]] as const)));

const near = (actual: number | undefined, expected: number, what: string) =>
  assert.ok(Math.abs((actual ?? 0) - expected) < 1e-5, `${what}: ${actual}, not ${expected}`);

describe('an item folded in by its column', () => {
  test('gets the weights of the inverse with it if all items are regressors', async () => {
    const folded = openFoldedItems(await foldIn(), items);
    await folded.put([0], vector(known));
    const inverse = inverseOf(gramOf({ ...interactions, items: known + 1 }, rowsUpTo(known + 1), settings));
    const weight = (from: number, to: number) => Math.max(0, -inverse[from][to] / inverse[to][to]);
    const outgoing = mapOf(folded.fromFolded(0));
    let largest = 0;
    for (let item = 0; item < known; item++) {
      const incoming = mapOf([folded.fromSolved(item) ?? { ids: [], values: [] }]);
      near(incoming.get(known), weight(item, known), `weight from item ${item}`);
      near(outgoing.get(item), weight(known, item), `weight to item ${item}`);
      largest = Math.max(largest, weight(item, known));
    }
    assert.ok(largest > 0.01);
    await folded.put([1], vector(known + 1));
    const both = inverseOf(gramOf({ ...interactions, items }, centred, settings));
    const expected = -both[known + 1][known] / both[known][known];
    near(mapOf(folded.fromFolded(1)).get(known), Math.max(0, expected), 'weight between new items');
    await folded.close();
  });

  test('has the same weights if it is added alone, added in a batch or replaced', async () => {
    const parts = await foldIn();
    const count = 100;
    const content = Float32Array.from({ length: count * CONTENT_DIM }, () => random.normal());
    const rows = centredContent(content, new Float32Array(CONTENT_DIM));
    const rowOf = (slot: number) => rows.slice(slot * CONTENT_DIM, (slot + 1) * CONTENT_DIM);
    const slots = Array.from({ length: count }, (_, slot) => slot);
    const [single, batch, replaced] = [1, 2, 3].map(() => openFoldedItems(parts, 20));
    for (const slot of slots) await single.put([slot], rowOf(slot));
    await batch.put(slots, rows);
    await replaced.put(slots, rows.toReversed());
    await replaced.put(slots, rows);
    const expected = weightsOf(single);
    for (const other of [batch, replaced])
      weightsOf(other).forEach((entries, row) => {
        assert.deepEqual(
          entries.map(([id]) => id),
          expected[row].map(([id]) => id),
        );
        entries.forEach(([, value], at) => {
          near(value, expected[row][at][1], `row ${row}`);
        });
      });
    await Promise.all([single, batch, replaced].map((folded) => folded.close()));
  });

  test('without text has no weights', async () => {
    const folded = openFoldedItems(await foldIn(), 20);
    await folded.put([0], new Float32Array(CONTENT_DIM));
    assert.deepEqual(
      weightsOf(folded).flatMap((entries) => [...entries]),
      [],
    );
    await folded.close();
  });
});

/** All weights to and from folded items, sorted. */
function weightsOf(folded: FoldedItems): [number, number][][] {
  const sorted = (entries: readonly Entries[]) => [...mapOf(entries)].sort(([a], [b]) => a - b);
  return [
    ...Array.from({ length: known }, (_, row) => sorted([folded.fromSolved(row) ?? { ids: [], values: [] }])),
    ...Array.from({ length: folded.count }, (_, slot) => sorted(folded.fromFolded(slot))),
  ];
}
