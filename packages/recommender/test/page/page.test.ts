/** Boosts, diversity, caps and the bound on new items against plain computations, on random lists. */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { createRandom } from '@lorekeep/core';
import { newBound, type RankedItems, withFewerNew } from '../../src/composition/lists.ts';
import { HEAD, type PageRules, pageOf } from '../../src/page/page.ts';

const DIM = 6;

/** A list of items in random order, with brands, vectors and new items. */
function makeList(seed: number, length: number) {
  const random = createRandom(seed);
  const keys = Uint32Array.from(random.shuffle(Array.from({ length }, (_, row) => row)));
  // Falling, with equal scores among them, and below 0 at the end.
  const scores = Float32Array.from(keys, () => Math.round(random.normal() * 4) / 4).sort((a, b) => b - a);
  const vectors = Array.from({ length }, () => Float32Array.from({ length: DIM }, () => random.normal()));
  const brands = Array.from({ length }, () => (random.int(5) === 0 ? undefined : `b${random.int(6)}`));
  const fresh = Array.from({ length }, () => random.int(3) === 0);
  const list = async (size: number): Promise<RankedItems> => ({
    keys: keys.subarray(0, size),
    scores: scores.subarray(0, size),
    source: 'reranker',
  });
  return { keys, scores, vectors, brands, fresh, list, random };
}

const plainRules: PageRules = {
  boosts: [],
  caps: [],
  bound: { share: 1, keepsAll: true },
  isNew: () => false,
  isShown: () => false,
  shown: 0,
  vectorsOf: async () => [],
};

describe('a page', () => {
  test('without any wish is the list with its bound on new items', async () => {
    for (let seed = 0; seed < 50; seed++) {
      const { keys, scores, fresh, list } = makeList(seed, 60);
      for (const atMost of [undefined, 0.2, 0.5, 1]) {
        const isNew = (row: number) => fresh[row];
        const page = await pageOf(list, 25, { ...plainRules, bound: newBound(atMost), isNew });
        const expected = withFewerNew({ keys, scores, source: 'reranker' }, isNew, newBound(atMost));
        assert.deepEqual([...page.keys], [...expected.keys.subarray(0, 25)]);
        assert.deepEqual([...page.scores], [...expected.scores.subarray(0, 25)]);
      }
    }
  });

  test('boosts multiply and add distances, and reorder the best 200 alone', async () => {
    for (let seed = 0; seed < 30; seed++) {
      const { keys, scores, list, random } = makeList(seed, 300);
      const boosts = Array.from({ length: 3 }, () => {
        const rest = random.int(4);
        return { has: (row: number) => row % 4 === rest, factor: random.int(4) / 2, bonus: (random.int(5) - 2) / 4 };
      });
      const page = await pageOf(list, 300, { ...plainRules, boosts });
      const [high, low] = [scores[0], scores[HEAD - 1]];
      const expected = Array.from({ length: HEAD }, (_, at) => {
        const own = boosts.filter((boost) => boost.has(keys[at]));
        const factor = own.reduce((product, boost) => product * boost.factor, 1);
        const bonus = own.reduce((sum, boost) => sum + boost.bonus, 0);
        return { at, score: low + factor * (scores[at] - low) + bonus * (high - low) };
      }).sort((a, b) => b.score - a.score || a.at - b.at);
      assert.deepEqual(
        [...page.keys.subarray(0, HEAD)],
        expected.map(({ at }) => keys[at]),
      );
      assert.deepEqual([...page.keys.subarray(HEAD)], [...keys.subarray(HEAD)]);
      for (let at = 1; at < 300; at++) assert.ok(page.scores[at - 1] >= page.scores[at]);
      page.boosted.subarray(0, HEAD).forEach((score, at) => {
        assert.ok(Math.abs(score - expected[at].score) < 1e-5);
      });
    }
  });

  test('diversity is maximal marginal relevance, with the items of earlier pages counted', async () => {
    for (let seed = 0; seed < 10; seed++) {
      const { keys, scores, vectors, list } = makeList(seed, 80);
      const cosine = (a: number, b: number) => {
        const [v, w] = [vectors[keys[a]], vectors[keys[b]]];
        return v.reduce((sum, x, k) => sum + x * w[k], 0) / (Math.hypot(...v) * Math.hypot(...w));
      };
      for (const lambda of [0, 0.3, 0.7, 1]) {
        const chosen: number[] = [];
        while (chosen.length < 24) {
          const left = [...keys.keys()].filter((at) => !chosen.includes(at));
          const value = (at: number) => {
            const nearest = Math.max(0, ...chosen.map((other) => cosine(at, other)));
            return (lambda * (scores[at] - scores[79])) / (scores[0] - scores[79]) - (1 - lambda) * nearest;
          };
          chosen.push(left.reduce((best, at) => (value(at) > value(best) + 1e-9 ? at : best)));
        }
        const vectorsOf = async (rows: readonly number[]) => rows.map((row) => vectors[row]);
        const first = await pageOf(list, 12, { ...plainRules, lambda, vectorsOf });
        const shown = new Set(first.keys);
        const second = await pageOf(list, 12, {
          ...plainRules,
          lambda,
          vectorsOf,
          isShown: (row) => shown.has(row),
          shown: 12,
        });
        const expected = chosen.map((at) => keys[at]);
        assert.deepEqual([...first.keys, ...second.keys], expected, `seed ${seed}, λ ${lambda}`);
      }
    }
  });

  test('caps and the bound on new items hold together, and leave out no more than they must', async () => {
    for (let seed = 0; seed < 100; seed++) {
      const { keys, brands, fresh, list } = makeList(seed, 70);
      const valuesOf = (row: number) => (brands[row] === undefined ? [] : [brands[row]]);
      for (const [atMost, share] of [
        [1, 1],
        [2, 0.3],
        [3, 0],
      ]) {
        const page = await pageOf(list, 20, {
          ...plainRules,
          caps: [{ atMost, valuesOf }],
          bound: { share, keepsAll: false },
          isNew: (row) => fresh[row],
        });
        const counts = Map.groupBy([...page.keys].flatMap(valuesOf), (brand) => brand);
        for (const [brand, own] of counts) assert.ok(own.length <= atMost, brand);
        for (let n = 1; n <= page.keys.length; n++) {
          const fresher = [...page.keys.subarray(0, n)].filter((row) => fresh[row]).length;
          assert.ok(fresher <= Math.ceil(share * n - 1e-9));
        }
        // An item that is not new is left out only if its brand is full before it, or the page is.
        const last = [...keys].lastIndexOf([...page.keys].findLast((row) => !fresh[row]) as number);
        for (const row of page.keys.length === 20 ? [...keys].slice(0, last) : keys) {
          if (fresh[row] || page.keys.includes(row)) continue;
          assert.equal(counts.get(brands[row] as string)?.length, atMost, `row ${row} of seed ${seed}`);
        }
      }
    }
  });

  test('pages follow each other without a repetition or a gap', async () => {
    for (let seed = 0; seed < 30; seed++) {
      const { keys, brands, fresh, list } = makeList(seed, 90);
      const shown = new Set<number>();
      const rules = {
        ...plainRules,
        boosts: [{ has: (row: number) => row % 3 === 0, factor: 2, bonus: 0 }],
        caps: [{ atMost: 2, valuesOf: (row: number) => (brands[row] === undefined ? [] : [brands[row]]) }],
        bound: newBound(undefined),
        isNew: (row: number) => fresh[row],
        isShown: (row: number) => shown.has(row),
      };
      for (let hasMore = true; hasMore; ) {
        const page = await pageOf(list, 7, { ...rules, shown: shown.size });
        for (const row of page.keys) {
          assert.ok(!shown.has(row));
          shown.add(row);
        }
        hasMore = page.hasMore;
      }
      assert.deepEqual(
        [...shown].sort((a, b) => a - b),
        [...keys].sort((a, b) => a - b),
      );
    }
  });
});
