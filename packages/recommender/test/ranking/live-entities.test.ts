import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { RankingData } from '@lorekeep/ranking';
import { createLiveEntities } from '../../src/ranking/live-entities.ts';

const names = { userIds: ['ann', 'bo'], itemIds: ['a'], surfaceNames: ['home'], outcomeNames: ['click'] };
const field = () => ({ name: 'country', codes: Int32Array.of(0, 1), values: ['fr', 'jp'] });
const data = () => ({ log: { ...names }, names, items: [], users: [field()] }) as unknown as RankingData;

test('an erased user is an unknown one, and stays one after a new event', () => {
  const live = createLiveEntities(data());
  assert.equal(live.forgetUser('ann'), 0);
  assert.equal(live.forgetUser('ann'), undefined);
  const asked = live.borrow('ann', ['a']);
  assert.equal(asked.knowsUser, false);
  // A vocabulary that was trained before the erasure is asked by name.
  assert.equal(live.entities.names.userIds[asked.user], '');
  asked.release();
  const again = live.user('ann');
  assert.equal(live.entities.names.userIds[again], '');
  assert.equal(live.entities.users[0].codes[0], -1);
  assert.deepEqual(live.entities.names.userIds.slice(0, 2), ['', 'bo']);
});

test('a user that was erased before the start has no name that a vocabulary knows', () => {
  const live = createLiveEntities(data());
  const asked = live.borrow('erased-before', []);
  assert.equal(live.entities.names.userIds[asked.user], '');
  asked.release();
  assert.equal(live.borrow('bo', []).user, 1);
});
