import assert from 'node:assert/strict';
import test from 'node:test';
import { createRandom } from '@lorekeep/core';
import type { ContentRows } from '../../src/reranker/new-items/features.ts';
import { createNewItemTable, type NewItemTable } from '../../src/reranker/new-items/new-item-table.ts';

const DIM = 8;
const NEAREST = 50;

function vectorsOf(count: number): Float32Array[] {
  const random = createRandom(7);
  return Array.from({ length: count }, () => {
    const vector = Float32Array.from({ length: DIM }, () => random.normal());
    const length = Math.hypot(...vector);
    return vector.map((value) => value / length);
  });
}

/** The nearest new items by an exact scan in float64. */
function exact(vectors: readonly Float32Array[], isNew: (row: number) => boolean, own: number): [number, number][] {
  const scored = vectors.flatMap((vector, row): [number, number][] => {
    if (row === own || !isNew(row)) return [];
    const cosine = vector.reduce((sum, value, k) => sum + value * vectors[own][k], 0);
    return cosine > 0 ? [[row, cosine ** 4]] : [];
  });
  return scored.sort((a, b) => b[1] - a[1]).slice(0, NEAREST);
}

function listed(table: NewItemTable, row: number): [number, number][] {
  const list = table.near(row);
  assert.ok(list !== undefined);
  return Array.from(list.rows, (other, at): [number, number] => [other, list.weights[at]]).sort((a, b) => b[1] - a[1]);
}

function assertNear(actual: [number, number][], wanted: [number, number][]): void {
  assert.deepEqual(
    actual.map(([row]) => row),
    wanted.map(([row]) => row),
  );
  actual.forEach(([, weight], at) => {
    assert.ok(Math.abs(weight - wanted[at][1]) < 1e-5, `${weight} and ${wanted[at][1]}`);
  });
}

test('the list of an item has the new items that an exact scan finds, also after items came, changed and went', async () => {
  // More new items than one block of the table holds.
  const vectors = vectorsOf(6000);
  const content: ContentRows = { dim: DIM, of: (row) => vectors[row] };
  const table = createNewItemTable(content);
  const isNew = new Set<number>();
  const put = (row: number) => {
    isNew.add(row);
    table.put(row, vectors[row]);
  };
  try {
    for (let row = 0; row < 5000; row++) put(row);
    const assertAll = async (rows: number[]) => {
      await table.prepare(rows);
      for (const row of rows) {
        const wanted = exact(vectors, (other) => isNew.has(other), row);
        assertNear(listed(table, row), wanted);
      }
    };
    await assertAll([0, 1, 4999, 5000, 5999]);

    // A few items are taken into lists that exist, many make them anew.
    for (let row = 5000; row < 5100; row++) put(row);
    await assertAll([4999, 5999]);
    for (let row = 5100; row < 5900; row++) put(row);
    await assertAll([4999, 5999, 5950]);

    const [changed, gone] = [17, listed(table, 5999)[0][0]];
    vectors[changed] = vectors[5999].slice();
    put(changed);
    table.remove(gone);
    isNew.delete(gone);
    assert.ok(!table.has(gone) && listed(table, 5999).every(([row]) => row !== gone), 'a removed item leaves at once');
    await table.prepare([5999]);
    assert.ok(listed(table, 5999).some(([row]) => row === changed));
    assert.equal(listed(table, 5999).length, NEAREST);

    // Vectors that are replaced again and again take no more memory, and lists stay right.
    for (let time = 0; time < 3; time++) for (const row of isNew) put(row);
    await assertAll([0, 5999, 5950]);
    assert.equal(table.count, isNew.size);
  } finally {
    await table.close();
  }
});

test('an item without a text has no list, and no list names it', async () => {
  const vectors = [...vectorsOf(3), new Float32Array(DIM)];
  const table = createNewItemTable({ dim: DIM, of: (row) => (row < 3 ? vectors[row] : undefined) });
  try {
    vectors.forEach((vector, row) => {
      table.put(row, vector);
    });
    await table.prepare([0, 3, -1]);
    assert.equal(table.near(3), undefined);
    assert.equal(table.has(3), false);
    assert.ok(listed(table, 0).every(([row]) => row !== 3));
  } finally {
    await table.close();
  }
});

test('items that come while lists are made are in them', async () => {
  const vectors = vectorsOf(200);
  const table = createNewItemTable({ dim: DIM, of: (row) => vectors[row] });
  try {
    for (let row = 0; row < 40; row++) table.put(row, vectors[row]);
    const making = table.prepare([100, 101]);
    table.put(40, vectors[40]);
    vectors[41] = vectors[100].slice();
    table.put(41, vectors[41]);
    await making;
    assertNear(
      listed(table, 100),
      exact(vectors, (row) => row <= 41, 100),
    );
  } finally {
    await table.close();
  }
});
