import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { benchNames, loadBench } from '@lorekeep/benchmarks';

const main = fileURLToPath(new URL('../src/main.ts', import.meta.url));
const bench = (...args: string[]) => spawnSync(process.execPath, [main, ...args], { encoding: 'utf8' });

test('every bench loads', async () => {
  for (const name of benchNames) assert.equal(typeof (await loadBench(name)).run, 'function', name);
});

test('an environment variable with an invalid value is refused before anything runs, and the error says what is allowed', () => {
  const wrong: [string, string, RegExp][] = [
    ['LOREKEEP_QUALITY_PROTOCOL', 'random', /leave-one-out, temporal/],
    ['LOREKEEP_QUALITY_REFIT', 'none,valid', /one of none, valid/],
    ['LOREKEEP_QUALITY_PRESETS', 'learn,best', /learn-paper/],
    ['LOREKEEP_QUALITY_SEEDS', '42,x', /whole numbers from 0/],
    ['LOREKEEP_QUALITY_PEERS', 'other', /recbole-sasrec/],
    ['LOREKEEP_ABLATIONS_SEEDS', 'x', /whole numbers from 0/],
    ['LOREKEEP_ABLATIONS_RUNS', 'tower_d', /full_tower_b.*new_items, pretraining/],
  ];
  const benchOf = (variable: string) => variable.split('_')[1].toLowerCase();
  for (const [name, value, hint] of wrong) {
    const { status, stderr } = spawnSync(process.execPath, [main, benchOf(name), '--data', 'absent'], {
      encoding: 'utf8',
      env: { ...process.env, [name]: value },
    });
    assert.equal(status, 2, stderr);
    assert.match(stderr, /BENCH_BAD_SETTING/);
    assert.match(stderr, hint);
  }
});

test('an unknown bench, no bench and an unknown flag are wrong usage: exit code 2, nothing on stdout', () => {
  const unknown = bench('no-such-bench');
  assert.equal(unknown.status, 2);
  assert.equal(unknown.stdout, '');
  assert.match(unknown.stderr, /BENCH_UNKNOWN.*no-such-bench[\s\S]*Choose one of/);
  assert.equal(bench().status, 2);
  assert.equal(bench('encode', '--wrong').status, 2);
  assert.equal(bench('--help').status, 0);
});
