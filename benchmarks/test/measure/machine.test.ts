import assert from 'node:assert/strict';
import { test } from 'node:test';
import { machineFigures, matmulPeakGflops, peakRssMb } from '@lorekeep/benchmarks';

test('the machine is described by finite numbers', () => {
  for (const [key, value] of Object.entries({ ...machineFigures(), rss: peakRssMb() })) {
    assert.ok(Number.isFinite(value), key);
  }
});

test('the peak of matrix products is a plausible number of GFLOP/s', async () => {
  const peak = await matmulPeakGflops({ size: 256, rounds: 3 });
  assert.ok(peak > 0.1 && peak < 1e6, `${peak}`);
});
