/** The log before a moment equals the log of a store that never had the later events. */
import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { createRandom } from '@lorekeep/core';
import { type Event, openStore } from '@lorekeep/store';
import { logBefore } from '../../src/jobs/run/part-of-log.ts';

const random = createRandom(9);
const TYPES = ['purchase', 'click', 'dislike'];
const events = Array.from(
  { length: 400 },
  (_, n): Event => ({
    user: `u${random.int(12)}`,
    item: `i${random.int(30)}`,
    type: TYPES[random.int(TYPES.length)],
    timestamp: 1000 + n,
  }),
);
const items = Array.from({ length: 30 }, (_, n) => ({ id: `i${n}`, title: `item ${n}` }));

async function logOf(t: { after(work: () => Promise<void>): void }, some: Event[]) {
  const dir = await mkdtemp(join(tmpdir(), 'lorekeep-log-'));
  t.after(() => rm(dir, { recursive: true }));
  const store = await openStore(join(dir, 'store.sqlite'));
  await store.upsertItems(items);
  await store.appendEvents(some);
  const log = await store.interactionLog({ types: true });
  await store.close();
  return log;
}

test('all that a model learns from is the same', async (t) => {
  const whole = await logOf(t, events);
  for (const moment of [1000, 1250, 1399, 2000]) {
    const cut = logBefore(whole, moment);
    const real = await logOf(
      t,
      events.filter(({ timestamp }) => (timestamp as number) < moment),
    );
    const known = (log: typeof cut) =>
      log.userIds.flatMap((user, row) => {
        const span = [log.offsets[row], log.offsets[row + 1]] as const;
        const named = [...log.items.subarray(...span)].map((item) => log.itemIds[item]);
        const types = [...log.types!.of.subarray(...span)].map((type) => log.types!.names[type]);
        return named.length === 0 ? [] : [[user, named, [...log.timestamps.subarray(...span)], types]];
      });
    assert.deepEqual(known(cut), known(real));
  }
  assert.equal(logBefore(whole, 2000).fingerprint, whole.fingerprint);
});

test('no negative event that may have come later is left', async (t) => {
  const whole = await logOf(t, events);
  const moment = 1200;
  const cut = logBefore(whole, moment);
  const before = new Set(
    events.filter(({ timestamp }) => (timestamp as number) < moment).map(({ user, item }) => `${user} ${item}`),
  );
  let count = 0;
  for (let user = 0; user < cut.userIds.length; user++)
    for (let at = cut.negatives!.offsets[user]; at < cut.negatives!.offsets[user + 1]; at++) {
      assert.ok(before.has(`${cut.userIds[user]} ${cut.itemIds[cut.negatives!.items[at]]}`));
      count++;
    }
  assert.ok(count > 20, `${count}`);
});
