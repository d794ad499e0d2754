/**
 * The paired difference in GAUC: against the clustered regression of statsmodels, and by simulation
 * with a known true difference.
 */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createRandom, type Random } from '@lorekeep/core';
import { gauc } from '../../src/metrics/gauc.ts';
import { groupsOf } from '../../src/metrics/groups.ts';
import { pairedGauc } from '../../src/metrics/paired-gauc.ts';
import { close } from './support/close.ts';
import { reference } from './support/reference.ts';

const { users, surfaces, windows, labels, a, b } = reference;
const { groups } = groupsOf({ users, surfaces, windows });
const rows = { labels, groups, users };

test('difference, standard error and interval are those of a regression of statsmodels, clustered by user', () => {
  const surface1 = Uint8Array.from(surfaces, (surface) => Number(surface === 1));
  for (const [result, expected] of [
    [pairedGauc(a, b, rows), reference.paired.impressions],
    [pairedGauc(a, b, rows, { weight: 'positives' }), reference.paired.positives],
    [pairedGauc(a, b, rows, { weight: 'groups' }), reference.paired.groups],
    [pairedGauc(a, b, rows, { rows: surface1 }), reference.pairedOfSurface1],
  ] as const) {
    close(result.difference, expected.difference);
    close(result.standardError, expected.standardError, 1e-10);
    close(result.interval[0], expected.interval[0], 1e-10);
    close(result.interval[1], expected.interval[1], 1e-10);
    assert.equal(result.groups, expected.groups);
  }
});

test('the difference is that of the mean GAUC of the runs, with the deviation between seeds', () => {
  const result = pairedGauc(a, b, rows);
  const [ofA, ofB] = [a, b].map((runs) => runs.map((scores) => gauc(scores, labels, groups).value));
  result.a.forEach((value, run) => void close(value, ofA[run]));
  result.b.forEach((value, run) => void close(value, ofB[run]));
  close(result.difference, (ofA[0] + ofA[1] + ofA[2]) / 3 - (ofB[0] + ofB[1]) / 2);
  // Over all pairs of runs, as the mean over runs.
  const pairs = a.flatMap((one) => b.map((other) => pairedGauc([one], [other], rows).difference));
  close(result.difference, pairs.reduce((sum, value) => sum + value, 0) / pairs.length);
  const mean = (ofA[0] + ofA[1] + ofA[2]) / 3;
  const variances = [ofA.reduce((sum, value) => sum + (value - mean) ** 2, 0) / 2, (ofB[0] - ofB[1]) ** 2 / 2];
  close(result.seedStandardError, Math.sqrt(variances[0] / 3 + variances[1] / 2));
  assert.ok(Number.isNaN(pairedGauc([a[0]], b, rows).seedStandardError));
});

test('swapping the rankers turns the sign; a ranker does not differ from itself', () => {
  const forward = pairedGauc(a, b, rows);
  const backward = pairedGauc(b, a, rows);
  close(backward.difference, -forward.difference);
  close(backward.standardError, forward.standardError);
  const same = pairedGauc(a, a, rows);
  assert.deepEqual([same.difference, same.standardError, ...same.interval], [0, 0, 0, 0]);
});

/** Users with a shared effect on all their groups, so that the groups of a user are alike. */
function simulated(random: Random, count: number) {
  const of = { users: [] as number[], windows: [] as number[], labels: [] as number[] };
  const scores: [number[], number[]] = [[], []];
  for (let user = 0; user < count; user++) {
    const gain = 0.5 * random.normal();
    const activity = 1 + random.int(5);
    for (let window = 0; window < activity; window++)
      for (let row = 0; row < 6 + random.int(6); row++) {
        const taste = random.normal();
        of.users.push(user);
        of.windows.push(window);
        of.labels.push(Number(random.next() < 1 / (1 + Math.exp(-1.5 * taste))));
        const noise = random.normal();
        // The gain is for very active users only half as large: weights and differences correlate.
        scores[0].push((0.9 + gain / (activity > 3 ? 2 : 1)) * taste + noise);
        scores[1].push(0.6 * taste + noise);
      }
  }
  const { groups } = groupsOf(of);
  return {
    scores: scores.map((values) => Float32Array.from(values)),
    rows: { labels: Uint8Array.from(of.labels), groups, users: of.users },
  };
}

test('95 % of the intervals contain the true difference, and the bootstrap over users agrees', () => {
  const random = createRandom(11);
  const large = simulated(random, 20_000);
  const truth = pairedGauc([large.scores[0]], [large.scores[1]], large.rows);
  assert.ok(truth.standardError < 0.001 && truth.difference > 0.02, `${truth.difference} ± ${truth.standardError}`);
  const SAMPLES = 400;
  let covered = 0;
  let byGroups = 0;
  const differences: number[] = [];
  let errors = 0;
  let bootstrapErrors = 0;
  for (let sample = 0; sample < SAMPLES; sample++) {
    const { scores, rows } = simulated(random, 120);
    const one = pairedGauc([scores[0]], [scores[1]], rows, { bootstrap: { resamples: 200, seed: sample } });
    covered += Number(one.interval[0] <= truth.difference && truth.difference <= one.interval[1]);
    differences.push(one.difference);
    errors += one.standardError / SAMPLES;
    bootstrapErrors += one.bootstrap!.standardError / SAMPLES;
    // As if the groups of a user were independent.
    const naive = pairedGauc([scores[0]], [scores[1]], { ...rows, users: rows.groups });
    byGroups += Number(naive.interval[0] <= truth.difference && truth.difference <= naive.interval[1]);
  }
  const mean = differences.reduce((sum, value) => sum + value, 0) / SAMPLES;
  const deviation = Math.sqrt(differences.reduce((sum, value) => sum + (value - mean) ** 2, 0) / (SAMPLES - 1));
  // A share of 400 samples has a standard error of 1 %, a standard deviation one of 3 %.
  assert.ok(covered / SAMPLES > 0.92 && covered / SAMPLES < 0.975, `${covered} of ${SAMPLES}`);
  assert.ok(byGroups < covered - 10, `${byGroups} by groups, ${covered} by users`);
  assert.ok(Math.abs(errors / deviation - 1) < 0.1, `${errors} ${deviation}`);
  assert.ok(Math.abs(bootstrapErrors / errors - 1) < 0.03, `${bootstrapErrors} ${errors}`);
});

test('the interval of the bootstrap is near the linearised one, and depends on its seed alone', () => {
  const options = { bootstrap: { resamples: 4000, seed: 5 } };
  const { interval, standardError, bootstrap } = pairedGauc(a, b, rows, options);
  assert.deepEqual(pairedGauc(a, b, rows, options).bootstrap, bootstrap);
  for (const end of [0, 1]) assert.ok(Math.abs(bootstrap!.interval[end] - interval[end]) < 0.3 * standardError);
});

test('without two users there is a difference but no standard error', () => {
  const one = pairedGauc([a[0]], [b[0]], rows, {
    rows: Uint8Array.from(users, (user) => Number(user === users[0])),
    bootstrap: { resamples: 10, seed: 1 },
  });
  assert.equal(one.users, 1);
  assert.ok(Number.isFinite(one.difference) && Number.isNaN(one.standardError));
  assert.ok(Number.isNaN(one.bootstrap!.standardError));
  const none = pairedGauc([a[0]], [b[0]], rows, { rows: new Int32Array(0), bootstrap: { resamples: 10, seed: 1 } });
  assert.deepEqual([none.users, none.groups], [0, 0]);
  assert.ok(Number.isNaN(none.difference) && Number.isNaN(none.standardError));
});

test('a wrong input is an error that names it', () => {
  const fails = (work: () => unknown, message: RegExp) =>
    assert.throws(work, { code: 'EVALUATION_INPUT_INVALID', kind: 'usage', message });
  fails(() => pairedGauc([], b, rows), /at least one run/);
  fails(() => pairedGauc(a, [b[0], b[1].slice(1)], rows), /scores have 599 rows/);
  fails(() => pairedGauc(a, b, { ...rows, users: users.slice(1) }), /users have 599 rows/);
  fails(() => pairedGauc(a, b, { labels, users, groups: surfaces }), /must not mix users, but rows \d+ and \d+/);
  fails(() => pairedGauc(a, b, rows, { bootstrap: { resamples: 5, seed: 1 } }), /resamples/);
  fails(() => pairedGauc([a[0].map(() => Number.NaN)], b, rows), /scores must be finite/);
  fails(() => pairedGauc(a, b, { ...rows, users: Array.from(users, () => 0.5) }), /users must be integers/);
});
