/** The simulated shop that goes on buying: over a real service, and never on other data. */
import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { writeSimulatedShop } from '@lorekeep/datasets';
import type { Event } from '@lorekeep/store';
import { openWorkspace } from '@lorekeep/workspace';
import { lineOf, lorekeep, start } from '../command.ts';

let dir: string;
before(async () => {
  dir = await mkdtemp(join(tmpdir(), 'lorekeep-living-'));
  await writeSimulatedShop(join(dir, 'files'), { events: 1_000 });
  await using workspace = await openWorkspace(join(dir, 'shop'), { create: true });
  await workspace.importSimulatedShop();
  await workspace.encode({ model: 'lexical' });
  await workspace.publish({ model: 'none' });
});
after(() => rm(dir, { recursive: true }));

const SERVE = ['serve', '--workspace', 'shop', '--port', '0', '--json'];

async function newEvents(): Promise<Event[]> {
  await using workspace = await openWorkspace(join(dir, 'shop'), { allowReadOnly: true });
  const events: Event[] = [];
  for await (const batch of workspace.store.events()) events.push(...batch);
  return events.slice(300_000);
}

test('users look and choose in the lists of the service, and leave with it', async () => {
  const { child, finished } = start([...SERVE, '--simulate'], dir);
  const { address } = await lineOf(child, (line) => line.event === 'listening');
  const counts = async () =>
    ((await (await fetch(`${address}/v1/admin/data`)).json()) as { counts: { events: number } }).counts.events;
  while ((await counts()) < 300_030) await sleep(200);
  child.kill('SIGINT');
  const { code, stderr } = await finished;
  assert.equal(code, 0, stderr);
  const events = await newEvents();
  assert.ok(events.length >= 30);
  assert.ok(events.every(({ request, session }) => request !== undefined && session !== undefined));
  const left = events.length;
  await sleep(1_500);
  assert.equal((await newEvents()).length, left, 'they have left');
});

test('a service is visited only if that is asked for', async () => {
  const { child, finished } = start(SERVE, dir);
  await lineOf(child, (line) => line.event === 'listening');
  const before = (await newEvents()).length;
  await sleep(4_000);
  assert.equal((await newEvents()).length, before);
  child.kill('SIGINT');
  await finished;
});

test('other data is never simulated', async () => {
  const words = ['quickstart', '--data', 'files', '--workspace', 'own', '--model', 'lexical', '--preset', 'linear'];
  const { code, last } = await lorekeep([...words, '--simulate', '--port', '0', '--json'], dir);
  assert.deepEqual([code, last.error.code], [2, 'SIMULATE_REAL_DATA']);
});
