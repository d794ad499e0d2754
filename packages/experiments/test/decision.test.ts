/** The decision: what is said for which figures. */
import assert from 'node:assert/strict';
import test from 'node:test';
import { type ArmComparison, decide, guardrail, sampleRatio } from '../src/index.ts';

const even = sampleRatio([500, 500], [1, 1]);
const options = { metric: 'ctr', hasEnough: true, minimalEffect: 0 };
const between = (low: number, high: number) => ({
  difference: (low + high) / 2,
  relative: null,
  interval: [low, high] as [number, number],
});
const arm = (name: string, low: number, high: number, harmed = false): ArmComparison => ({
  arm: name,
  comparison: between(low, high),
  guardrails: [guardrail('empty', 0.01, harmed ? between(0.02, 0.03) : between(-0.01, 0.02))],
});

test('decides by the interval of the metric', () => {
  const said = (arms: ArmComparison[], more = {}) => {
    const { action, reason, arm: best } = decide(even, arms, { ...options, ...more });
    return [action, reason, best];
  };
  assert.deepEqual(said([arm('b', 0.01, 0.03)]), ['ship', 'better', 'b']);
  assert.deepEqual(said([arm('b', 0.01, 0.03), arm('c', 0.02, 0.06)]), ['ship', 'better', 'c']);
  assert.deepEqual(said([arm('b', -0.01, 0.03)]), ['continue', 'undecided', undefined]);
  assert.deepEqual(said([arm('b', -0.03, -0.01)]), ['stop', 'worse', undefined]);
  assert.deepEqual(said([arm('b', -0.03, -0.01), arm('c', -0.01, 0.01)]), ['continue', 'undecided', undefined]);
  assert.deepEqual(said([arm('b', -0.01, 0.01)], { minimalEffect: 0.02 }), ['stop', 'noRelevantDifference', undefined]);
  assert.deepEqual(said([arm('b', 0.01, 0.03)], { hasEnough: false }), ['continue', 'tooFew', undefined]);
  assert.deepEqual(said([{ arm: 'b', guardrails: [] }]), ['continue', 'undecided', undefined]);
});

test('a harmed guardrail is worth more than the metric, and a broken split more than both', () => {
  const harmed = decide(even, [arm('b', 0.01, 0.03, true)], options);
  assert.deepEqual([harmed.action, harmed.reason], ['stop', 'guardrail']);
  assert.match(harmed.text, /b \(empty \+0\.025 \[\+0\.02, \+0\.03\]\)/);
  const split = sampleRatio([600, 400], [1, 1]);
  assert.equal(decide(split, [arm('b', 0.01, 0.03)], options).action, 'invalid');
});
