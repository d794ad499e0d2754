/** Search in words over a served shop, against a plain scan of all texts. */
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import type { LorekeepError } from '@lorekeep/core';
import { itemText, type TextEncoder } from '@lorekeep/encoder';
import type { Item } from '@lorekeep/store';
import { openShop, type Shop } from '@lorekeep/testing';
import { type Engine, openEngine } from '../../src/engine/engine.ts';
import type { Recommendations } from '../../src/engine/request-types.ts';
import { createQueryVectors, plainQuery } from '../../src/search/query-vectors.ts';

const coded = (code: string) => (error: LorekeepError) => error.code === code;
const ids = ({ items }: Recommendations) => items.map(({ id }) => id);
const words = (text: string) => new Set(text.toLowerCase().match(/[\p{L}\p{N}]+/gu) ?? []);

/** Cosine of query and text, and .3 of the weight of the words that title, brand or categories have. */
async function scanned(encoder: TextEncoder, items: Item[], query: string): Promise<Map<string, number>> {
  const own = await encoder.encode([query]);
  const vectors = await encoder.encode(items.map((item) => itemText(item)));
  const has = items.map(({ title = '', brand = '', categories = [] }) =>
    words([title, brand, ...categories].join(' ')),
  );
  const wanted = [...words(query)]
    .map((word) => ({ word, count: has.filter((set) => set.has(word)).length }))
    .filter(({ count }) => count > 0)
    .map(({ word, count }) => ({ word, weight: Math.log(1 + items.length / count) }));
  const total = wanted.reduce((sum, { weight }) => sum + weight, 0) || 1;
  return new Map(
    items.map(({ id }, at) => {
      const vector = vectors.subarray(at * encoder.dim, (at + 1) * encoder.dim);
      const cosine = vector.reduce((sum, value, k) => sum + value * own[k], 0) / Math.hypot(...vector);
      const matched = wanted.reduce((sum, { word, weight }) => sum + (has[at].has(word) ? weight : 0), 0);
      return [id, cosine + (0.3 * matched) / total];
    }),
  );
}

describe('search', () => {
  let shop: Shop;
  let engine: Engine;
  before(async () => {
    shop = await openShop('linear');
    engine = await openEngine(shop);
  });
  after(async () => {
    await engine?.close();
    await shop?.close();
  });

  test('gives the items that a scan of all texts gives, with its scores, at any length', async () => {
    for (const { title = '' } of shop.items.filter((_, at) => at % 17 === 0)) {
      const query = title.split(' ').slice(0, 2).join(' ');
      const scores = await scanned(shop.encoder, shop.items, query);
      for (const k of [5, shop.items.length]) {
        const { items, source } = await engine.search({ query, k });
        assert.equal(source, 'content');
        const best = [...scores.values()].sort((a, b) => b - a);
        items.forEach(({ id, score }, at) => {
          assert.ok(Math.abs(score - best[at]) < 1e-5, `${query}, place ${at}: ${score}, by the scan ${best[at]}`);
          assert.ok(Math.abs((scores.get(id) as number) - best[at]) < 1e-5, `${id} is not at place ${at}`);
        });
      }
    }
  });

  test('marks of how a query was typed do not matter', async () => {
    assert.deepEqual(
      ids(await engine.search({ query: '  Garden\t HOSE ' })),
      ids(await engine.search({ query: 'garden hose' })),
    );
    assert.equal(plainQuery(' ｂｌｕｅ \n kettle '), 'blue kettle');
  });

  test('filters, exclusions and pages hold', async () => {
    const filter = { categories: 'kitchen' };
    const whole = ids(await engine.search({ query: 'steel', filter, k: 100 }));
    assert.ok(whole.length > 0 && whole.every((id) => id.startsWith('kitchen')), whole.join());
    const shown: string[] = [];
    let page = await engine.search({ query: 'steel', filter, k: 4 });
    for (shown.push(...ids(page)); page.cursor !== undefined; shown.push(...ids(page)))
      page = await engine.search({ query: 'steel', filter, k: 4, cursor: page.cursor });
    assert.deepEqual(shown, whole);
    const without = await engine.search({ query: 'steel', filter, k: 100, exclude: [whole[0]] });
    assert.deepEqual(ids(without), whole.slice(1));
    await assert.rejects(
      engine.search({ query: 'iron', k: 4, cursor: page.cursor ?? 'none' }),
      coded('CURSOR_INVALID'),
    );
  });

  test('a new item is found at once, a changed one by its new text, and a deleted one not any more', async () => {
    const query = 'garden lantern with solar panel';
    await engine.upsertItems([{ id: 'lamp', title: 'Garden lantern with solar panel', categories: ['garden'] }]);
    assert.equal(ids(await engine.search({ query }))[0], 'lamp');
    await engine.upsertItems([{ id: 'lamp', title: 'Jazz records', categories: ['music'] }]);
    assert.notEqual(ids(await engine.search({ query }))[0], 'lamp');
    await engine.deleteItems(['lamp']);
    assert.ok(!ids(await engine.search({ query: 'jazz records', k: 1000 })).includes('lamp'));
  });

  test('the taste of a user moves items that fit the query alike', async () => {
    const [first] = shop.items;
    const query = (first.categories ?? [''])[0];
    const plain = await engine.search({ query, k: 1000 });
    const history = ids(plain).slice(20, 24);
    const own = await engine.search({ query, history, k: 1000 });
    assert.deepEqual(new Set(ids(own)), new Set(ids(plain)), 'the same items');
    assert.notDeepEqual(ids(own), ids(plain));
    own.items.forEach(({ id, score }) => {
      const before = plain.items.find((one) => one.id === id)?.score as number;
      assert.ok(score >= before - 1e-6 && score <= before + 0.1 + 1e-6, `${id}: ${before} became ${score}`);
    });
    assert.deepEqual(ids(await engine.search({ query, user: 'nobody', k: 1000 })), ids(plain));
  });

  test('a query that says nothing, or too much, is refused', async () => {
    for (const request of [
      { query: '' },
      { query: '?!' },
      { query: 'x'.repeat(501) },
      { query: 'a', user: 'u', history: [] },
    ])
      await assert.rejects(engine.search(request), coded('REQUEST_INVALID'));
  });
});

describe('vectors of queries', () => {
  function countingEncoder(own?: Pick<TextEncoder, 'encodeQueries'>) {
    const asked: string[] = [];
    const encode = async (texts: string[]) => {
      asked.push(...texts);
      if (texts[0] === 'bad') throw new Error('the model is gone');
      return Float32Array.from(texts[0], (letter) => letter.charCodeAt(0));
    };
    return { asked, encoder: { encode, ...own } as unknown as TextEncoder };
  }

  test('are made once, and the oldest go first', async () => {
    const { asked, encoder } = countingEncoder();
    const vectors = createQueryVectors(encoder, 2);
    await Promise.all([vectors.of('a'), vectors.of('a'), vectors.of('b')]);
    await vectors.of('a');
    await vectors.of('c');
    await vectors.of('a');
    assert.deepEqual(asked, ['a', 'b', 'c']);
    await vectors.of('b');
    assert.deepEqual(asked, ['a', 'b', 'c', 'b']);
  });

  test('are tried again after a failure, and read as queries if the encoder can', async () => {
    const { asked, encoder } = countingEncoder();
    const vectors = createQueryVectors(encoder);
    for (let time = 0; time < 2; time++) await assert.rejects(vectors.of('bad'), /gone/);
    assert.deepEqual(asked, ['bad', 'bad']);
    const read: string[] = [];
    const queries = createQueryVectors(
      countingEncoder({
        async encodeQueries(texts) {
          read.push(...texts);
          return new Float32Array(1);
        },
      }).encoder,
    );
    await queries.of('kettle');
    assert.deepEqual(read, ['kettle']);
  });
});
