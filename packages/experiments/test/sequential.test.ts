/**
 * Intervals and decisions, against simulations with a known truth: users differ in their click rates
 * and come back on many days.
 */
import assert from 'node:assert/strict';
import test from 'node:test';
import { createRandom } from '@lorekeep/core';
import { compareArms, type Ratio, ratioOf, sequenceWidth } from '../src/index.ts';
import { simulate } from './simulation.ts';

const ALPHA = 0.05;
const EXPERIMENTS = 400;

/** In how many experiments a look finds a difference: by plan, and with intervals for one look. */
function found(rates: [number, number], plans: number[]): { sequential: number[]; naive: number } {
  const random = createRandom(11);
  const sequential = plans.map(() => 0);
  let naive = 0;
  for (let experiment = 0; experiment < EXPERIMENTS; experiment++) {
    const looks = simulate({ users: 600, days: 30, rates }, random);
    plans.forEach((planned, plan) => {
      const finds = looks.some(({ treatment, control, lists }) => {
        const compared = compareArms(treatment, control, { clock: lists, planned, alpha: ALPHA });
        return compared !== undefined && (compared.interval[0] > 0 || compared.interval[1] < 0);
      });
      if (finds) sequential[plan] += 1 / EXPERIMENTS;
    });
    if (looks.some(({ treatment, control }) => Math.abs(z(treatment, control)) > 1.96)) naive += 1 / EXPERIMENTS;
  }
  return { sequential, naive };
}

const z = (treatment: Ratio, control: Ratio) =>
  ((treatment.value ?? 0) - (control.value ?? 0)) /
  Math.hypot(treatment.standardError ?? Number.POSITIVE_INFINITY, control.standardError ?? 0);

test('looked at every day, an A/A test finds a difference in at most α of the experiments', (t) => {
  // The plan changes the width, not the guarantee.
  const { sequential, naive } = found([0.1, 0.1], [1_000, 10_000, 100_000]);
  t.diagnostic(`found by plan: ${sequential}; with intervals for one look: ${naive}`);
  for (const share of sequential) assert.ok(share <= ALPHA, String(share));
  assert.ok(naive > 3 * ALPHA, String(naive));
});

test('a difference of 30 % of a click rate of 10 % is found with 10,000 lists in most experiments', (t) => {
  const { sequential } = found([0.1, 0.13], [10_000]);
  t.diagnostic(`found: ${sequential}`);
  assert.ok(sequential[0] >= 0.8, String(sequential));
});

test('the interval of a ratio contains the truth as often as it says', () => {
  const random = createRandom(3);
  const hits = Array.from({ length: 1_000 }, () => {
    const [{ control }] = simulate({ users: 2_000, days: 1, rates: [0.1, 0.1] }, random);
    const [low, high] = control.interval as [number, number];
    return low <= 0.1 && high >= 0.1;
  }).filter(Boolean).length;
  assert.ok(hits >= 930 && hits <= 970, String(hits));
});

test('a ratio with one list a user is the proportion of the textbook', () => {
  const sums = { users: 400, numerator: 100, denominator: 400, numerator2: 100, denominator2: 400, product: 100 };
  const { value, standardError } = ratioOf(sums);
  assert.equal(value, 0.25);
  assert.ok(Math.abs((standardError as number) - Math.sqrt((0.25 * 0.75) / 399)) < 1e-12);
});

test('what cannot be known is not made up', () => {
  const nothing = { users: 0, numerator: 0, denominator: 0, numerator2: 0, denominator2: 0, product: 0 };
  assert.deepEqual(ratioOf(nothing), { value: null, standardError: null, interval: null });
  assert.equal(ratioOf({ ...nothing, users: 1, numerator: 1, denominator: 2 }).interval, null);
  assert.equal(compareArms(ratioOf(nothing), ratioOf(nothing), { clock: 10, planned: 10, alpha: 0.05 }), undefined);
});

test('the width is that of the theorem', () => {
  // Computed by hand for t = 100, planned 100, α = .05: ρ² = (2 ln 20 + ln(2 ln 20 + 1)) / 100.
  const spread = 2 * Math.log(20);
  const rho2 = (spread + Math.log(spread + 1)) / 100;
  const half = Math.sqrt(((2 * (100 * rho2 + 1)) / (100 ** 2 * rho2)) * Math.log(Math.sqrt(100 * rho2 + 1) / 0.05));
  assert.ok(Math.abs(sequenceWidth({ clock: 100, planned: 100, alpha: 0.05 }) / Math.sqrt(100) - half) < 1e-12);
});
