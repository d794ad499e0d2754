/** Logs of other programs as files: what is imported, and what the reading says of the rest. */
import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { LorekeepError } from '@lorekeep/core';
import { openStore, type Store } from '@lorekeep/store';
import { importFiles } from '../../src/index.ts';
import { GA4_MEASUREMENT, GA4_ROW, SEGMENT_LIST } from './fixtures.ts';

let folder: string;
before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'lorekeep-mapped-'));
});
after(() => rm(folder, { recursive: true, force: true }));

async function write(name: string, lines: readonly unknown[]): Promise<string> {
  const path = join(folder, name);
  await writeFile(path, lines.map((line) => `${typeof line === 'string' ? line : JSON.stringify(line)}\n`).join(''));
  return path;
}
async function events(store: Store) {
  const all = [];
  for await (const batch of store.events()) all.push(...batch);
  return all;
}

test('a log of GA4 is imported with its lists, and its other names are counted', async () => {
  const store = await openStore(':memory:');
  const ids = ['0001', '0007', 'SKU_12345', 'SKU_12346'];
  const items = [await write('items.csv', ['id,title', ...ids.map((id) => `${id},Item ${id}`)])];
  const log = [await write('ga4.jsonl', [GA4_ROW, GA4_MEASUREMENT, { ...GA4_ROW, event_name: 'scroll' }])];
  const options = { store, items, events: log, mapping: 'ga4' as const };
  const summary = await importFiles(options);
  assert.deepEqual([summary.items, summary.events, summary.skipped], [4, 5, 0]);
  const stored = await events(store);
  assert.deepEqual(
    stored.map(({ user, item, type, timestamp, request, position }) => [
      user,
      item,
      type,
      timestamp,
      request,
      position,
    ]),
    [
      ['1594921812.1700000001', '0001', 'impression', 1700031197.000007, 'req-1', 0],
      ['1594921812.1700000001', '0007', 'impression', 1700031197.000007, 'req-1', 1],
      ['ann', 'SKU_12345', 'click', 1700031200, 'req-2', 3],
      ['ann', 'SKU_12345', 'purchase', 1700031200, undefined, undefined],
      ['ann', 'SKU_12346', 'purchase', 1700031200, undefined, undefined],
    ],
  );
  const { ignored } = summary.reading.find(({ role }) => role === 'events')!;
  assert.deepEqual(
    new Set(ignored),
    new Set([
      { name: 'scroll', known: true, count: 1 },
      { name: 'page_view', known: true, count: 1 },
      { name: 'spin_the_wheel', known: false, count: 1 },
    ]),
  );
  assert.equal((await importFiles(options)).unchanged, true);
  await store.close();
});

test('a line that cannot be mapped is a malformed line with its number', async () => {
  const store = await openStore(':memory:');
  await store.upsertItems(SEGMENT_LIST.properties.products.map(({ product_id }) => ({ id: product_id })));
  const bad = { ...SEGMENT_LIST, messageId: 'x', anonymousId: null };
  const log = [await write('segment.jsonl', [SEGMENT_LIST, bad, '{'])];
  const {
    events: count,
    skipped,
    bad: lines,
  } = await importFiles({ store, events: log, mapping: 'segment', skipBad: 5 });
  assert.deepEqual([count, skipped], [2, 3]);
  assert.deepEqual(
    lines.map(({ line }) => line),
    [2, 2, 3],
  );
  assert.match(lines[0].reason, /cannot be mapped: The event "Product List Viewed" names no user/);
  await store.close();
});

test('a mapping reads JSON only', async () => {
  const store = await openStore(':memory:');
  const log = [await write('log.csv', ['user,item', 'a,b'])];
  const isOption = (error: unknown) => error instanceof LorekeepError && error.code === 'IMPORT_OPTION';
  await assert.rejects(importFiles({ store, events: log, mapping: 'ga4', format: 'csv' }), isOption);
  await assert.rejects(importFiles({ store, events: log, mapping: 'matomo' as 'ga4' }), isOption);
  await store.close();
});
