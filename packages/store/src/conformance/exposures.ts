/** The exposure log: what is stored comes back, is bounded, and goes with its user. */
import assert from 'node:assert/strict';
import type { Exposure } from '../contract/impressions/exposure-log.ts';
import { at, type Check, collect } from './support.ts';

const list = (request: string, rest: Partial<Exposure> = {}): Exposure => ({
  request,
  timestamp: 1_700_000_000.5,
  version: 'v1',
  source: 'linear',
  milliseconds: 2.5,
  items: ['a', 'b'],
  ...rest,
});
const requests = (exposures: readonly Exposure[]) => exposures.map(({ request }) => request);

export function exposuresChecks(check: Check): void {
  check('exposures come back as they were, in order of arrival', async ({ store, reopen }) => {
    const full = list('r1', {
      ...{ user: 'u', experiment: 'e', arm: 'home@2', scenario: 'home@2', surface: 'home' },
      items: ['ü "quoted"', '😀'],
    });
    const { source: _, ...failed } = list('r2', { items: [] });
    assert.equal(await store.appendExposures([full, failed]), 2);
    await store.upsertItems([{ id: 'a' }]);
    await store.appendEvents([at('u', 'a', 1)]);
    await store.appendExposures([list('r3', { experiment: 'e' })]);
    const later = reopen === undefined ? store : await reopen();
    const stored = await collect(later.exposures({ batchSize: 2 }));
    assert.deepEqual(
      stored.map(({ arrival: _, ...exposure }) => exposure),
      [full, failed, list('r3', { experiment: 'e' })],
    );
    // The outcomes of a list arrive behind it.
    assert.equal(stored[0].arrival, -1);
    assert.deepEqual((await collect(later.events({ after: stored[0].arrival }))).length, 1);
    assert.deepEqual((await collect(later.events({ after: stored[2].arrival }))).length, 0);
    assert.deepEqual(requests(await collect(later.exposures({ experiment: 'e' }))), ['r1', 'r3']);
    assert.deepEqual(requests(await collect(later.exposures({ newest: 2 }))), ['r2', 'r3']);
    assert.deepEqual(requests(await collect(later.exposures({ newest: 1, experiment: 'e' }))), ['r3']);
    assert.deepEqual([await later.countExposures(), await later.countExposures('e')], [3, 2]);
  });

  check('the oldest exposures beyond a number go, of experiments and of others apart', async ({ store }) => {
    await store.appendExposures([
      ...['e1', 'e2', 'e3'].map((request) => list(request, { experiment: 'e' })),
      ...['o1', 'o2', 'o3'].map((request) => list(request)),
    ]);
    assert.equal(await store.pruneExposures({ experiments: 2, others: 1 }), 3);
    assert.deepEqual(requests(await collect(store.exposures())), ['e2', 'e3', 'o3']);
    assert.equal(await store.pruneExposures({ experiments: 2, others: 1 }), 0);
  });

  check('exposures go with their user, also of a user without events, and do not come back', async ({ store }) => {
    await store.upsertItems([{ id: 'a' }]);
    await store.appendEvents([at('u', 'a', 1), at('v', 'a', 2)]);
    await store.appendExposures([list('r1', { user: 'u' }), list('r2', { user: 'new' }), list('r3', { user: 'v' })]);
    const deleted = await store.deleteUsers(['u', 'new', 'gone']);
    assert.deepEqual([deleted.users, deleted.events, deleted.unknown], [2, 1, 1]);
    assert.deepEqual(requests(await collect(store.exposures())), ['r3']);
    // What a service still had in memory.
    assert.equal(await store.appendExposures([list('r4', { user: 'u' }), list('r5', { user: 'new' })]), 0);
    await store.appendEvents([at('u', 'a', 3)]);
    assert.equal(await store.appendExposures([list('r6', { user: 'u' }), list('r7')]), 2);
    assert.deepEqual(requests(await collect(store.exposures())), ['r3', 'r6', 'r7']);
    await store.purge();
    assert.deepEqual(await store.verify(), []);
  });
}
