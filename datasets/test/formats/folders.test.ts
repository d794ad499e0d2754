import assert from 'node:assert/strict';
import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { test } from 'node:test';
import { gzipSync } from 'node:zlib';
import { DuckDBInstance } from '@duckdb/node-api';
import { importFiles } from '@lorekeep/datasets';
import { openStore } from '@lorekeep/store';
import { allEvents, hasCode, importInto, put, putCatalogue } from '../import/harness.ts';

test('a folder or a pattern stands for its files in natural order, and its marks are passed over', async () => {
  const folder = dirname(await put('part-10.csv', 'user,item\nu10,a\n'));
  await writeFile(join(folder, 'part-9.csv.gz'), gzipSync('user,item\nu9,a\n'));
  await mkdir(join(folder, 'a=north'));
  await writeFile(join(folder, 'a=north', 'part-1.csv'), 'user,item\nu1,b\n');
  for (const name of ['_SUCCESS', '.part-9.crc', 'part-9.crc', 'part-11.csv', '.hidden.csv']) {
    await writeFile(join(folder, name), '');
  }
  const items = [await putCatalogue()];
  const users = async (events: string) =>
    (await importInto({ items, events: [events] })).events.map(({ user }) => user);
  assert.deepEqual(await users(folder), ['u1', 'u9', 'u10']);
  assert.deepEqual(await users(join(folder, 'part-*.csv*')), ['u9', 'u10']);
  await assert.rejects(users(join(folder, '*.parquet')), hasCode('IMPORT_FILE_MISSING'));
});

test('a folder that has grown adds its new files, and equal files of two days are two', async () => {
  const items = [await putCatalogue()];
  const folder = join(dirname(await put('x', '')), 'log');
  const addDay = async (day: string) => {
    await mkdir(join(folder, `day=${day}`), { recursive: true });
    await writeFile(join(folder, `day=${day}`, 'part-0.csv'), 'user,item\nu,a\n');
  };
  const store = await openStore(':memory:');
  const run = () => importFiles({ store, items, events: [folder], columns: { timestamp: 'day' } });
  await addDay('2024-01-01');
  await addDay('2024-01-02');
  assert.equal((await run()).events, 2);
  assert.equal((await run()).unchanged, true);
  await addDay('2024-01-03');
  const grown = await run();
  assert.deepEqual([grown.events, grown.repeatedFiles.length], [1, 2]);
  const days = (await allEvents(store)).map(({ timestamp }) => new Date(timestamp * 1000).toISOString().slice(0, 10));
  assert.deepEqual(days, ['2024-01-01', '2024-01-02', '2024-01-03']);
  await store.close();
});

test('Parquet has columns of its folders, and paths into structures and lists', async () => {
  const instance = await DuckDBInstance.create(':memory:');
  const connection = await instance.connect();
  const folder = join(dirname(await put('x', '')), 'log');
  await connection.run(`COPY (SELECT * FROM (VALUES
    ({'id': 'u'}, [{'item_id': 'a', 'n': 1}, {'item_id': 'b', 'n': 2}], DATE '2024-01-01'),
    ({'id': 'v'}, [], DATE '2024-01-01'),
    ({'id': 'w'}, [{'item_id': 'c', 'n': 3}], DATE '2024-01-02')) AS t("user", items, day))
    TO '${folder}' (FORMAT parquet, PARTITION_BY (day))`);
  connection.closeSync();
  instance.closeSync();
  const columns = { item: 'items.item_id', timestamp: 'day' };
  const { events } = await importInto({ items: [await putCatalogue()], events: [folder], columns });
  assert.deepEqual(
    events.map(({ user, item, timestamp }) => [user, item, timestamp]),
    [['u', 'a', 1704067200], ['u', 'b', 1704067200], ['w', 'c', 1704153600]],
  ); // biome-ignore format: a table
});
