import assert from 'node:assert/strict';
import { createRandom } from '@lorekeep/core';
import type { KnowledgeEntries } from '../contract/data.ts';
import {
  allPairs,
  assertClose,
  type Check,
  entriesOf,
  expected,
  SCHEMA,
  SPACE,
  smallShop,
  withoutIds,
} from './support.ts';

const USERS = 6;
const ITEMS = 6;
const STEPS = 60;

export function randomChecks(check: Check): void {
  for (const seed of [1, 2])
    check(`publications, updates, erasures and reads in random order, seed ${seed}`, async (place) => {
      const random = createRandom(seed);
      let store = await place.open();
      /** Version → what was written to it, in order. */
      const model = new Map<string, KnowledgeEntries[]>();
      const some = (letter: string, count: number) =>
        Array.from({ length: 1 + random.int(3) }, () => `${letter}${random.int(count)}`);
      for (let step = 0; step < STEPS; step++) {
        const versions = [...model.keys()];
        const action = versions.length === 0 ? 0 : random.int(10);
        if (action === 0 && versions.length < 4) {
          const version = `v${step}`;
          const entries = smallShop(step, random.int(USERS + 1), random.int(ITEMS + 1)).filter(
            ({ ids }) => ids.length > 0,
          );
          await store.publish(SPACE, { version, schema: SCHEMA, entries, precision: 'fp32' });
          model.set(version, entries);
        } else if (action < 6) {
          const version = versions[random.int(versions.length)];
          const users = some('u', USERS);
          const update = [
            entriesOf('user', users, 1000 + step),
            entriesOf(
              'userCategory',
              users,
              2000 + step,
              users.map(() => `c${random.int(2)}`),
            ),
          ];
          await store.updateUsers(SPACE, version, update);
          model.set(version, [...(model.get(version) ?? []), ...update]);
        } else if (action < 9) {
          const [users, items] = [some('u', USERS).slice(1), some('i', ITEMS).slice(1)];
          await store.remove(SPACE, { users, items });
          for (const [version, entries] of model) model.set(version, withoutIds(entries, users, items));
        } else store = await place.open();
        for (const [version, entries] of model) {
          const wanted = expected(entries, allPairs(USERS, ITEMS));
          const answer = await store.read(SPACE, version, allPairs(USERS, ITEMS));
          assert.deepEqual(Array.from(answer.present), wanted.present, `step ${step}`);
          assertClose(answer.values, wanted.values, 1e-6);
        }
      }
    });
}
