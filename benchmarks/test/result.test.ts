import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createReport, formatReport } from '@lorekeep/benchmarks';

test('a report contains finite numbers only', () => {
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
