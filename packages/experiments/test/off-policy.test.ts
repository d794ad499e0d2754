/** Off-policy estimates against a simulation whose truth is known exactly. */
import assert from 'node:assert/strict';
import test from 'node:test';
import { createRandom, type Random } from '@lorekeep/core';
import { type Estimate, estimateOffPolicy, type LoggedChoice } from '../src/index.ts';

/** Click rates of three choices, for two kinds of users. */
const RATES = [
  [0.1, 0.3, 0.05],
  [0.4, 0.1, 0.05],
];
const LOGGED = [0.6, 0.3, 0.1];
/** The other policy knows the kinds of users. */
const TARGET = [
  [0.1, 0.8, 0.1],
  [0.8, 0.1, 0.1],
];
const TRUTH = (0.1 * 0.1 + 0.8 * 0.3 + 0.1 * 0.05 + (0.8 * 0.4 + 0.1 * 0.1 + 0.1 * 0.05)) / 2;

function log(n: number, random: Random, hasModel: boolean): LoggedChoice[] {
  return Array.from({ length: n }, () => {
    const kind = random.int(2);
    const point = random.next();
    const choice = point < LOGGED[0] ? 0 : point < LOGGED[0] + LOGGED[1] ? 1 : 2;
    // A model with an error of its own: doubly robust must not inherit it.
    const model = (of: number) => RATES[kind][of] * 0.8 + 0.01;
    return {
      reward: random.next() < RATES[kind][choice] ? 1 : 0,
      propensity: LOGGED[choice],
      target: TARGET[kind][choice],
      ...(hasModel && {
        model: {
          logged: model(choice),
          target: [0, 1, 2].reduce((sum, of) => sum + TARGET[kind][of] * model(of), 0),
        },
      }),
    };
  });
}

test('all three estimates are right, and their intervals contain the truth as often as they say', () => {
  const random = createRandom(5);
  const hits = { ips: 0, snips: 0, doublyRobust: 0 };
  const means = { ips: 0, snips: 0, doublyRobust: 0 };
  const RUNS = 400;
  for (let run = 0; run < RUNS; run++) {
    const result = estimateOffPolicy(log(2_000, random, true));
    assert.ok(result.isEstimable);
    for (const name of ['ips', 'snips', 'doublyRobust'] as const) {
      const { value, interval } = result[name] as Estimate;
      means[name] += value / RUNS;
      if (interval[0] <= TRUTH && interval[1] >= TRUTH) hits[name]++;
    }
  }
  for (const name of ['ips', 'snips', 'doublyRobust'] as const) {
    assert.ok(Math.abs(means[name] - TRUTH) < 0.003, `${name}: ${means[name]} is not ${TRUTH}`);
    assert.ok(hits[name] / RUNS > 0.92, `${name}: ${hits[name]} of ${RUNS}`);
  }
});

test('a good model makes the interval narrower', () => {
  const result = estimateOffPolicy(log(5_000, createRandom(9), true));
  assert.ok(result.isEstimable);
  const width = ({ interval: [low, high] }: Estimate) => high - low;
  assert.ok(width(result.doublyRobust as Estimate) < width(result.ips));
});

test('clipping cuts the largest weights, and is told', () => {
  const result = estimateOffPolicy(log(5_000, createRandom(9), false), { clip: 2 });
  assert.ok(result.isEstimable && result.clippedShare > 0.1 && result.ips.value < TRUTH);
  assert.equal(result.doublyRobust, undefined);
});

test('the effective sample size is that of equal weights for the same policy', () => {
  const same = log(1_000, createRandom(2), false).map((one) => ({ ...one, target: one.propensity }));
  const result = estimateOffPolicy(same);
  assert.deepEqual([result.effectiveSampleSize, result.meanWeight], [1_000, 1]);
});

test('where the log has no answer, none is given', () => {
  const reasonOf = (choices: LoggedChoice[]) => {
    const result = estimateOffPolicy(choices);
    return result.isEstimable ? 'estimable' : result.reason;
  };
  assert.equal(reasonOf([]), 'noChoices');
  assert.equal(reasonOf([{ reward: 1, propensity: 0, target: 1 }]), 'noPropensities');
  // The present policy has no randomness: every propensity is 1.
  assert.equal(
    reasonOf(Array.from({ length: 500 }, () => ({ reward: 1, propensity: 1, target: 0.5 }))),
    'noPropensities',
  );
  const chosen = log(1_000, createRandom(4), false);
  assert.equal(reasonOf(chosen.map((one) => ({ ...one, target: 0 }))), 'noOverlap');
  // The other policy mostly chooses what the log never does.
  assert.equal(reasonOf(chosen.map((one) => ({ ...one, target: one.propensity / 5 }))), 'noOverlap');
  assert.equal(reasonOf(chosen.slice(0, 50).map((one) => ({ ...one, target: one.propensity }))), 'tooFewEffective');
});
