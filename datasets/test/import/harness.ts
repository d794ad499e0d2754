/**
 * What the tests of the import share: files in a temporary folder, and imports into a store in
 * memory.
 */
import assert from 'node:assert/strict';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after } from 'node:test';
import type { LorekeepError } from '@lorekeep/core';
import { type BadLine, type ImportOptions, importFiles } from '@lorekeep/datasets';
import { type Event, type Item, openStore, type Store } from '@lorekeep/store';

export type Files = Omit<ImportOptions, 'store'>;

/** Removed after the tests of the file. */
export const folder = await mkdtemp(join(tmpdir(), 'lorekeep-datasets-'));
after(() => rm(folder, { recursive: true, force: true }));

let files = 0;
/** Writes a file into a new folder and returns its path. */
export async function put(name: string, content: string | Uint8Array): Promise<string> {
  const directory = join(folder, String(files++));
  await mkdir(directory);
  await writeFile(join(directory, name), content);
  return join(directory, name);
}

/** A catalogue file of the items `a`, `b` and `c`. */
export const putCatalogue = () => put('items.jsonl', '{"item":"a"}\n{"item":"b"}\n{"item":"c"}\n');

export const hasCode = (expected: string) => (error: unknown) => {
  assert.equal((error as { code?: string }).code, expected, String(error));
  return true;
};

export const allItems = async (store: Store) => (await Array.fromAsync(store.items())).flat();
export const allEvents = async (store: Store) => (await Array.fromAsync(store.events())).flat();
export const EMPTY = { items: 0, users: 0, events: 0 };

/** What a new store holds after an import. */
export async function importInto(options: Files): Promise<{ items: Item[]; events: Event[] }> {
  const store = await openStore(':memory:');
  await importFiles({ ...options, store });
  const found = { items: await allItems(store), events: await allEvents(store) };
  await store.close();
  return found;
}

/** The bad lines at which an import stops, as `line: reason`. Checks that nothing was written. */
export async function badLinesOf(options: Files): Promise<string[]> {
  const store = await openStore(':memory:');
  let bad: BadLine[] = [];
  await assert.rejects(importFiles({ ...options, store }), (error: LorekeepError) => {
    hasCode('IMPORT_BAD_LINES')(error);
    bad = error.details.bad as BadLine[];
    const { count } = error.details;
    const first = `${bad[0].file}:${bad[0].line}`;
    assert.ok(
      error.message.startsWith(count === 1 ? `1 bad line (${first})` : `${count} bad lines (the first ${first})`),
    );
    return true;
  });
  assert.deepEqual(await store.counts(), EMPTY);
  assert.deepEqual(await store.imports(), []);
  await store.close();
  return bad.map(({ line, reason }) => `${line}: ${reason}`);
}
