import assert from 'node:assert/strict';
import {
  allPairs,
  assertClose,
  type Check,
  entriesOf,
  expected,
  hasCode,
  SCHEMA,
  SPACE,
  smallShop,
  WIDTH,
} from './support.ts';

/** Ids that would break a format which joins, escapes or trims them. */
const ODD = [
  '{a}',
  '}',
  '{',
  'a b',
  ' a',
  'a|b',
  'a:b',
  'é',
  '日本語',
  '🙂',
  '\u0000',
  'ÿ',
  '__proto__',
  '*',
  'A',
  'a',
  'x'.repeat(1024),
];

export function readingChecks(check: Check): void {
  for (const [precision, tolerance] of [
    ['fp32', 1e-6],
    ['fp16', 4e-3],
    ['int8', 0.15],
  ] as const)
    check(`${precision}: reads what the definition of K̂ gives, with zeros for what is missing`, async (place) => {
      const store = await place.open();
      const entries = smallShop(1);
      await store.publish(SPACE, { version: 'v1', schema: SCHEMA, entries, precision });
      const query = allPairs(6, 8);
      const answer = await store.read(SPACE, 'v1', query);
      const { values, present } = expected(entries, query);
      assert.equal(answer.version, 'v1');
      assert.equal(answer.values.length, query.users.length * WIDTH);
      assert.deepEqual(Array.from(answer.present), present);
      assertClose(answer.values, values, tolerance);
      assert.equal(answer.residual, 0);
      assert.ok(answer.ageSeconds >= 0);
    });

  check('ids with odd characters are different entities', async (place) => {
    const store = await place.open();
    const entries = [
      entriesOf('user', ODD, 1),
      entriesOf('item', ODD, 2),
      entriesOf('userCategory', ODD, 3, [...ODD].reverse()),
    ];
    await store.publish(SPACE, { version: 'v1', schema: SCHEMA, entries, precision: 'fp32' });
    const query = {
      users: [...ODD, 'b', ''],
      items: [...ODD, 'b', ''],
      categories: [...ODD.toReversed(), 'b', ''],
    };
    const answer = await store.read(SPACE, 'v1', query);
    const { values, present } = expected(entries, query);
    assert.deepEqual(Array.from(answer.present), present);
    assertClose(answer.values, values, 1e-6);
  });

  check('user and category are never taken apart elsewhere', async (place) => {
    const store = await place.open();
    const entries = [entriesOf('userCategory', ['ab', 'a', 'a', 'abc'], 1, ['c', 'bc', '', ''])];
    await store.publish(SPACE, { version: 'v1', schema: SCHEMA, entries, precision: 'fp32' });
    const query = {
      users: ['ab', 'a', 'a', 'abc', 'ab', 'a'],
      items: ['', '', '', '', '', ''],
      categories: ['c', 'bc', '', '', '', 'c'],
    };
    const answer = await store.read(SPACE, 'v1', query);
    const { values, present } = expected(entries, query);
    assert.deepEqual(Array.from(answer.present), present);
    assertClose(answer.values, values, 1e-6);
  });

  check('a batch may contain a pair many times, in any order', async (place) => {
    const store = await place.open();
    const entries = smallShop(1);
    await store.publish(SPACE, { version: 'v1', schema: SCHEMA, entries, precision: 'fp32' });
    const one = allPairs();
    const query = {
      users: [...one.users, ...one.users.toReversed(), 'u0', 'u0', 'nobody', 'u0'],
      items: [...one.items, ...one.items.toReversed(), 'i0', 'i0', 'i0', 'i0'],
      categories: [...one.categories, ...one.categories.toReversed(), 'c0', 'c1', 'c0', 'c0'],
    };
    const answer = await store.read(SPACE, 'v1', query);
    const { values, present } = expected(entries, query);
    assert.deepEqual(Array.from(answer.present), present);
    assertClose(answer.values, values, 1e-6);
  });

  check('values replace what given memory held before', async (place) => {
    const store = await place.open();
    const entries = smallShop(1);
    await store.publish(SPACE, { version: 'v1', schema: SCHEMA, entries, precision: 'fp32' });
    const query = allPairs(6, 8);
    const size = query.users.length * WIDTH;
    const memory = new Float32Array(size + 5).fill(7);
    const into = memory.subarray(1, size + 4);
    for (const options of [{ into }, { into, maxResidual: 1 }]) {
      memory.fill(7);
      const answer = await store.read(SPACE, 'v1', query, options);
      assert.equal(answer.values.buffer, memory.buffer);
      assert.equal(answer.values.length, size);
      assertClose(answer.values, expected(entries, query).values, 1e-6);
      assert.deepEqual([memory[0], ...memory.subarray(size + 1)], [7, 7, 7, 7, 7]);
    }
    for (const wrong of [new Float32Array(size - 1), new Float64Array(size) as unknown as Float32Array])
      await assert.rejects(store.read(SPACE, 'v1', query, { into: wrong }), hasCode('KNOWLEDGE_QUERY_INVALID'));
  });

  check('a batch without pairs is empty', async (place) => {
    const store = await place.open();
    await store.publish(SPACE, { version: 'v1', schema: SCHEMA, entries: smallShop(1) });
    const answer = await store.read(SPACE, 'v1', { users: [], items: [], categories: [] });
    assert.deepEqual([answer.values.length, answer.present.length], [0, 0]);
  });

  check('many reads at once, each with its own answer', async (place) => {
    const store = await place.open();
    const entries = smallShop(1, 40, 40);
    await store.publish(SPACE, { version: 'v1', schema: SCHEMA, entries, precision: 'fp32' });
    const all = allPairs(40, 40);
    await Promise.all(
      Array.from({ length: 40 }, async (_, at) => {
        const part = (list: string[]) => list.slice(at * 40, (at + 1) * 40);
        const query = { users: part(all.users), items: part(all.items), categories: part(all.categories) };
        const answer = await store.read(SPACE, 'v1', query);
        assertClose(answer.values, expected(entries, query).values, 1e-6);
      }),
    );
  });

  check('counts what it answered', async (place) => {
    const store = await place.open();
    await store.publish(SPACE, { version: 'v1', schema: SCHEMA, entries: smallShop(1) });
    await store.read(SPACE, 'v1', { users: ['u0', 'x'], items: ['i0', 'i1'], categories: ['c9', 'c0'] });
    const { reads, pairs, hitRate, alignedReads } = store.stats();
    assert.deepEqual({ reads, pairs, alignedReads }, { reads: 1, pairs: 2, alignedReads: 0 });
    assert.deepEqual(hitRate, { user: 0.5, item: 1, userCategory: 0 });
  });
}
