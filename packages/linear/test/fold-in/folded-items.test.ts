/** Folded items have the weights that solving again gives. */
import assert from 'node:assert/strict';
import { after, describe, test } from 'node:test';
import { centredContent, contentMean, createRandom } from '@lorekeep/core';
import { leaveOneOut } from '@lorekeep/evaluation';
import { createMatmulPool } from '@lorekeep/graph';
import { CONTENT_DIM, groupedLog, logOf } from '@lorekeep/testing';
import type { Entries } from '../../src/fold-in/entries.ts';
import { foldInMap } from '../../src/fold-in/fold-in-map.ts';
import { openFoldedItems } from '../../src/fold-in/folded-items.ts';
import { interactionsOf } from '../../src/solve/gram.ts';
import { solveItems } from '../../src/solve/solve.ts';
import { at, type SymmetricTiles } from '../../src/solve/tiles.ts';

const pool = createMatmulPool(2);
after(() => pool.close());
const settings = { lambda: 5, beta: 2 };
const { log, content: raw } = groupedLog();
const items = log.itemIds.length;
const mean = contentMean(raw, items, CONTENT_DIM);
const centred = centredContent(raw, mean);

const mapOf = (entries: readonly Entries[]) =>
  new Map(entries.flatMap(({ ids, values }) => ids.map((id, at) => [id, values[at]] as const)));

describe('a folded item', () => {
  /** The last two items have no events, so that they can be left out and folded in. */
  const known = items - 2;
  const histories = Array.from({ length: log.userIds.length }, (_, user) =>
    [...log.items.subarray(log.offsets[user], log.offsets[user + 1])].filter((item) => item < known),
  );
  const without = leaveOneOut(logOf(histories, known));
  const withOne = leaveOneOut(logOf(histories, known + 1));
  const part = (count: number) => centred.slice(0, count * CONTENT_DIM);
  const vector = (item: number) => centred.slice(item * CONTENT_DIM, (item + 1) * CONTENT_DIM);

  /** B[from, to], or 0 where it is negative. */
  const weight = (inverse: SymmetricTiles, from: number, to: number) =>
    Math.max(0, -at(inverse, from, to) / at(inverse, to, to));
  const near = (actual: number | undefined, expected: number, what: string) =>
    assert.ok(Math.abs((actual ?? 0) - expected) < 2e-6, `${what}: ${actual}, not ${expected}`);

  test('gets the weights that solving again with it gives', async () => {
    const small = await solveItems(interactionsOf(without), part(known), settings, { pool });
    const foldedItems = openFoldedItems(await foldInMap(small, part(known), settings, pool), known);
    const again = await solveItems(interactionsOf(withOne), part(known + 1), settings, { pool });
    await foldedItems.put([0], vector(known));
    const outgoing = mapOf(foldedItems.fromFolded(0));
    let largest = 0;
    for (let item = 0; item < known; item++) {
      const incoming = mapOf([foldedItems.fromSolved(item) ?? { ids: [], values: [] }]);
      near(outgoing.get(item), weight(again, known, item), `weight to item ${item}`);
      near(incoming.get(known), weight(again, item, known), `weight from item ${item}`);
      largest = Math.max(largest, incoming.get(known) ?? 0);
    }
    assert.ok(largest > 0.01);
    // The weight between two new items is the one that folding gives after solving with the first.
    await foldedItems.put([1], vector(known + 1));
    const second = openFoldedItems(await foldInMap(again, part(known + 1), settings, pool), known + 1);
    await second.put([0], vector(known + 1));
    const expected = mapOf([second.fromSolved(known) ?? { ids: [], values: [] }]).get(known + 1) ?? 0;
    near(mapOf(foldedItems.fromFolded(0)).get(known + 1), expected, 'weight between two new items');
    await Promise.all([foldedItems.close(), second.close()]);
  });

  test('has the same weights if it is added alone, added in a batch or replaced', async () => {
    const small = await solveItems(interactionsOf(without), part(known), settings, { pool });
    const map = await foldInMap(small, part(known), settings, pool);
    const random = createRandom(3);
    const count = 150;
    const content = Float32Array.from({ length: count * CONTENT_DIM }, () => random.normal());
    const centredRows = centredContent(content, new Float32Array(CONTENT_DIM));
    const single = openFoldedItems(map, 20);
    const batch = openFoldedItems(map, 20);
    const replaced = openFoldedItems(map, 20);
    const slots = Array.from({ length: count }, (_, slot) => slot);
    const rowOf = (slot: number) => centredRows.slice(slot * CONTENT_DIM, (slot + 1) * CONTENT_DIM);
    for (const slot of slots) await single.put([slot], rowOf(slot));
    await batch.put(slots, centredRows);
    await replaced.put(
      slots,
      centredRows.map((value) => -value),
    );
    await replaced.put(slots, centredRows);
    for (const other of [batch, replaced]) {
      assert.equal(other.count, count);
      for (const slot of slots) {
        const [expected, actual] = [single, other].map((items) => mapOf(items.fromFolded(slot)));
        assert.deepEqual([...actual.keys()].sort(), [...expected.keys()].sort(), `slot ${slot}`);
        for (const [id, value] of expected) near(actual.get(id), value, `slot ${slot} to ${id}`);
      }
      for (let row = 0; row < known; row++) {
        const [expected, actual] = [single, other].map((items) =>
          mapOf([items.fromSolved(row) ?? { ids: [], values: [] }]),
        );
        assert.deepEqual([...actual.keys()].sort(), [...expected.keys()].sort(), `row ${row}`);
      }
    }
    await Promise.all([single.close(), batch.close(), replaced.close()]);
  });
});
