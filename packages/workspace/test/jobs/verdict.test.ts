/** The rule of the gate, against intervals that are computed here. */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { createRandom } from '@lorekeep/core';
import { pairedDifferences } from '@lorekeep/evaluation';
import { tooFew, verdictOf, withErasure } from '../../src/jobs/run/verdict.ts';
import { jobSettingsSchema } from '../../src/jobs/settings.ts';

const gate = jobSettingsSchema.parse({}).gate;
const compared = { users: 1000, live: 0.2, candidate: 0.2, difference: 0 };

describe('the verdict', () => {
  test('is by the place of the whole interval', () => {
    const cases = [
      { interval: [-0.009, 0.009], finding: 'not-worse' },
      { interval: [0.01, 0.02], finding: 'not-worse' },
      { interval: [-0.011, 0.009], finding: 'unclear' },
      { interval: [-0.05, 0.2], finding: 'unclear' },
      { interval: [-0.05, -0.011], finding: 'worse' },
    ] as const;
    for (const { interval, finding } of cases) {
      const verdict = verdictOf(gate, { ...compared, interval });
      assert.deepEqual([verdict.finding, verdict.publish], [finding, finding === 'not-worse']);
      const lenient = verdictOf({ ...gate, rule: 'unless-worse' }, { ...compared, interval });
      assert.deepEqual([lenient.finding, lenient.publish], [finding, finding !== 'worse']);
    }
  });

  test('without a tolerance asks for an improvement, and a live version without hits is no obstacle', () => {
    const strict = { ...gate, tolerance: 0 };
    assert.equal(verdictOf(strict, { ...compared, interval: [-0.0001, 0.1] }).finding, 'unclear');
    assert.equal(verdictOf(strict, { ...compared, interval: [0, 0.1] }).finding, 'not-worse');
    assert.equal(verdictOf(gate, { ...compared, live: 0, interval: [0, 0] }).finding, 'not-worse');
  });

  test('too few users show nothing, and an erasure does not wait for them', () => {
    const verdict = tooFew(gate, 12);
    assert.deepEqual([verdict.finding, verdict.publish], ['unclear', false]);
    assert.equal(tooFew({ ...gate, rule: 'unless-worse' }, 12).publish, true);
    assert.equal(withErasure(verdict).publish, true);
    const worse = verdictOf(gate, { ...compared, interval: [-0.2, -0.1] });
    assert.equal(withErasure(worse).publish, false);
  });

  test('lets a version that is worse by twice the tolerance through in at most one of forty cases', () => {
    // Simulated shops: the live version finds 30 % of the targets, the candidate 27 %.
    const random = createRandom(5);
    let published = 0;
    const trials = 80;
    for (let trial = 0; trial < trials; trial++) {
      const users = 400;
      const live = new Float64Array(users);
      const candidate = new Float64Array(users);
      for (let user = 0; user < users; user++) {
        const luck = random.next();
        live[user] = luck < 0.3 ? 1 : 100;
        // Both mostly agree, as two trainings of one shop do.
        candidate[user] = (random.next() < 0.8 ? luck : random.next()) < 0.27 ? 1 : 100;
      }
      const { difference, interval } = pairedDifferences(candidate, live, { seed: trial })['recall@10'];
      const share = (ranks: Float64Array) => ranks.filter((rank) => rank <= 10).length / users;
      const metrics = { live: share(live), candidate: share(candidate) };
      if (verdictOf(gate, { users, ...metrics, difference, interval }).publish) published++;
    }
    assert.ok(published <= trials / 40, `${published} of ${trials}`);
  });
});
