import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import {
  createReport,
  formatReport,
  interleave,
  machineFigures,
  matmulPeakGflops,
  median,
  peakRssMb,
} from '@lorekeep/benchmarks';

const main = fileURLToPath(new URL('../src/main.ts', import.meta.url));
const bench = (...args: string[]) => spawnSync(process.execPath, [main, ...args], { encoding: 'utf8' });

test('contestants take turns, the order rotates, and warm-up rounds do not count', async () => {
  const calls: string[] = [];
  const contestant = <Name extends string>(name: Name) => ({
    name,
    run: async () => {
      calls.push(name);
      return calls.length;
    },
  });
  const timings = await interleave([contestant('a'), contestant('b')], { rounds: 3, warmup: 1 });
  assert.deepEqual(calls, ['a', 'b', 'b', 'a', 'a', 'b', 'b', 'a']);
  assert.deepEqual(timings.a, { median: 5, best: 4, samples: [4, 5, 8] });
  assert.deepEqual(timings.b.samples, [3, 6, 7]);
});

test('a contestant that returns nothing is timed by the clock', async () => {
  const timings = await interleave([{ name: 'a', run: async () => {} }], { rounds: 2, warmup: 0 });
  assert.equal(timings.a.samples.length, 2);
  assert.ok(timings.a.median >= 0);
});

test('a variable that holds what it cannot be is refused before anything runs, with what is allowed', () => {
  const wrong: [string, string, RegExp][] = [
    ['LOREKEEP_QUALITY_PROTOCOL', 'random', /leave-one-out, temporal/],
    ['LOREKEEP_QUALITY_REFIT', 'none,valid', /one of none, valid/],
    ['LOREKEEP_QUALITY_PRESETS', 'learn,best', /learn-paper/],
    ['LOREKEEP_QUALITY_SEEDS', '42,x', /whole numbers from 0/],
    ['LOREKEEP_QUALITY_PEERS', 'other', /recbole-sasrec/],
  ];
  for (const [name, value, hint] of wrong) {
    const { status, stderr } = spawnSync(process.execPath, [main, 'quality', '--data', 'absent'], {
      encoding: 'utf8',
      env: { ...process.env, [name]: value },
    });
    assert.equal(status, 2, stderr);
    assert.match(stderr, /BENCH_BAD_SETTING/);
    assert.match(stderr, hint);
  }
});

test('nobody, twins and zero rounds cannot be measured', async () => {
  const a = { name: 'a', run: async () => {} };
  await assert.rejects(interleave([]), { code: 'BENCH_BAD_ROUNDS' });
  await assert.rejects(interleave([a, a]), { code: 'BENCH_BAD_ROUNDS' });
  await assert.rejects(interleave([a], { rounds: 0 }), { code: 'BENCH_BAD_ROUNDS' });
  await assert.rejects(interleave([a], { warmup: -1 }), { code: 'BENCH_BAD_ROUNDS' });
});

test('the median is the middle, or the mean of the two middle values', () => {
  assert.equal(median([3, 1, 2]), 2);
  assert.equal(median([4, 1, 2, 3]), 2.5);
});

test('a report holds finite numbers only', () => {
  const result = { figures: { items_per_s: 123.4567891 }, peers: {}, ratios: { fp32_vs_peer: 2 } };
  const report = createReport('encode', result, { threads: 2 });
  assert.deepEqual(report, {
    name: 'encode',
    figures: { items_per_s: 123.4567891 },
    peers: {},
    ratios: { fp32_vs_peer: 2 },
    machine: { threads: 2 },
  });
  assert.match(formatReport(report), /items_per_s\s+123\.45679/);
  for (const value of [Number.NaN, Number.POSITIVE_INFINITY, '3' as unknown as number]) {
    assert.throws(() => createReport('encode', { ...result, peers: { x: value } }, {}), { code: 'BENCH_BAD_RESULT' });
  }
});

test('the machine is described by finite numbers', () => {
  for (const [key, value] of Object.entries({ ...machineFigures(), rss: peakRssMb() })) {
    assert.ok(Number.isFinite(value), key);
  }
});

test('the matrix-product peak is a plausible number of GFLOP/s', async () => {
  const peak = await matmulPeakGflops({ size: 256, rounds: 3 });
  assert.ok(peak > 0.1 && peak < 1e6, `${peak}`);
});

test('an unknown bench, no bench or an unknown flag is wrong usage: exit code 2, nothing on stdout', () => {
  const unknown = bench('no-such-bench');
  assert.equal(unknown.status, 2);
  assert.equal(unknown.stdout, '');
  assert.match(unknown.stderr, /BENCH_UNKNOWN.*no-such-bench[\s\S]*Choose one of/);
  assert.equal(bench().status, 2);
  assert.equal(bench('encode', '--wrong').status, 2);
  assert.equal(bench('--help').status, 0);
});
