/**
 * A real log of impressions with outcome columns, whole, compared with what DuckDB reads in the same
 * files. The data lies outside the repository; without it there is nothing to test.
 */
import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { DuckDBInstance } from '@duckdb/node-api';
import { importFiles } from '@lorekeep/datasets';
import { openStore } from '@lorekeep/store';
import { folder } from './harness.ts';

const DATA = fileURLToPath(new URL('../../../../shared/data/kuairand-pure/', import.meta.url));
const skip = existsSync(DATA) ? false : 'the data set is not on this machine';
const OUTCOMES = { click: 'is_click', long_view: 'long_view', like: 'is_like', follow: 'is_follow', hate: 'is_hate' };

test('KuaiRand goes in whole: impressions, outcomes, surfaces, users and earlier impressions', { skip }, async () => {
  const connection = await (await DuckDBInstance.create(':memory:')).connect();
  const query = async (sql: string) =>
    (await connection.runAndReadAll(sql))
      .getRowsJS()
      .map((row) => row.map((value) => (typeof value === 'bigint' ? Number(value) : value)));
  const shown = `${DATA}impressions.parquet`;
  // A part of the history, because it takes longer than the rest.
  const earlier = `${folder}/history.parquet`;
  await connection.run(
    `COPY (SELECT * FROM '${DATA}history.parquet' WHERE user_id < 2000) TO '${earlier}' (FORMAT parquet)`,
  );

  const store = await openStore(':memory:');
  try {
    const history = await importFiles({
      store,
      items: [`${DATA}videos.csv.gz`],
      events: [earlier],
      columns: { item: 'video_id', timestamp: 'last_time_ms' },
      outcomes: { long_view: 'long_view', like: 'is_like' },
      ignore: ['position'],
    });
    const [[rows]] = await query(`SELECT count(*) FROM '${earlier}'`);
    assert.equal(history.impressions, rows);
    const summary = await importFiles({
      store,
      events: [shown],
      users: [`${DATA}users.csv.gz`],
      columns: { item: 'video_id', timestamp: 'time_ms', surface: 'tab' },
      outcomes: OUTCOMES,
    });
    const [counts] = await query(
      `SELECT count(*), sum(is_click), sum(long_view), sum(is_like), sum(is_follow), sum(is_hate) FROM '${shown}'`,
    );
    assert.deepEqual([summary.impressions, ...Object.values(summary.outcomes)], counts);
    assert.equal(summary.impressions, 198_895);

    const log = await store.impressionLog({ outcomes: Object.keys(OUTCOMES) });
    assert.deepEqual(log.unattributed, [0, 0, 0, 0, 0]);
    const read = Array.from(log.users, (user, row) => [
      Number(log.userIds[user]),
      Number(log.itemIds[log.items[row]]),
      Math.round(log.timestamps[row] * 1000),
      log.surfaceNames[log.surfaces[row]] ?? null,
      log.positions[row],
      log.outcomes[row],
    ]);
    const bits = Object.values(OUTCOMES).map((column, bit) => `(${column}::INTEGER << ${bit})`);
    const expected = await query(
      `
      SELECT user_id, video_id, last_time_ms, NULL, -1, (long_view::INTEGER << 1) | (is_like::INTEGER << 2) FROM '${earlier}'
      ORDER BY last_time_ms, file_row_number`.replace(
        `'${earlier}'`,
        `read_parquet('${earlier}', file_row_number = true)`,
      ),
    );
    const later = await query(`
      SELECT user_id, video_id, time_ms, tab::VARCHAR, -1, ${bits.join(' | ')}
      FROM read_parquet('${shown}', file_row_number = true) ORDER BY time_ms, file_row_number`);
    // The sort is stable: at one time, what was imported first comes first.
    const wanted = [...expected, ...later].sort((a, b) => Number(a[2]) - Number(b[2]));
    assert.equal(read.length, wanted.length);
    // One by one: a difference of all rows at once would take minutes to print.
    for (const [row, values] of read.entries()) assert.deepEqual(values, wanted[row], `row ${row}`);

    const [[users]] = await query(`SELECT count(*) FROM '${DATA}users.csv.gz'`);
    assert.equal(summary.userRecords, users);
    const stored = (await Array.fromAsync(store.users())).flat();
    assert.equal(stored.filter(({ attributes }) => attributes !== undefined).length, users);
    const [first] = await store.getUsers(['0']);
    assert.equal(first!.attributes!.user_active_degree, 'full_active');
    assert.equal(Object.keys(first!.attributes!).length, 30);
  } finally {
    await store.close();
  }
});
