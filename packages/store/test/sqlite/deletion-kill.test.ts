import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { copyFile } from 'node:fs/promises';
import { createInterface } from 'node:readline';
import { test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { openStore, type Store } from '@lorekeep/store';
import Sqlite from 'better-sqlite3';
import { inFolder } from '../support.ts';
import { importedEvents, importedItems, importRecord } from './import-data.ts';

const EVENTS = 60_000;
const KILLS = 4;

/** Runs the child and kills it so long after its start; never if `after` is undefined. */
async function deleteIn(path: string, what: string, after?: number): Promise<{ ms: number; signal: unknown }> {
  const script = fileURLToPath(new URL('deletion-child.ts', import.meta.url));
  const words = [script, path, what, String(EVENTS)];
  const child = spawn(process.execPath, words, { stdio: ['ignore', 'pipe', 'inherit'] });
  const exited = once(child, 'exit');
  let started = 0;
  let ms = 0;
  for await (const line of createInterface({ input: child.stdout! })) {
    if (line === 'end') ms = performance.now() - started;
    if (line !== 'start') continue;
    started = performance.now();
    if (after !== undefined) sleep(after).then(() => child.kill('SIGKILL'));
  }
  const [, signal] = await exited;
  return { ms, signal };
}

/** Everything that can be seen. */
async function contentOf(store: Store) {
  const { fingerprint } = await store.interactionLog();
  const imports = (await store.imports()).map((record) => record.fingerprint);
  return JSON.stringify([await store.counts(), fingerprint, imports]);
}

async function contentAt(path: string): Promise<string> {
  const store = await openStore(path);
  try {
    return await contentOf(store);
  } finally {
    await store.close();
  }
}

for (const what of ['items', 'users', 'events', 'undo', 'replace', 'purge']) {
  test(`if the process is killed during ${what}, all of it is done or nothing`, () =>
    inFolder(async (path, folder) => {
      const store = await openStore(path);
      await store.upsertItems(importedItems(40));
      await store.appendEvents([{ user: 'live', item: 'item 30', type: 'cart', timestamp: 3 }]);
      await store.importAll(importRecord('first'), async (transaction) => {
        for (let from = 0; from < EVENTS; from += 5000) await transaction.putEvents(importedEvents(from, 5000, 40));
      });
      await store.close();
      const copy = async (name: string) => {
        await copyFile(path, `${folder}/${name}.db`);
        return `${folder}/${name}.db`;
      };
      const whole = await copy('whole');
      const { ms } = await deleteIn(whole, what);
      const [before, after] = [await contentAt(path), await contentAt(whole)];
      assert.notEqual(before, after);
      for (let kill = 0; kill < KILLS; kill++) {
        const killed = await copy(`killed ${kill}`);
        await deleteIn(killed, what, (ms * kill) / KILLS);
        const content = await contentAt(killed);
        assert.ok(content === after || (content === before && what !== 'purge'), `${content} after ${kill}`);
        const check = new Sqlite(killed);
        assert.equal(check.pragma('integrity_check', { simple: true }), 'ok');
        check.close();
        // What was left can be done again.
        const again = await openStore(killed);
        if (what === 'users') await again.deleteUsers(Array.from({ length: 200 }, (_, i) => `user ${i}`));
        if (what === 'purge') await again.purge();
        await again.appendEvents([{ user: 'later', item: 'item 31', type: 'view', timestamp: 5 }]);
        assert.deepEqual(
          (await again.verify()).filter(({ kind }) => kind !== 'not-purged' || what === 'purge'),
          [],
        );
        await again.close();
      }
    }));
}
