/** Log loss and calibration against scikit-learn and statsmodels. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createRandom } from '@lorekeep/core';
import { calibration } from '../../src/metrics/calibration.ts';
import { wilsonInterval } from '../../src/metrics/intervals.ts';
import { CLIP, logLoss } from '../../src/metrics/log-loss.ts';
import { slicesByCount } from '../../src/metrics/slices.ts';
import { close } from './support/close.ts';
import { reference } from './support/reference.ts';

const { labels, probabilities, a, surfaces } = reference;

test('log loss of probabilities and of logits is that of scikit-learn', () => {
  const result = logLoss(probabilities, labels);
  close(result.value, reference.logLoss);
  close(result.baseValue, reference.baseLogLoss);
  close(result.normalisedEntropy, reference.logLoss / reference.baseLogLoss);
  close(result.baseRate, labels.reduce((sum, label) => sum + label, 0) / labels.length);
  // The logits are float32.
  close(logLoss(a[1], labels, { as: 'logits' }).value, reference.logLossOfLogits, 1e-7);
});

test('log loss is clipped, so that one certain and wrong row stays finite', () => {
  const of = Uint8Array.from([1, 0]);
  close(logLoss(Float64Array.from([0, 0.5]), of).value, (-Math.log(CLIP) + Math.LN2) / 2);
  close(logLoss(Float64Array.from([-1e9, 0]), of, { as: 'logits' }).value, (-Math.log(CLIP) + Math.LN2) / 2);
  close(logLoss(Float64Array.from([1, 0]), of).value, CLIP);
});

test('log loss of some rows, of one class, and of no rows', () => {
  const rows = Uint8Array.from(surfaces, (surface) => Number(surface === 1));
  const chosen = Int32Array.from(labels.keys()).filter((row) => rows[row] === 1);
  const expected = logLoss(
    Float64Array.from(chosen, (row) => probabilities[row]),
    Uint8Array.from(chosen, (row) => labels[row]),
  );
  assert.deepEqual(logLoss(probabilities, labels, { rows }), expected);
  const ones = logLoss(Float64Array.from([0.5, 0.5]), Uint8Array.from([1, 1]));
  assert.deepEqual(ones, {
    value: Math.LN2,
    baseRate: 1,
    baseValue: 0,
    normalisedEntropy: Infinity,
    rows: 2,
  });
  assert.ok(Number.isNaN(logLoss(new Float32Array(0), new Uint8Array(0)).value));
});

test('reliability is the calibration curve of scikit-learn, in bins of equal mass and of equal width', () => {
  for (const [equal, strategy] of [['mass', 'quantile'] as const, ['width', 'uniform'] as const])
    for (const bins of [5, 10, 37] as const) {
      const { reliability } = calibration(probabilities, labels, { bins, equal });
      const curve = reference.reliability[strategy][bins];
      assert.equal(reliability.length, curve.rate.length);
      reliability.forEach((bin, at) => {
        close(bin.rate, curve.rate[at]);
        close(bin.prediction, curve.prediction[at]);
      });
      assert.equal(
        reliability.reduce((sum, bin) => sum + bin.rows, 0),
        labels.length,
      );
    }
  assert.deepEqual(calibration(probabilities, labels), calibration(probabilities, labels, { bins: 10, equal: 'mass' }));
});

test('the interval of a rate is that of statsmodels', () => {
  for (const [positives, rows, low, high] of reference.wilson) {
    const interval = wilsonInterval(positives, rows);
    close(interval[0], low);
    close(interval[1], high);
  }
});

test('true probabilities are calibrated, and the error of doubled ones is what they are off', () => {
  const random = createRandom(2);
  const truth = Float64Array.from({ length: 40_000 }, () => 0.02 + 0.4 * random.next());
  const of = Uint8Array.from(truth, (probability) => Number(random.next() < probability));
  const right = calibration(truth, of);
  assert.ok(right.expectedCalibrationError < 0.012 && Math.abs(right.predictedToObserved - 1) < 0.03);
  for (const { rows } of right.reliability) assert.ok(Math.abs(rows - 4000) <= 1);
  const inside = right.reliability.filter(
    ({ prediction, interval: [low, high] }) => low <= prediction && prediction <= high,
  );
  assert.ok(inside.length >= 8);
  const doubled = calibration(
    truth.map((probability) => 2 * probability),
    of,
  );
  assert.ok(Math.abs(doubled.expectedCalibrationError - 0.22) < 0.01);
  assert.ok(Math.abs(doubled.predictedToObserved - 2) < 0.05);
});

test('equal predictions share a bin', () => {
  const of = Uint8Array.from([0, 1, 0, 1, 1, 1]);
  const { reliability, expectedCalibrationError } = calibration(new Float32Array(6).fill(0.5), of, { bins: 4 });
  assert.equal(reliability.length, 1);
  assert.equal(reliability[0].rows, 6);
  close(expectedCalibrationError, 4 / 6 - 0.5);
  const nothing = calibration(new Float32Array(0), new Uint8Array(0));
  assert.deepEqual(nothing.reliability, []);
  assert.ok(Number.isNaN(nothing.expectedCalibrationError));
  assert.equal(calibration(Float32Array.from([0.5]), Uint8Array.from([0])).predictedToObserved, Infinity);
});

test('slices divide rows by ranges of a count', () => {
  const counts = [0, 4, 5, 19, 20, 900, 1];
  assert.deepEqual(
    slicesByCount(counts, [0, 1, 5, 20]).map(({ name, rows }) => [name, ...rows]),
    [
      ['0', 0],
      ['1–4', 1, 6],
      ['5–19', 2, 3],
      ['20+', 4, 5],
    ],
  );
  assert.deepEqual(slicesByCount(counts, [5], Int32Array.from([0, 2]))[0].rows, Int32Array.from([2]));
  assert.throws(() => slicesByCount(counts, [0, 5, 5]), { code: 'EVALUATION_INPUT_INVALID' });
});

test('a wrong input is an error that names it', () => {
  const of = Uint8Array.from([0, 1]);
  const fails = (work: () => unknown, message: RegExp) =>
    assert.throws(work, { code: 'EVALUATION_INPUT_INVALID', kind: 'usage', message });
  for (const metric of [logLoss, calibration]) {
    fails(() => metric(Float32Array.from([0.5, 1.5]), of), /from 0 to 1, but row 1 has 1.5; for logits/);
    fails(() => metric(Float32Array.from([-0.1, 0.5]), of), /from 0 to 1, but row 0/);
    fails(() => metric(Float32Array.from([0.5, Number.NaN]), of), /predictions must be finite numbers, but row 1/);
    fails(() => metric(Float32Array.from([0.5, Infinity]), of, { as: 'logits' }), /must be finite/);
    fails(() => metric(Float32Array.from([0.5]), of), /predictions have 1 rows/);
    fails(() => metric(Float32Array.from([0.5, 0.5]), Uint8Array.from([0, 3])), /label of row 1 is 3/);
  }
  fails(() => calibration(Float32Array.from([0.5, 0.5]), of, { bins: 0 }), /bins must be a whole number/);
});
