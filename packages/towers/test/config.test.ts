import assert from 'node:assert/strict';
import test from 'node:test';
import { presets, resolveConfig } from '../src/index.ts';

test('every preset resolves to itself', () => {
  for (const [name, config] of Object.entries(presets)) assert.deepEqual(resolveConfig(name), config);
});

test('overrides replace single options', () => {
  assert.equal(resolveConfig('learn', { epochs: 3 }).epochs, 3);
  assert.equal(resolveConfig('learn', { epochs: 3 }).dim, presets.learn.dim);
});

test('a very large catalogue gets narrower towers, unless it is told how wide', () => {
  const dimOf = (items: number, overrides = {}, preset = 'learn') => resolveConfig(preset, overrides, items).dim;
  assert.deepEqual(
    [1000, 166_666, 166_667, 400_000, 1_000_000, 50_000_000].map((items) => dimOf(items)),
    [384, 384, 320, 128, 64, 64],
  );
  assert.equal(dimOf(1_000_000, { dim: 384 }), 384);
  assert.equal(dimOf(1_000_000, {}, 'learn-paper'), presets['learn-paper'].dim);
});

test('unknown presets and options, values out of range and contradictions are coded errors', () => {
  assert.throws(() => resolveConfig('sasrec-xl'), { code: 'TOWERS_UNKNOWN_PRESET', kind: 'usage' });
  assert.throws(() => resolveConfig('learn', { depth: 3 }), { code: 'TOWERS_UNKNOWN_OPTION' });
  for (const [name, value] of Object.entries({
    content: 'yes',
    start: 'warm',
    dim: 7,
    hidden: 2.5,
    layers: -1,
    maxHistory: 0,
    temperature: 0,
    dropout: 1,
    learningRate: Number.NaN,
    epochs: '3',
    patience: 0,
    batchPositions: 1,
  }))
    assert.throws(() => resolveConfig('learn', { [name]: value }), { code: 'TOWERS_BAD_OPTION' }, name);
  assert.throws(() => resolveConfig('learn', { content: false, id: false }), { code: 'TOWERS_BAD_OPTION' });
  for (const [preset, overrides] of [
    ['learn', { hidden: 64, heads: 3 }],
    ['learn', { residual: false }],
    ['learn', { itemTower: 'content-space' }],
    ['learn', { itemTower: 'sequence' }],
    ['content-only', { alignment: 1 }],
    ['learn-paper', { layers: 0 }],
    ['learn-paper', { itemTower: 'adaptor', dim: 64 }],
    ['sasrec', { itemTower: 'content-space' }],
  ] as const)
    assert.throws(
      () => resolveConfig(preset, overrides),
      { code: 'TOWERS_BAD_OPTION' },
      `${preset} ${JSON.stringify(overrides)}`,
    );
});
