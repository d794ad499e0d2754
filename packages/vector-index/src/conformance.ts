/** What every `VectorIndex` must do, whatever is behind it. Each kind's test file runs all of it. */
import assert from 'node:assert/strict';
import { mkdtemp, rm, stat, truncate } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { createRandom, type LorekeepError } from '@lorekeep/core';
import type { IndexAdapter, IndexKind, VectorIndex } from './contract.ts';
import { openIndexAdapter } from './registry.ts';

const DIM = 32;
const COUNT = 5000;
const QUERIES = 40;

/** Points around centres, as item vectors lie: `spread` of the norms is the σ of a log-normal, 0 for unit vectors. */
function clustered(seed: number, count: number, spread: number): Float32Array {
  const random = createRandom(seed);
  const centres = Float32Array.from({ length: 60 * DIM }, () => random.normal());
  const vectors = new Float32Array(count * DIM);
  for (let row = 0; row < count; row++) {
    const centre = random.int(60) * DIM;
    let squares = 0;
    for (let j = 0; j < DIM; j++) {
      const value = centres[centre + j] + 0.8 * random.normal();
      vectors[row * DIM + j] = value;
      squares += value * value;
    }
    const scale = Math.exp(spread * random.normal()) / Math.sqrt(squares);
    for (let j = 0; j < DIM; j++) vectors[row * DIM + j] *= scale;
  }
  return vectors;
}

interface Found {
  key: number;
  score: number;
}

function product(a: Float32Array, b: Float32Array): number {
  let sum = 0;
  for (let j = 0; j < a.length; j++) sum += a[j] * b[j];
  return sum;
}

/** The naive scan that everything is compared with: sorts the whole set, shares no code with the room. */
function naive(set: Map<number, Float32Array>, query: Float32Array, k: number, filter = (_: number) => true): Found[] {
  const all: Found[] = [];
  for (const [key, vector] of set) {
    if (filter(key)) all.push({ key, score: product(vector, query) });
  }
  return all.sort((a, b) => b.score - a.score || a.key - b.key).slice(0, k);
}

/** Share of the true k best that was found; also checks order, scores, distinctness and the filter. */
async function recall(
  index: VectorIndex,
  set: Map<number, Float32Array>,
  queries: Float32Array[],
  k: number,
  filter?: (key: number) => boolean,
): Promise<number> {
  let hits = 0;
  let wanted = 0;
  for (const query of queries) {
    const found = await index.search(query, k, { filter });
    const truth = naive(set, query, k, filter);
    assert.equal(found.keys.length, truth.length, 'as many results as pass, at most k');
    assert.equal(found.scores.length, found.keys.length);
    assert.equal(new Set(found.keys).size, found.keys.length, 'no key twice');
    for (let at = 0; at < found.keys.length; at++) {
      const vector = set.get(found.keys[at]);
      assert.ok(vector, `key ${found.keys[at]} is in the index`);
      assert.ok(filter === undefined || filter(found.keys[at]), 'only what passes');
      const score = product(vector, query);
      assert.ok(Math.abs(found.scores[at] - score) < 1e-4 * Math.max(1, Math.abs(score)), 'scores are inner products');
      if (at > 0) assert.ok(found.scores[at - 1] >= found.scores[at], 'best first');
    }
    const keys = new Set(found.keys);
    hits += truth.filter(({ key }) => keys.has(key)).length;
    wanted += truth.length;
  }
  return wanted === 0 ? 1 : hits / wanted;
}

const rowsOf = (vectors: Float32Array) =>
  Array.from({ length: vectors.length / DIM }, (_, row) => vectors.subarray(row * DIM, (row + 1) * DIM));
const coded = (code: string, kind: 'usage' | 'failure') => (error: LorekeepError) =>
  error.code === code && error.kind === kind && error.hint !== undefined;

export function indexConformance(kind: IndexKind): void {
  describe(`${kind} index`, () => {
    let adapter: IndexAdapter;
    let directory: string;
    // Keys are neither dense nor small, so nothing may take a key for a position.
    const vectors = clustered(1, COUNT, 0);
    const keys = Uint32Array.from({ length: COUNT }, (_, row) => row * 3 + 4_000_000_000);
    const set = new Map(rowsOf(vectors).map((vector, row) => [keys[row], vector]));
    const queries = rowsOf(clustered(1, QUERIES, 0.3));
    let full: VectorIndex;

    before(async () => {
      adapter = await openIndexAdapter(kind);
      directory = await mkdtemp(join(tmpdir(), `lorekeep-index-${kind}-`));
      full = await adapter.create({ dim: DIM, capacity: 100 });
      await full.add(keys, vectors);
    });
    after(async () => {
      await full?.close();
      await rm(directory, { recursive: true, force: true });
    });

    test('finds the nearest of clustered vectors, beyond the capacity it was made with', async () => {
      assert.equal(full.kind, kind);
      assert.equal(full.dim, DIM);
      assert.equal(full.size, COUNT);
      for (const k of [1, 10, 100]) {
        const reached = await recall(full, set, queries, k);
        assert.ok(reached >= 0.99, `recall@${k} ${reached}`);
      }
    });

    test('orders by inner product, not by cosine, when norms differ', async () => {
      const uneven = clustered(2, COUNT, 0.5);
      const index = await adapter.create({ dim: DIM });
      await index.add(keys, uneven);
      const unevenSet = new Map(rowsOf(uneven).map((vector, row) => [keys[row], vector]));
      const reached = await recall(index, unevenSet, rowsOf(clustered(2, QUERIES, 0.3)), 10);
      assert.ok(reached >= 0.99, `recall@10 ${reached}`);
      await index.close();

      const two = await adapter.create({ dim: 2 });
      await two.add(Uint32Array.of(1, 2), Float32Array.of(1, 0, 5, 5));
      assert.deepEqual([...(await two.search(Float32Array.of(1, 0), 2)).keys], [2, 1]);
      assert.deepEqual([...(await two.search(Float32Array.of(1, 0), 2)).scores], [5, 1]);
      await two.close();
    });

    for (const percent of [100, 50, 20, 5, 1, 0.1, 0]) {
      test(`with a filter that ${percent} % pass returns the k best that pass`, async () => {
        const modulus = percent === 0 ? Number.POSITIVE_INFINITY : Math.round(100 / percent);
        const filter = (key: number) => percent !== 0 && ((key - keys[0]) / 3) % modulus === 0;
        const reached = await recall(full, set, queries, 10, filter);
        assert.ok(reached >= 0.99, `recall@10 ${reached}`);
      });
    }

    test('with a filter that only far-away vectors pass still returns the best of them', async () => {
      for (const query of queries.slice(0, 10)) {
        const near = new Set(naive(set, query, 1000).map(({ key }) => key));
        const reached = await recall(full, set, [query], 10, (key) => !near.has(key));
        assert.ok(reached >= 0.9, `recall@10 ${reached}`);
      }
    });

    test('replaces, removes and takes back keys', async () => {
      const index = await adapter.create({ dim: DIM });
      await index.add(keys.subarray(0, 3000), vectors.subarray(0, 3000 * DIM));
      const expected = new Map([...set].slice(0, 3000));

      const replacements = clustered(7, 1000, 0.2);
      await index.add(keys.subarray(0, 1000), replacements);
      rowsOf(replacements).forEach((vector, row) => {
        expected.set(keys[row], vector);
      });
      assert.equal(index.size, 3000);
      assert.ok((await recall(index, expected, queries, 10)) >= 0.99, 'after replacing');

      assert.equal(await index.remove(keys.subarray(500, 2000)), 1500);
      assert.equal(await index.remove(keys.subarray(1990, 2010)), 10, 'only what is still there counts');
      assert.equal(await index.remove(Uint32Array.of(7, 7)), 0, 'unknown keys are ignored');
      for (const key of keys.subarray(500, 2010)) expected.delete(key);
      assert.equal(index.size, 1490);
      assert.ok((await recall(index, expected, queries, 10)) >= 0.99, 'after removing');

      await index.add(keys.subarray(500, 2010), vectors.subarray(500 * DIM, 2010 * DIM));
      for (let row = 500; row < 2010; row++) expected.set(keys[row], set.get(keys[row])!);
      assert.equal(index.size, 3000);
      assert.ok((await recall(index, expected, queries, 10)) >= 0.99, 'after adding again');
      await index.close();
    });

    test('gives a vector back as it was put, and nothing for an unknown key', () => {
      assert.deepEqual(full.get(keys[17]), vectors.slice(17 * DIM, 18 * DIM));
      assert.equal(full.get(3), undefined);
    });

    test('keeps the last of a key that one batch names twice', async () => {
      const index = await adapter.create({ dim: 2 });
      await index.add(Uint32Array.of(5, 6, 5), Float32Array.of(1, 0, 0, 1, 3, 0));
      assert.equal(index.size, 2);
      const found = await index.search(Float32Array.of(1, 0), 5);
      assert.deepEqual([...found.keys], [5, 6]);
      assert.deepEqual([...found.scores], [3, 0]);
      await index.close();
    });

    test('answers the same after saving and opening, and can be changed further', async () => {
      const path = join(directory, 'round-trip.index');
      const index = await adapter.create({ dim: DIM });
      await index.add(keys.subarray(0, 2000), vectors.subarray(0, 2000 * DIM));
      await index.remove(keys.subarray(0, 100));
      await index.save(path);
      await index.save(path);
      const opened = await adapter.open(path, { dim: DIM });
      assert.equal(opened.size, 1900);
      for (const query of queries) assert.deepEqual(await opened.search(query, 10), await index.search(query, 10));

      await opened.add(keys.subarray(0, 100), vectors.subarray(0, 100 * DIM));
      await opened.add(keys.subarray(2000, 2600), vectors.subarray(2000 * DIM, 2600 * DIM));
      await opened.remove(keys.subarray(1900, 1950));
      const expected = new Map([...set].slice(0, 2600));
      for (const key of keys.subarray(1900, 1950)) expected.delete(key);
      assert.equal(opened.size, 2550);
      assert.ok((await recall(opened, expected, queries, 10)) >= 0.99);
      await opened.close();
      await index.close();
    });

    test('saves and opens empty', async () => {
      const path = join(directory, 'empty.index');
      const index = await adapter.create({ dim: DIM });
      await index.save(path);
      const opened = await adapter.open(path, { dim: DIM });
      assert.equal(opened.size, 0);
      await opened.add(keys.subarray(0, 5), vectors.subarray(0, 5 * DIM));
      assert.equal((await opened.search(queries[0], 10)).keys.length, 5);
      await opened.close();
      await index.close();
    });

    test('a file cut anywhere, of another width, or missing is a coded error', async () => {
      const path = join(directory, 'cut.index');
      const invalid = coded('INDEX_FILE_INVALID', 'failure');
      const index = await adapter.create({ dim: DIM });
      await index.add(keys.subarray(0, 500), vectors.subarray(0, 500 * DIM));
      await index.save(path);
      await assert.rejects(adapter.open(path, { dim: DIM + 8 }), invalid);
      const { size } = await stat(path);
      for (const part of [0.999, 0.9, 0.6, 0.3, 0.01, 0.0001, 0]) {
        await index.save(path);
        await truncate(path, Math.floor(size * part));
        await assert.rejects(adapter.open(path, { dim: DIM }), invalid, `cut to ${part}`);
      }
      await assert.rejects(adapter.open(join(directory, 'nothing.index'), { dim: DIM }), invalid);
      await index.close();
    });

    test('k below one, or not whole, is a coded error; k beyond the size returns all', async () => {
      const index = await adapter.create({ dim: DIM });
      await index.add(keys.subarray(0, 50), vectors.subarray(0, 50 * DIM));
      for (const k of [0, -1, 1.5, Number.NaN]) {
        await assert.rejects(index.search(queries[0], k), coded('INDEX_BAD_K', 'usage'));
      }
      assert.equal((await index.search(queries[0], 51)).keys.length, 50);
      assert.equal((await index.search(queries[0], 100_000)).keys.length, 50);
      assert.equal((await full.search(queries[0], COUNT + 1)).keys.length, COUNT);
      assert.equal((await index.search(queries[0], 60, { filter: (key) => key < keys[20] })).keys.length, 20);
      await index.close();
    });

    test('a query that is not finite or not as wide as the index is a coded error', async () => {
      for (const bad of [Number.NaN, Number.POSITIVE_INFINITY]) {
        const query = queries[0].slice();
        query[3] = bad;
        await assert.rejects(full.search(query, 10), coded('INDEX_BAD_QUERY', 'usage'));
      }
      await assert.rejects(full.search(new Float32Array(DIM + 1), 10), coded('INDEX_BAD_QUERY', 'usage'));
    });

    test('vectors that are not finite or do not fit their keys are a coded error and change nothing', async () => {
      const bad = clustered(3, 10, 0);
      bad[5 * DIM + 1] = Number.NaN;
      await assert.rejects(
        full.add(
          Uint32Array.from({ length: 10 }, (_, i) => i),
          bad,
        ),
        coded('INDEX_BAD_VECTORS', 'usage'),
      );
      await assert.rejects(full.add(Uint32Array.of(1, 2), new Float32Array(DIM)), coded('INDEX_BAD_VECTORS', 'usage'));
      assert.equal(full.size, COUNT);
    });

    test('an empty index finds nothing', async () => {
      const index = await adapter.create({ dim: DIM });
      assert.equal(index.size, 0);
      assert.deepEqual(await index.search(queries[0], 10), { keys: new Uint32Array(0), scores: new Float32Array(0) });
      assert.deepEqual((await index.search(queries[0], 10, { filter: () => true })).keys, new Uint32Array(0));
      await index.add(new Uint32Array(0), new Float32Array(0));
      assert.equal(index.size, 0);
      await index.close();
    });

    test('searches go on while vectors are being added', async () => {
      const index = await adapter.create({ dim: DIM });
      await index.add(keys.subarray(0, 100), vectors.subarray(0, 100 * DIM));
      let searches = 0;
      const adding = index.add(keys, vectors).then(() => true);
      while (!(await Promise.race([adding, new Promise<false>((resolve) => setImmediate(resolve, false))]))) {
        const { keys: found } = await index.search(queries[searches++ % QUERIES], 10);
        assert.equal(found.length, 10);
      }
      assert.ok(kind === 'exact' || searches > 0);
      assert.equal(index.size, COUNT);
      await index.close();
    });

    test('a closed index says so', async () => {
      const index = await adapter.create({ dim: DIM });
      await index.close();
      await assert.rejects(index.search(queries[0], 10), coded('INDEX_CLOSED', 'usage'));
      await assert.rejects(index.add(keys.subarray(0, 1), vectors.subarray(0, DIM)), coded('INDEX_CLOSED', 'usage'));
    });
  });
}
