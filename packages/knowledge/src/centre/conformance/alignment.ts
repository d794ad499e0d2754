import assert from 'node:assert/strict';
import { createRandom } from '@lorekeep/core';
import type { KnowledgeEntries, KnowledgeSchema } from '../contract/data.ts';
import { allPairs, assertClose, type Check, hasCode, SPACE } from './support.ts';

const DIM = 4;
const schemaOf = (kind: 'product' | 'dot'): KnowledgeSchema => ({
  user: [
    { name: 'user-id', dim: DIM },
    { name: 'user-factor', dim: DIM, factor: true },
  ],
  item: [{ name: 'item-factor', dim: DIM, factor: true }],
  interactions: [{ name: 'both', user: 'user-factor', item: 'item-factor', kind }],
  userCategory: [{ name: 'category', dim: DIM }],
});

/** Factor of each block of the new version: block of the former one × this. */
type Turn = (row: number[]) => number[];

const [cosine, sine] = [Math.cos(0.7), Math.sin(0.7)];
const rotate: Turn = ([a, b, c, d]) => [cosine * a - sine * c, d, sine * a + cosine * c, -b];
const permute: Turn = ([a, b, c, d]) => [-c, a, d, -b];
const same: Turn = (row) => row;

/** 200 users and items; the turns are of the blocks user-id, both factors, category. */
function shop(turns: [Turn, Turn, Turn], noise = 0): KnowledgeEntries[] {
  const random = createRandom(3);
  const draw = () => Array.from({ length: DIM }, () => random.normal());
  const noises = createRandom(4);
  const blurred = (row: number[]) => row.map((value) => value + noise * noises.normal());
  const ids = (letter: string) => Array.from({ length: 200 }, (_, at) => `${letter}${at}`);
  const rows = (turn: Turn) => Array.from({ length: 200 }, () => blurred(turn(draw())));
  const [own, factors, categories] = turns;
  const [left, right] = [rows(own), rows(factors)];
  return [
    { kind: 'user', ids: ids('u'), values: Float32Array.from(left.flatMap((row, at) => [...row, ...right[at]])) },
    { kind: 'item', ids: ids('i'), values: Float32Array.from(rows(factors).flat()) },
    {
      kind: 'userCategory',
      ids: ids('u'),
      categories: ids('c').fill('c0'),
      values: Float32Array.from(rows(categories).flat()),
    },
  ];
}

export function alignmentChecks(check: Check): void {
  for (const [kind, factors, map] of [
    ['dot', rotate, 'orthogonal'],
    ['product', permute, 'signed-permutation'],
    ['product', rotate, 'orthogonal'],
  ] as const)
    check(`a turned version is turned back: ${kind}, ${map}`, async (place) => {
      const store = await place.open();
      const schema = schemaOf(kind);
      const publish = (version: string, entries: KnowledgeEntries[], align?: object) =>
        store.publish(SPACE, { version, schema, entries, precision: 'fp32', ...(align && { align }) });
      await publish('v1', shop([same, same, same]));
      const record = await publish('v2', shop([rotate, factors, permute]), {});
      assert.equal(record.alignment?.to, 'v1');
      assert.equal(record.alignment?.maps['user-factor'], map);
      assert.equal(record.alignment?.maps['item-factor'], map);
      assert.ok(record.alignment.residual < 1e-5, `residual ${record.alignment.residual}`);
      const query = allPairs(200, 3);
      const former = await store.read(SPACE, 'v1', query);
      const answer = await store.read(SPACE, 'v1', query, { atLeast: 'v2', maxResidual: 0.01 });
      assert.equal(answer.version, 'v2');
      assert.equal(answer.residual, record.alignment.residual);
      assertClose(answer.values, former.values, 1e-4);
      assert.equal(store.stats().alignedReads, 1);
    });

  check('a dot product is the same before and after the alignment', async (place) => {
    const store = await place.open();
    const schema = schemaOf('dot');
    const entries = shop([rotate, rotate, rotate], 0.3);
    await store.publish(SPACE, { version: 'v1', schema, entries: shop([same, same, same]), precision: 'fp32' });
    await store.publish(SPACE, { version: 'raw', schema, entries, precision: 'fp32' });
    await store.publish(SPACE, {
      version: 'v2',
      schema,
      entries,
      precision: 'fp32',
      align: { to: 'v1', ridgeAbove: 0 },
    });
    const query = allPairs(50, 50);
    const [raw, aligned] = [await store.read(SPACE, 'raw', query), await store.read(SPACE, 'v2', query)];
    // K̂ is user-id, dot, category.
    const dots = ({ values }: { values: Float32Array }) => values.filter((_, at) => at % 9 === 4);
    assertClose(dots(aligned), dots(raw), 1e-5);
  });

  check('updates are turned like the version that they belong to', async (place) => {
    const store = await place.open();
    const schema = schemaOf('product');
    const entries = shop([rotate, permute, rotate]);
    await store.publish(SPACE, { version: 'v1', schema, entries: shop([same, same, same]), precision: 'fp32' });
    await store.publish(SPACE, { version: 'v2', schema, entries, precision: 'fp32', align: {} });
    const before = await store.read(SPACE, 'v2', allPairs(20, 3));
    for (const open of [store, await place.open()]) {
      await open.updateUsers(
        SPACE,
        'v2',
        entries.filter(({ kind }) => kind !== 'item'),
      );
      assertClose((await open.read(SPACE, 'v2', allPairs(20, 3))).values, before.values, 1e-6);
    }
  });

  check('residuals of a chain sum up, and the bound refuses', async (place) => {
    const store = await place.open({ keep: 2 });
    const schema = schemaOf('product');
    const publish = (version: string, entries: KnowledgeEntries[]) =>
      store.publish(SPACE, { version, schema, entries, precision: 'fp32', align: {} });
    const first = await publish('v1', shop([same, same, same]));
    assert.equal(first.alignment, undefined);
    const second = await publish('v2', shop([rotate, permute, rotate], 0.02));
    const third = await publish('v3', shop([permute, permute, same], 0.02));
    const [near, far] = [second.alignment?.residual ?? 0, third.alignment?.residual ?? 0];
    assert.ok(near > 0.005 && near < 0.1, `residual ${near}`);
    assert.deepEqual(third.alignment?.chain, { v2: far, v1: near + far });
    // v1 is gone.
    assert.equal((await store.resolve(SPACE, 'v1', { maxResidual: near })).version, 'v2');
    assert.equal((await store.resolve(SPACE, 'v1', { maxResidual: near + far })).version, 'v3');
    assert.equal((await store.resolve(SPACE, 'v2', { maxResidual: 1 })).version, 'v2');
    assert.equal((await store.resolve(SPACE, 'v2', { maxResidual: 1, atLeast: 'v3' })).version, 'v3');
    for (const [wanted, options] of [
      ['v1', { maxResidual: near / 2 }],
      ['v1', {}],
      ['v2', { atLeast: 'v3' }],
      ['v3', { atLeast: 'v3', maxResidual: 0 }],
      ['other', { maxResidual: 10 }],
    ] as const)
      if (wanted === 'v3') assert.equal((await store.resolve(SPACE, wanted, options)).version, 'v3');
      else await assert.rejects(store.resolve(SPACE, wanted, options), hasCode('KNOWLEDGE_VERSION_MISMATCH'));
    await assert.rejects(
      store.read(SPACE, 'v1', allPairs(), { maxResidual: near / 2 }),
      hasCode('KNOWLEDGE_VERSION_MISMATCH'),
    );
    await assert.rejects(
      store.resolve(SPACE, 'v2', { atLeast: 'v9', maxResidual: 1 }),
      hasCode('KNOWLEDGE_VERSION_UNKNOWN'),
    );
  });

  check('versions that share too little, or have other schemas, are not aligned', async (place) => {
    const store = await place.open();
    const align = {};
    await store.publish(SPACE, { version: 'v1', schema: schemaOf('dot'), entries: shop([same, same, same]) });
    await assert.rejects(
      store.publish(SPACE, { schema: schemaOf('product'), entries: shop([same, same, same]), align }),
      hasCode('KNOWLEDGE_ALIGNMENT_IMPOSSIBLE'),
    );
    const others = shop([same, same, same]).map((batch) => ({ ...batch, ids: batch.ids.map((id) => `other ${id}`) }));
    await assert.rejects(
      store.publish(SPACE, { schema: schemaOf('dot'), entries: others, align }),
      hasCode('KNOWLEDGE_ALIGNMENT_IMPOSSIBLE'),
    );
    await assert.rejects(
      store.publish(SPACE, { schema: schemaOf('dot'), entries: others, align: { to: 'v7' } }),
      hasCode('KNOWLEDGE_VERSION_UNKNOWN'),
    );
    assert.equal((await store.versions(SPACE)).length, 1);
  });
}
