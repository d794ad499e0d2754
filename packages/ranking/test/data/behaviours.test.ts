/** Behaviour sequences: bounded, newest first, and frozen until they are committed. */
import assert from 'node:assert/strict';
import test from 'node:test';
import { createRandom } from '@lorekeep/core';
import { type Behaviours, createBehaviours } from '../../src/index.ts';

function itemsOf(behaviours: Behaviours, user: number): number[] {
  const into = {
    items: new Int32Array(behaviours.length),
    kinds: new Int32Array(behaviours.length),
    timestamps: new Float64Array(behaviours.length),
  };
  return [...into.items.subarray(0, behaviours.read(user, into, 0))];
}

test('behaviours that are recorded are not read before they are committed', () => {
  const behaviours = createBehaviours(3);
  const one = (item: number) => ({ users: [0], items: [item], timestamps: [item], kinds: [1] });
  behaviours.record(one(5));
  assert.deepEqual(itemsOf(behaviours, 0), []);
  behaviours.commit();
  behaviours.record(one(6));
  assert.deepEqual(itemsOf(behaviours, 0), [5]);
  behaviours.commit();
  behaviours.commit();
  assert.deepEqual(itemsOf(behaviours, 0), [6, 5]);
});

test('the last behaviours of each user are those of plain lists', () => {
  const random = createRandom(1);
  const behaviours = createBehaviours(4);
  const lists = new Map<number, number[]>();
  for (let part = 0; part < 20; part++) {
    const users = random.ints(3000, new Int32Array(500)).map((user) => (user < 1500 ? user % 10 : user));
    const items = random.ints(100, new Int32Array(500));
    behaviours.record({ users, items, timestamps: new Float64Array(500), kinds: new Int32Array(500) });
    behaviours.commit();
    for (const [i, user] of users.entries()) lists.set(user, [items[i], ...(lists.get(user) ?? [])].slice(0, 4));
  }
  for (const [user, items] of lists) assert.deepEqual(itemsOf(behaviours, user), items);
  for (const unknown of [-1, 1e6]) assert.deepEqual(itemsOf(behaviours, unknown), []);
});
