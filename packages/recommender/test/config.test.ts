import assert from 'node:assert/strict';
import test from 'node:test';
import { defaultsOf } from '@lorekeep/core';
import { configOf } from '@lorekeep/testing';
import { presets } from '../src/options/presets.ts';
import { resolveConfig } from '../src/options/resolve-config.ts';
import { recommenderOptions } from '../src/options/table.ts';

test('every preset is the defaults with its own options', () => {
  for (const [name, overrides] of Object.entries(presets)) {
    const expected = structuredClone(defaultsOf(recommenderOptions)) as Record<string, object>;
    for (const [group, options] of Object.entries(overrides)) Object.assign(expected[group], options);
    assert.deepEqual(resolveConfig(name), expected);
  }
  assert.deepEqual(resolveConfig('learn'), defaultsOf(recommenderOptions));
});

test('every default is valid', () => {
  for (const [group, options] of Object.entries(recommenderOptions))
    for (const [name, { fallback, isValid }] of Object.entries(options))
      assert.ok(isValid(fallback as never), `${group}.${name}`);
});

test('overrides replace single options', () => {
  assert.equal(resolveConfig('learn', { training: { epochs: 3 } }).training.epochs, 3);
  assert.equal(resolveConfig('learn', { training: { epochs: 3 } }).network.dim, resolveConfig().network.dim);
});

test('a very large catalogue gets narrower towers, unless it is told how wide', () => {
  const dimOf = (items: number, overrides = {}, preset = 'learn') =>
    resolveConfig(preset, overrides, items).network.dim;
  assert.deepEqual(
    [1000, 166_666, 166_667, 400_000, 1_000_000, 50_000_000].map((items) => dimOf(items)),
    [384, 384, 320, 128, 64, 64],
  );
  assert.equal(dimOf(1_000_000, { network: { dim: 384 } }), 384);
  assert.equal(dimOf(1_000_000, {}, 'learn-paper'), resolveConfig('learn-paper').network.dim);
});

test('unknown presets and options, values out of range and contradictions are coded errors', () => {
  assert.throws(() => resolveConfig('sasrec-xl'), { code: 'PRESET_UNKNOWN', kind: 'usage' });
  assert.throws(() => resolveConfig('learn', { depth: 3 }), { code: 'OPTION_UNKNOWN' });
  assert.throws(() => resolveConfig('learn', { network: { depth: 3 } }), { code: 'OPTION_UNKNOWN' });
  assert.throws(() => resolveConfig('learn', { network: 3 }), { code: 'OPTION_INVALID' });
  // An option without its group is named with it.
  assert.throws(() => resolveConfig('learn', { epochs: 3 }), { code: 'OPTION_UNKNOWN', hint: /"training\.epochs"/ });
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
    assert.throws(() => configOf('learn', { [name]: value }), { code: 'OPTION_INVALID' }, name);
  assert.throws(() => configOf('learn', { content: false, id: false }), { code: 'OPTION_INVALID' });
  for (const [preset, overrides] of [
    ['learn', { hidden: 64, heads: 3 }],
    ['learn', { residual: false }],
    ['learn', { itemTower: 'content-space' }],
    ['learn', { itemTower: 'sequence' }],
    ['content-only', { alignment: 1 }],
    ['learn-paper', { layers: 0 }],
    ['learn-paper', { itemTower: 'adaptor', dim: 64 }],
    ['sasrec', { itemTower: 'content-space' }],
    ['learn', { neighboursPerItem: 0 }],
    ['linear', { id: false }],
    ['linear', { neighboursPerItem: 5001 }],
  ] as const)
    assert.throws(
      () => configOf(preset, overrides),
      { code: 'OPTION_INVALID' },
      `${preset} ${JSON.stringify(overrides)}`,
    );
});
