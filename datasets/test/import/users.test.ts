/** Files of users: attributes in every format, and what happens to them when an import fails. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { gzipSync } from 'node:zlib';
import { DuckDBInstance } from '@duckdb/node-api';
import { importFiles } from '@lorekeep/datasets';
import { openStore, type Store } from '@lorekeep/store';
import { badLinesOf, EMPTY, type Files, folder, hasCode, put, putCatalogue } from './harness.ts';

const allUsers = async (store: Store) => (await Array.fromAsync(store.users())).flat();

async function usersOf(options: Files) {
  const store = await openStore(':memory:');
  const { userRecords } = await importFiles({ ...options, store });
  const users = await allUsers(store);
  await store.close();
  assert.equal(userRecords, users.length);
  return users;
}

test('all columns but the id become attributes, in every format', async () => {
  const csv = 'user_id,country,age\nann,fi,30\nbob,,\n"ü,""",ee,5\n';
  const texts = [
    { id: 'ann', attributes: { country: 'fi', age: '30' } },
    { id: 'bob' },
    { id: 'ü,"', attributes: { country: 'ee', age: '5' } },
  ];
  assert.deepEqual(await usersOf({ users: [await put('users.csv', csv)] }), texts);
  assert.deepEqual(await usersOf({ users: [await put('users.csv.gz', gzipSync(csv))] }), texts);
  const tsv = 'customer\tcountry\nann\tfi\n';
  assert.deepEqual(await usersOf({ users: [await put('users.tsv', tsv)], columns: { user: 'customer' } }), [
    { id: 'ann', attributes: { country: 'fi' } },
  ]);
  const jsonl = '{"user":12345678901234567890,"age":30.5,"premium":true,"tags":["x",2],"deep":{"a":1},"none":null}\n';
  assert.deepEqual(await usersOf({ users: [await put('users.jsonl', jsonl)] }), [
    { id: '12345678901234567890', attributes: { age: 30.5, premium: true, tags: ['x', '2'] } },
  ]);
  const parquet = `${folder}/users.parquet`;
  const connection = await (await DuckDBInstance.create(':memory:')).connect();
  await connection.run(
    `COPY (SELECT 7 AS uid, 1.5 AS score, true AS premium, ['a'] AS tags) TO '${parquet}' (FORMAT parquet)`,
  );
  assert.deepEqual(await usersOf({ users: [parquet], ignore: ['score'] }), [
    { id: '7', attributes: { premium: true, tags: ['a'] } },
  ]);
});

test('lines without an id or with a repeated one are bad', async () => {
  const users = [await put('users.csv', 'user,age\nann,1\n,2\nann,3\nbob,4\n')];
  assert.deepEqual(await badLinesOf({ users }), [
    '3: user id is empty',
    `4: user id "ann" was already given at ${users[0]}:2`,
  ]);
  const store = await openStore(':memory:');
  await importFiles({ store, users, skipBad: 2 });
  assert.deepEqual(await allUsers(store), [
    { id: 'ann', attributes: { age: '1' } },
    { id: 'bob', attributes: { age: '4' } },
  ]);
  await assert.rejects(
    importFiles({ store, users: [await put('users.csv', 'name,age\nann,1\n')] }),
    hasCode('IMPORT_MISSING_COLUMN'),
  );
  await store.close();
});

test('users keep the order of their events, and others follow', async () => {
  const store = await openStore(':memory:');
  const events = [await put('log.csv', 'user,item,time\nv,a,1\nu,b,2\n')];
  const users = [await put('users.csv', 'user,age\nnew,1\nu,2\n')];
  const options = { store, items: [await putCatalogue()], events, users };
  const summary = await importFiles(options);
  assert.deepEqual([summary.users, summary.userRecords], [2, 2]);
  assert.deepEqual(await allUsers(store), [
    { id: 'v' },
    { id: 'u', attributes: { age: '2' } },
    { id: 'new', attributes: { age: '1' } },
  ]);
  assert.deepEqual(await store.histories(['new', 'u'], 5), [[], ['b']]);
  assert.equal((await importFiles(options)).unchanged, true);
  // Another file of users beside the old log: only the attributes change.
  const changed = [await put('users.csv', 'user,age\nu,3\nv,\n')];
  const { repeatedFiles, userRecords } = await importFiles({ ...options, users: changed });
  assert.deepEqual([repeatedFiles, userRecords], [events, 2]);
  assert.deepEqual(await store.getUsers(['u', 'v', 'new']), [
    { id: 'u', attributes: { age: '3' } },
    { id: 'v' },
    { id: 'new', attributes: { age: '1' } },
  ]);
  assert.equal((await store.counts()).events, 2);
  await store.close();
});

test('an import that fails leaves no attributes', async () => {
  const store = await openStore(':memory:');
  const users = [await put('users.csv', 'user,age\nu,1\n')];
  const events = [await put('log.csv', 'user,item,time\nu,gone,1\n')];
  await assert.rejects(
    importFiles({ store, items: [await putCatalogue()], events, users }),
    hasCode('IMPORT_BAD_LINES'),
  );
  const stop = new AbortController();
  const progress = ({ unit }: { unit: string }) => unit === 'users' && stop.abort(new Error('enough'));
  await assert.rejects(importFiles({ store, users, signal: stop.signal, progress }), /enough/);
  assert.deepEqual(await store.counts(), EMPTY);
  assert.deepEqual(await allUsers(store), []);
  await store.close();
});

test('a core leaves out the attributes of users outside it', async () => {
  const events = [await put('log.csv', 'user,item,time\nu,a,1\nu,b,2\nv,a,3\n')];
  const users = [await put('users.csv', 'user,age\nu,1\nv,2\nw,3\n')];
  const options = { items: [await putCatalogue()], events, users };
  assert.deepEqual(await usersOf({ ...options, minUserEvents: 2 }), [{ id: 'u', attributes: { age: '1' } }]);
});
