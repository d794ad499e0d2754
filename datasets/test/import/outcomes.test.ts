/** Logs with one row per impression and its outcomes in columns. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { DuckDBInstance } from '@duckdb/node-api';
import { importFiles } from '@lorekeep/datasets';
import { type Event, type ImpressionLog, openStore } from '@lorekeep/store';
import { outcomeOf } from '../../src/staging/events/outcomes.ts';
import { allEvents, badLinesOf, EMPTY, type Files, folder, hasCode, importInto, put, putCatalogue } from './harness.ts';

const shortly = ({ user, item, type, timestamp }: Event) => `${user} ${item} ${type} ${timestamp}`;

async function impressionLogOf(options: Files): Promise<ImpressionLog> {
  const store = await openStore(':memory:');
  await importFiles({ ...options, store });
  const log = await store.impressionLog();
  await store.close();
  return log;
}

test('a row becomes an impression, and one event for each outcome that says yes', async () => {
  const items = [await putCatalogue()];
  const log = await put(
    'log.csv',
    [
      'user_id,item_id,time,tab,pos,request_id,session,is_click,long_view,rating',
      'u,a,1700000000.5,home,0,r1,s,1,0,4.5',
      'u,b,1700000000.5,home,1,r1,s,0,0,',
      'v,c,1700000002,,,,,1,1,',
    ].join('\n'),
  );
  const outcomes = { click: 'is_click', long_view: 'long_view' };
  const found = await importInto({ items, events: [log], outcomes, columns: { surface: 'tab' } });
  const home = { timestamp: 1700000000.5, surface: 'home', session: 's', request: 'r1' };
  assert.deepEqual(found.events, [
    { user: 'u', item: 'a', type: 'impression', ...home, position: 0, rating: 4.5 },
    { user: 'u', item: 'a', type: 'click', ...home, position: 0 },
    { user: 'u', item: 'b', type: 'impression', ...home, position: 1 },
    { user: 'v', item: 'c', type: 'impression', timestamp: 1700000002 },
    { user: 'v', item: 'c', type: 'click', timestamp: 1700000002 },
    { user: 'v', item: 'c', type: 'long_view', timestamp: 1700000002 },
  ]);
});

test('an impression with an id gives each outcome an id of its own', () => {
  const shown: Event = { id: 'e1', user: 'u', item: 'a', type: 'impression', timestamp: 1, rating: 2, position: 0 };
  const same = { user: 'u', item: 'a', timestamp: 1, position: 0 };
  assert.deepEqual(outcomeOf(shown, 'click'), { ...same, type: 'click', id: 'e1 click' });
  const long = { ...shown, id: 'x'.repeat(256) };
  assert.match(outcomeOf(long, 'click').id!, /^[0-9a-f]{64}$/);
  assert.notEqual(outcomeOf(long, 'click').id, outcomeOf(long, 'like').id);
});

test('yes and no have many forms, and any other value is a bad line', async () => {
  const items = [await putCatalogue()];
  const outcomes = { click: 'click' };
  const yes = ['1', 'true', 'TRUE', ' t ', 'yes', 'Y', '2', '0.5', '1.0', '1e3'];
  const no = ['0', 'false', 'F', 'no', 'N', '', ' ', '0.0', '-0', 'nan', 'NULL', 'None', '\\N'];
  const lines = [...yes, ...no].map((value, time) => `u,a,${time},${value}`);
  const log = await put('log.csv', ['user,item,time,click', ...lines].join('\n'));
  const { events } = await importInto({ items, events: [log], outcomes });
  assert.equal(events.length, lines.length + yes.length);
  assert.deepEqual(
    events.filter(({ type }) => type === 'click').map(({ timestamp }) => timestamp),
    [...yes.keys()],
  );

  const odd = await put('log.csv', 'user,item,time,click\nu,a,1,maybe\nu,a,2,1\nu,a,3,-1\nu,a,4,inf\n');
  const expected = (value: string) =>
    `outcome click "${value}" is neither yes (1, true, a count) nor no (0, false, empty)`;
  assert.deepEqual(await badLinesOf({ items, events: [odd], outcomes }), [
    `2: ${expected('maybe')}`,
    `4: ${expected('-1')}`,
    `5: ${expected('inf')}`,
  ]);
  const kept = await importInto({ items, events: [odd], outcomes, skipBad: 3 });
  assert.deepEqual(kept.events.map(shortly), ['u a impression 2', 'u a click 2']);
});

test('JSON lines and Parquet have booleans and numbers', async () => {
  const items = [await putCatalogue()];
  const outcomes = { click: 'clicked', like: 'likes' };
  const lines = await put(
    'log.jsonl',
    [
      '{"user":"u","item":"a","time":1,"clicked":true,"likes":0}',
      '{"user":"u","item":"b","time":2,"clicked":false,"likes":3}',
      '{"user":"u","item":"c","time":3,"clicked":null}',
      '{"user":"u","item":"c","time":4}',
    ].join('\n'),
  );
  const expected = [
    'u a impression 1',
    'u a click 1',
    'u b impression 2',
    'u b like 2',
    'u c impression 3',
    'u c impression 4',
  ];
  assert.deepEqual((await importInto({ items, events: [lines], outcomes })).events.map(shortly), expected);
  assert.deepEqual(
    await badLinesOf({
      items,
      events: [await put('log.jsonl', '{"user":"u","item":"a","time":1,"clicked":[1]}')],
      outcomes: { click: 'clicked' },
    }),
    ['1: outcome click is neither a string nor a number'],
  );

  const parquet = `${folder}/outcomes.parquet`;
  const connection = await (await DuckDBInstance.create(':memory:')).connect();
  await connection.run(`
    COPY (SELECT * FROM (VALUES ('u', 'a', 1, true, 0::TINYINT), ('u', 'b', 2, false, 3), ('u', 'c', 3, NULL, NULL), ('u', 'c', 4, false, 0))
      AS t("user", item, "time", clicked, likes)) TO '${parquet}' (FORMAT parquet)`);
  assert.deepEqual((await importInto({ items, events: [parquet], outcomes })).events.map(shortly), expected);
});

test('a column that no file has is an error that names those that look like outcomes', async () => {
  const items = [await putCatalogue()];
  const log = await put('log.csv', 'user,item,time,is_click,long_view,age\nu,a,1,1,1,30\n');
  const store = await openStore(':memory:');
  await assert.rejects(importFiles({ store, items, events: [log], outcomes: { click: 'clicked' } }), (error) => {
    hasCode('IMPORT_OUTCOME_MISSING')(error);
    assert.deepEqual((error as { details?: object }).details, {
      type: 'click',
      column: 'clicked',
      found: ['is_click', 'long_view'],
    });
    return true;
  });
  const refused: Record<string, string>[] = [
    { impression: 'is_click' },
    { '': 'is_click' },
    { click: 5 as unknown as string },
  ];
  for (const outcomes of refused) {
    await assert.rejects(importFiles({ store, items, events: [log], outcomes }), hasCode('IMPORT_OPTION'));
  }
  const many = Object.fromEntries(Array.from({ length: 33 }, (_, k) => [`t${k}`, 'is_click']));
  await assert.rejects(importFiles({ store, items, events: [log], outcomes: many }), hasCode('IMPORT_OPTION'));
  assert.deepEqual(await store.counts(), EMPTY);
  await store.close();
});

test('files without any of the columns are read as usual, and the summary counts both', async () => {
  const items = [await putCatalogue()];
  const shown = await put('shown.csv', 'user,item,time,is_click,like,event\nu,a,1,1,0,x\nu,b,2,1,1,y\nv,a,3,0,0,z\n');
  const bought = await put('bought.csv', 'user,item,time,event\nu,b,9,purchase\n');
  const store = await openStore(':memory:');
  const options = { store, items, events: [shown, bought], outcomes: { click: 'is_click', like: 'like' } };
  const { events, impressions, outcomes, users } = await importFiles(options);
  assert.deepEqual([events, impressions, outcomes, users], [7, 3, { click: 2, like: 1 }, 2]);
  const [record] = await store.imports();
  assert.equal(record.events, 7);
  const { outcomeNames, outcomes: masks, unattributed } = await store.impressionLog();
  assert.deepEqual(
    [outcomeNames, [...masks], unattributed],
    [
      ['click', 'like', 'purchase'],
      [1, 7, 0],
      [0, 0, 0],
    ],
  );
  assert.equal((await importFiles(options)).unchanged, true);
  const again = await importFiles({ ...options, outcomes: { click: 'is_click' } });
  assert.deepEqual([again.unchanged, again.events], [false, 6]);
  await store.close();
});

test('rows without times get one ordinal each, which their outcomes share', async () => {
  const items = [await putCatalogue()];
  const log = await put('log.csv', 'user,item,click\nu,a,1\nu,b,0\nv,a,1\n');
  const store = await openStore(':memory:');
  await importFiles({ store, items, events: [log], outcomes: { click: 'click' } });
  const first = ['u a impression 0', 'u a click 0', 'u b impression 1', 'v a impression 2', 'v a click 2'];
  assert.deepEqual((await allEvents(store)).map(shortly), first);
  const more = await put('more.csv', 'user,item,click\nv,b,1\n');
  await importFiles({ store, events: [more], outcomes: { click: 'click' } });
  assert.deepEqual((await allEvents(store)).map(shortly).slice(5), ['v b impression 3', 'v b click 3']);
  await store.close();
});

test('outcomes count for the core, impressions do not', async () => {
  const items = [await putCatalogue()];
  const lines = ['user,item,time,click,like', 'u,a,1,1,1', 'v,b,2,1,0', 'v,b,3,0,0', 'v,c,4,0,0'];
  const log = await put('log.csv', lines.join('\n'));
  const found = await importInto({
    items,
    events: [log],
    outcomes: { click: 'click', like: 'like' },
    minUserEvents: 2,
  });
  assert.deepEqual(found.events.map(shortly), ['u a impression 1', 'u a click 1', 'u a like 1']);
});

test('columns that are ignored are left unread, and must exist', async () => {
  const items = await put('items.csv', 'item,title,secret\na,Lamp,x\n');
  const log = await put('log.csv', 'user,item,time,position,rank\nu,a,1,7,3\n');
  const options = { items: [items], events: [log], ignore: ['position', 'secret'] };
  const found = await importInto(options);
  assert.deepEqual(found.items, [{ id: 'a', title: 'Lamp' }]);
  assert.equal(found.events[0].position, 3);
  const store = await openStore(':memory:');
  await assert.rejects(importFiles({ ...options, store, ignore: ['Position'] }), hasCode('IMPORT_OPTION'));
  await store.close();
});

test('columns of outcomes and separate events come to the same impression log', async () => {
  let seed = 17;
  const random = (bound: number) => (seed = (seed * 48271) % 2147483647) % bound;
  const rows = Array.from({ length: 3000 }, (_, n) => ({
    user: `u${random(40)}`,
    item: `i${random(15)}`,
    // Several impressions of a user and an item have the same time.
    time: 1_700_000_000 + Math.floor(n / 20) * 10,
    surface: ['home', 'search', ''][random(3)],
    position: random(10),
    request: `r${Math.floor(n / 8)}`,
    click: random(4) === 0 ? 1 : 0,
    like: random(9) === 0 ? 1 : 0,
  }));
  const items = [await put('items.csv', `item\n${Array.from({ length: 15 }, (_, i) => `i${i}\n`).join('')}`)];
  const place = ({ user, item, surface, position }: (typeof rows)[number]) => `${user},${item},${surface},${position}`;
  const outcomes = { click: 'click', like: 'like' };
  const head = 'user,item,surface,position,time,request';
  const didSomething = rows.flatMap((row) =>
    [row.click && { row, type: 'click' }, row.like && { row, type: 'like' }].filter((one) => one !== 0),
  );

  // A list shows an item once; then its id and the item find the impression in any order.
  const once = rows.filter(
    (row, n) =>
      rows.findIndex((one) => one.request === row.request && one.user === row.user && one.item === row.item) === n,
  );
  const wide = await put(
    'wide.csv',
    [
      `${head},click,like`,
      ...once.map((row) => `${place(row)},${row.time},${row.request},${row.click},${row.like}`),
    ].join('\n'),
  );
  const shown = await put(
    'shown.csv',
    [`${head},type`, ...once.map((row) => `${place(row)},${row.time},${row.request},impression`)].join('\n'),
  );
  const later = didSomething.filter(({ row }) => once.includes(row)).reverse();
  const did = await put(
    'did.csv',
    [
      'user,item,time,request,type',
      ...later.map(({ row, type }) => `${row.user},${row.item},${row.time + 7000},${row.request},${type}`),
    ].join('\n'),
  );
  const fromColumns = await impressionLogOf({ items, events: [wide], outcomes });
  assert.equal(fromColumns.impressions, once.length);
  assert.deepEqual(await impressionLogOf({ items, events: [shown, did] }), fromColumns);

  // Without requests, events that follow their impression at its time are enough, also if a user is
  // shown an item twice at that time.
  const bare = await put(
    'bare.csv',
    [
      'user,item,surface,position,time,click,like',
      ...rows.map((row) => `${place(row)},${row.time},${row.click},${row.like}`),
    ].join('\n'),
  );
  const turns = rows.flatMap((row) =>
    ['impression', row.click && 'click', row.like && 'like']
      .filter((type) => type !== 0)
      .map((type) => `${place(row)},${row.time},${type}`),
  );
  const inTurns = await put('turns.csv', ['user,item,surface,position,time,type', ...turns].join('\n'));
  const bareLog = await impressionLogOf({ items, events: [bare], outcomes });
  assert.deepEqual(await impressionLogOf({ items, events: [inTurns] }), bareLog);
  assert.deepEqual(
    [...bareLog.outcomes],
    rows.map(({ click, like }) => click | (like << 1)),
  );
  assert.deepEqual(bareLog.unattributed, [0, 0]);
});
