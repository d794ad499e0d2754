/** The small computations behind the figures, against plain ones. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createRandom } from '@lorekeep/core';
import { createLatencyHistogram } from '../../src/dashboard/recorder/latency.ts';
import { projectSpace } from '../../src/dashboard/survey/projection.ts';
import { buildVectorSpace, largest } from '../../src/dashboard/survey/vector-space.ts';
import { wilson } from '../../src/dashboard/views/model.ts';

test('quantiles of times are at most 5 % above those of the sorted times', () => {
  const random = createRandom(5);
  const times = Array.from({ length: 5_000 }, () => 0.05 * Math.exp(8 * random.next()));
  const histogram = createLatencyHistogram();
  assert.equal(histogram.quantile(0.5), undefined);
  for (const time of times) histogram.add(time);
  times.sort((a, b) => a - b);
  for (const q of [0.01, 0.5, 0.9, 0.99, 1]) {
    const exact = times[Math.ceil(q * times.length) - 1];
    const found = histogram.quantile(q) as number;
    assert.ok(found >= exact && found <= exact * 1.0501, `${q}: ${found} for ${exact}`);
  }
});

test("Wilson's interval", () => {
  // Newcombe (1998), Two-sided confidence intervals for the single proportion, table I, method 3.
  const table = [
    [81, 263, 0.2553, 0.3662],
    [15, 148, 0.0624, 0.1605],
    [0, 20, 0, 0.1611],
    [1, 29, 0.0061, 0.1718],
  ];
  for (const [r, n, low, high] of table)
    assert.deepEqual(
      wilson(r / n, n).map((end) => Number(end.toFixed(4))),
      [low, high],
    );
});

/** Points along two known directions, one with more variance than the other, and little noise. */
function plane(count: number, dim: number) {
  const random = createRandom(9);
  return Array.from({ length: count }, () => {
    const point = Float32Array.from({ length: dim }, () => 0.02 * random.normal());
    point[3] += 3 * random.normal();
    point[7] += random.normal();
    point[1] += 5;
    return point;
  });
}

test('the map finds the directions in which points differ, whatever the mean is', async () => {
  const points = plane(400, 12);
  const builder = buildVectorSpace(12, 10);
  for (const point of points) builder.add(point);
  const { place, explained, rows } = await projectSpace(await builder.finish());
  const axis = (which: number) => Float32Array.from({ length: 12 }, (_, k) => (k === which ? 1 : 0));
  assert.ok(place(axis(3))[0] > 0.95);
  assert.ok(Math.abs(place(axis(7))[1]) > 0.9);
  assert.ok(explained > 0.8);
  assert.equal(rows.length, 400);
});

test('cosines at 8 bits are those of the numbers', async () => {
  const points = plane(60, 16);
  const builder = buildVectorSpace(16, 60);
  for (const point of points) builder.add(point);
  const space = await builder.finish();
  const unit = points.map((point) => point.map((value) => value / Math.hypot(...point)));
  const mean = unit[0].map((_, k) => unit.reduce((sum, point) => sum + point[k], 0) / unit.length);
  const centred = unit.map((point) => point.map((value, k) => value - mean[k]));
  const cosine = (a: Float32Array, b: Float32Array) =>
    a.reduce((sum, value, k) => sum + value * b[k], 0) / Math.hypot(...a) / Math.hypot(...b);
  const found = await space.similarities(points[5]);
  found.forEach((value, row) => {
    assert.ok(Math.abs(value - cosine(centred[5], centred[row])) < 0.02, `${row}`);
  });
  assert.ok(found[5] > 0.99);
  const [best] = largest(found, 1);
  assert.ok(found.every((value) => value <= found[best]));
  assert.notEqual(largest(found, 1, (row) => row === best)[0], best);
});
