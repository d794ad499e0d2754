/** The log is learned part by part: memory holds one day, or a part of a busy one. */
import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import type { ImpressionColumns } from '@lorekeep/store';
import { openWorkspace, type Workspace } from '../../src/index.ts';
import { spoolLog } from '../../src/ranking/log/spooled-log.ts';
import { partsAfter, partsUntil } from '../../src/ranking/log/walk.ts';

const DAY = 86_400;
const COLUMNS = ['users', 'items', 'timestamps', 'surfaces', 'positions', 'requests', 'outcomes'] as const;
let dir = '';
let workspace: Workspace;

before(async () => {
  dir = await mkdtemp(join(tmpdir(), 'lorekeep-parts-'));
  workspace = await openWorkspace(join(dir, 'shop'), { create: true });
  await workspace.importSimulatedShop({ events: 4_000, users: 30, items: 60, days: 10 });
});
after(async () => {
  await workspace.close();
  await rm(dir, { recursive: true });
});

async function joined(parts: AsyncIterable<ImpressionColumns>): Promise<Record<string, number[]>> {
  const all: Record<string, number[]> = Object.fromEntries(COLUMNS.map((name) => [name, []]));
  for await (const part of parts) for (const name of COLUMNS) all[name].push(...part[name]);
  return all;
}

test('the parts are the whole log, cut between days and between times', async () => {
  const whole = await workspace.store.impressionLog();
  const log = await spoolLog(workspace.store, 50);
  const read = await joined(partsAfter(log, Number.NEGATIVE_INFINITY));
  for (const name of COLUMNS) assert.deepEqual(read[name], [...whole[name]], name);
  assert.deepEqual(log.userIds, whole.userIds);
  assert.deepEqual(log.surfaceNames, whole.surfaceNames);
  assert.deepEqual(
    log.outcomeCounts,
    whole.outcomeNames.map((_, bit) => whole.outcomes.filter((mask) => (mask >>> bit) & 1).length),
  );
  assert.ok(log.parts.length > 10);
  for (const [at, { from, until, rows }] of log.parts.entries()) {
    assert.equal(Math.floor(from / DAY), Math.floor(until / DAY));
    assert.ok(at === 0 || from > log.parts[at - 1].until);
    // Only impressions of one time are kept together beyond the limit.
    assert.ok(rows <= 50 || whole.timestamps.filter((time) => time === until).length > rows - 50);
  }
  await log.close();
});

test('a time cuts the log into what is learned and what is new', async () => {
  const whole = await workspace.store.impressionLog();
  const log = await spoolLog(workspace.store);
  const cuts = [0, whole.timestamps[0], whole.timestamps[777], whole.timestamps[whole.impressions - 1]];
  for (const time of cuts) {
    const count = whole.timestamps.filter((one) => one <= time).length;
    assert.equal(await log.countUntil(time), count);
    assert.equal(await log.countUntil(time, true), whole.timestamps.filter((one) => one < time).length);
    const [old, later] = [await joined(partsUntil(log, time)), await joined(partsAfter(log, time))];
    assert.deepEqual(old.users, [...whole.users.subarray(0, count)]);
    assert.deepEqual(later.users, [...whole.users.subarray(count)]);
  }
  await log.close();
});

test('no step but an evaluation reads the whole log into memory', async () => {
  const { store } = workspace;
  const { impressionLog } = store;
  store.impressionLog = () => Promise.reject(new Error('the whole log was read'));
  try {
    await workspace.knowledgePretrain({ tasks: [{ outcome: 'click' }] });
    await workspace.knowledgePublish();
    await workspace.knowledgeExtract({ out: join(dir, 'rows.csv') });
    await workspace.rankTrain({ outcomes: [{ outcome: 'click' }] });
    await workspace.rankTrain();
  } finally {
    store.impressionLog = impressionLog;
  }
});
