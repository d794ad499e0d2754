import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { evaluateRanking } from '../../src/index.ts';
import { SMALL, smallLog } from '../small-log.ts';

const data = smallLog({ rows: 6000, users: 15 });
const { log } = data;
const options = {
  data,
  task: { outcome: 'click' },
  start: log.timestamps[0] + 4 * 86_400,
  days: 2,
  count: 4,
  ranker: { ...SMALL, taskHidden: [], towers: 0 },
  superDomain: { ...SMALL, initial: 0.1, learningRate: 0.01 },
  length: 8,
};

describe('evaluation of a ranker with knowledge', () => {
  it('shows what a small surface gains from a large one', async () => {
    const found = await evaluateRanking({ ...options, surfaces: ['side'], seeds: [1, 2] });
    const side = log.surfaces.filter(
      (surface, row) => surface === 1 && log.timestamps[row] >= options.start + 4 * 86_400,
    );
    assert.equal(found.rows, side.length);
    assert.equal(found.runs, 2);
    const { difference, standardError } = found.lifts.knowledge!;
    assert.ok(difference > 2 * standardError, `${difference} ± ${standardError}`);
    assert.deepEqual(Object.keys(found.bySurface), ['side']);
    assert.ok(found.methods.knowledge!.logLoss < found.methods.base!.logLoss);
  });

  it('repeats itself to the bit', async () => {
    const run = () => evaluateRanking({ ...options, seeds: [3] });
    assert.deepEqual(await run(), await run());
  });

  it('evaluates a ranker alone', async () => {
    const found = await evaluateRanking({ ...options, superDomain: false, seeds: [1] });
    assert.deepEqual(Object.keys(found.methods), ['base']);
    assert.deepEqual(found.lifts, {});
  });

  it('refuses what cannot be evaluated', async () => {
    const refused = (changes: object, code: string) =>
      assert.rejects(evaluateRanking({ ...options, seeds: [1], ...changes }), { code });
    await refused({ surfaces: ['nowhere'] }, 'OPTION_INVALID');
    await refused({ warmUp: 0 }, 'OPTION_INVALID');
    await refused({ warmUp: 4 }, 'OPTION_INVALID');
    await refused({ seeds: [] }, 'OPTION_INVALID');
    await refused({ share: 0 }, 'OPTION_INVALID');
    await refused({ task: { outcome: 'like' } }, 'RANKING_TASK_UNKNOWN');
    await refused({ start: log.timestamps.at(-1)! - 60 }, 'RANKING_TOO_SHORT');
  });
});
