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

test('a list stays that of an exact scan however many of its items go', async () => {
  const vectors = vectorsOf(600);
  const table = createNewItemTable({ dim: DIM, of: (row) => vectors[row] });
  const isNew = new Set(Array.from({ length: 500 }, (_, row) => row));
  try {
    for (const row of isNew) table.put(row, vectors[row]);
    for (let time = 0; time < 20; time++) {
      await table.prepare([550]);
      assertNear(
        listed(table, 550),
        exact(vectors, (row) => isNew.has(row), 550),
      );
      for (const [row] of listed(table, 550).slice(0, 9)) {
        table.remove(row);
        isNew.delete(row);
      }
      // Items that come in between take no place of those that were there before.
      table.put(500 + time, vectors[500 + time]);
      isNew.add(500 + time);
    }
  } finally {
    await table.close();
  }
});

test('of items with one text the lowest rows are listed, in whatever order they came', async () => {
  const vectors = vectorsOf(1);
  const content = { dim: DIM, of: () => vectors[0] };
  const [rising, falling] = [createNewItemTable(content), createNewItemTable(content)];
  try {
    for (let row = 1; row <= 200; row++) rising.put(row, vectors[0]);
    for (let row = 200; row >= 100; row--) falling.put(row, vectors[0]);
    await falling.prepare([0]);
    for (let row = 99; row >= 1; row--) falling.put(row, vectors[0]);
    for (const table of [rising, falling]) {
      await table.prepare([0]);
      assert.deepEqual(
        listed(table, 0).map(([row]) => row),
        Array.from({ length: NEAREST }, (_, at) => at + 1),
      );
    }
  } finally {
    await Promise.all([rising.close(), falling.close()]);
  }
});

test('the list of an item whose own text changes is made anew, also if it changes while the list is made', async () => {
  const vectors = vectorsOf(300);
  const table = createNewItemTable({ dim: DIM, of: (row) => vectors[row] });
  const wanted = () => exact(vectors, (row) => row < 200, 250);
  try {
    for (let row = 0; row < 200; row++) table.put(row, vectors[row]);
    await table.prepare([250]);
    vectors[250] = vectors[251];
    table.forget(250);
    const making = table.prepare([250]);
    vectors[250] = vectors[252];
    table.forget(250);
    await making;
    await table.prepare([250]);
    assertNear(listed(table, 250), wanted());
  } finally {
    await table.close();
  }
});

test('items of a history that go while lists are made have no list', async () => {
  const vectors: (Float32Array | undefined)[] = vectorsOf(200);
  const table = createNewItemTable({ dim: DIM, of: (row) => vectors[row] });
  try {
    for (let row = 0; row < 50; row++) table.put(row, vectors[row] as Float32Array);
    const making = table.prepare(Array.from({ length: 150 }, (_, at) => 50 + at));
    vectors[60] = undefined;
    vectors[199] = undefined;
    await making;
    assert.equal(table.near(60), undefined);
    assert.equal(table.near(199), undefined);
    assert.ok(table.near(198) !== undefined);
  } finally {
    await table.close();
  }
});

/** Vectors around centres, so that there is something for cells to find. */
function clusteredVectors(count: number): Float32Array[] {
  const random = createRandom(11);
  const dim = 32;
  const centres = Array.from({ length: 60 }, () => Float32Array.from({ length: dim }, () => random.normal()));
  return Array.from({ length: count }, () => {
    const centre = centres[random.int(centres.length)];
    const vector = centre.map((value) => value + random.normal());
    const length = Math.hypot(...vector);
    return vector.map((value) => value / length);
  });
}

test('a large table finds most of what an exact scan finds, also after items came, went and were numbered anew', async () => {
  const vectors = clusteredVectors(12_000);
  const content: ContentRows = { dim: 32, of: (row) => vectors[row] };
  const table = createNewItemTable(content, { exactItems: 2000 });
  const isNew = new Set<number>();
  const put = (row: number) => {
    isNew.add(row);
    table.put(row, vectors[row]);
  };
  const asked = Array.from({ length: 24 }, (_, at) => at * 497);
  async function assertRecall(): Promise<void> {
    await table.prepare(asked);
    let [found, wanted] = [0, 0];
    for (const row of asked) {
      const exactly = new Set(exact(vectors, (other) => isNew.has(other), row).map(([other]) => other));
      const own = table.near(row)?.rows ?? [];
      assert.equal(new Set(own).size, own.length, 'each item once');
      assert.ok(own.every((other) => isNew.has(other) && other !== row));
      wanted += exactly.size;
      for (const other of own) if (exactly.has(other)) found++;
    }
    assert.ok(found / wanted > 0.95, `recall ${found / wanted}`);
  }
  try {
    for (let row = 0; row < 6000; row++) put(row);
    await assertRecall();
    for (let row = 6000; row < 6300; row++) put(row);
    await assertRecall();
    // Another call makes the cells anew, with other numbers, while this one uses the old ones.
    for (let row = 6300; row < 12_000; row++) put(row);
    await Promise.all([table.prepare(asked), table.prepare([5, 77, 11_999]), assertRecall()]);
    // More than half of the slots are free: slots get other numbers.
    for (let row = 0; row < 8500; row++) {
      table.remove(row);
      isNew.delete(row);
    }
    await Promise.all([
      assertRecall(),
      (async () => {
        for (let row = 8500; row < 9500; row++) put(row);
      })(),
    ]);
    await assertRecall();
  } finally {
    await table.close();
  }
});
