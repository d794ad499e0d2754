import assert from 'node:assert/strict';
import { rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { gzipSync } from 'node:zlib';
import { datasetDirectory } from '@lorekeep/datasets';
import { hasCode, put } from './import/harness.ts';

test('a data folder has one file of items and one of events', async () => {
  const items = await put('items.jsonl.gz', gzipSync('{"item":"a"}'));
  const directory = join(items, '..');
  const orders = join(directory, 'orders.csv');
  await writeFile(orders, '');
  await assert.rejects(datasetDirectory(directory), hasCode('IMPORT_DIRECTORY'));
  await rm(orders);
  assert.deepEqual(await datasetDirectory(directory), { items: [items], events: [] }, 'a shop without events');
  await writeFile(join(directory, 'interactions.tsv.gz'), '');
  await writeFile(join(directory, 'SOURCE.md'), '');
  const found = await datasetDirectory(directory);
  assert.deepEqual(found, { items: [items], events: [join(directory, 'interactions.tsv.gz')] });
  await writeFile(join(directory, 'events.csv'), '');
  await assert.rejects(datasetDirectory(directory), hasCode('IMPORT_DIRECTORY'));
  await assert.rejects(datasetDirectory(join(directory, 'no')), hasCode('IMPORT_FILE_MISSING'));
  await assert.rejects(datasetDirectory(found.items[0]), { code: 'IMPORT_DIRECTORY', message: /is a file; a folder/ });
});
