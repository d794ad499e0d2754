import assert from 'node:assert/strict';
import { test } from 'node:test';
import { gzipSync } from 'node:zlib';
import type { LorekeepError } from '@lorekeep/core';
import { type BadLine, importFiles } from '@lorekeep/datasets';
import { openStore } from '@lorekeep/store';
import { allItems, badLinesOf, put, putCatalogue } from './harness.ts';

const JUNK = Buffer.from([0x7b, 0x22, 0xff, 0xfe, 0x22, 0x7d, 0x0a]);

test('bad lines of a JSON catalogue are named with their line numbers', async () => {
  const content = Buffer.concat([
    Buffer.from('\ufeff{"item":"a"}\r\n\n   \r\n{"item":\n[1]\n{"title":"x"}\n{"item":""}\n{"item":true}\n'),
    JUNK,
    Buffer.from(`{"item":"${'x'.repeat(257)}"}\n{"item":"a","title":"again"}\n{"item":"b","price":"cheap"}\n`),
    Buffer.from('{"item":"c","categories":5}\n{"item":"\\ud800"}\n{"item":"d","price":1e999}\n{"item":"ö"}'),
  ]);
  for (const file of [await put('items.jsonl', content), await put('items.jsonl.gz', gzipSync(content))]) {
    const found = await badLinesOf({ items: [file] });
    assert.match(found[0], /^4: is not valid JSON: /);
    assert.deepEqual(found.slice(1), [
      '5: is not a JSON object',
      '6: item id is missing',
      '7: item id is empty',
      '8: item id is neither a string nor a number',
      '9: is not UTF-8 text',
      '10: item id is longer than 256 characters',
      `11: item id "a" was already given at ${file}:1`,
      '14: item id is not Unicode',
    ]);
  }
});

test('bad lines of CSV events are named with the first line of their record', async () => {
  const content = [
    'user,item,timestamp,rating,position,session', // 1
    'u,a,1,,,"two', // 2
    'lines"', // 3
    '', // 4
    'u,a,1', // 5
    ',a,1,,,', // 6
    '" ",a,1,,,', // 7
    'u,nope,1,,,', // 8
    'u,,1,,,', // 9
    'u,a,,,,', // 10
    'u,a,yesterday,,,', // 11
    'u,a,nan,,,', // 12
    'u,a,-1,,,', // 13
    'nan,a,1,,,', // 14
    'u,NULL,1,,,', // 15
    'u,a,1,,,', // 16
    'u,a,1,,,"x"y', // 17
    'u,a,1,,,"a', // 18
    '', // 19
    'b","too many"', // 20
    `${'é'.repeat(257)},a,1,,,`, // 21
    'u,a,2013-02-30,,,', // 22
    'u,a,1,5,0,5" pipe', // 23
  ].join('\r\n');
  assert.deepEqual(await badLinesOf({ items: [await putCatalogue()], events: [await put('log.csv', content)] }), [
    '5: has 3 columns, the header has 6',
    '6: user id is empty',
    '7: user id is empty',
    '8: item "nope" is not in the catalogue',
    '9: item id is empty',
    '10: timestamp is missing',
    '11: timestamp "yesterday" is not a time',
    '12: timestamp is missing',
    '13: timestamp "-1" is not a time between 1990 and tomorrow in any unit',
    '14: user id is missing: "nan"',
    '15: item id is missing: "NULL"',
    '17: has text after a closing quote',
    '18: has 7 columns, the header has 6',
    '21: user id is longer than 256 characters',
    '22: timestamp "2013-02-30" is not a time',
  ]);
});

test('bad lines of TSV and JSON events are named, also those that are not UTF-8', async () => {
  const items = [await putCatalogue()];
  const tsv = Buffer.concat([
    Buffer.from('\nuser\titem\ttimestamp\nu\ta\t1\n\t\t\n'),
    Buffer.from([0x75, 0xff, 0x09, 0x61, 0x09, 0x31, 0x0a]),
    Buffer.from('ü"\ta\t2\nu\ta\t3\t4\n'),
  ]);
  assert.deepEqual(await badLinesOf({ items, events: [await put('log.tsv', tsv)] }), [
    '4: user id is empty',
    '5: is not UTF-8 text',
    '7: has 4 columns, the header has 3',
  ]);
  const jsonl = Buffer.concat([
    Buffer.from('{"user":"u","item":"a","timestamp":1}\n{"user":["u"],"item":"a","timestamp":1}\n'),
    JUNK,
    Buffer.from(
      '{"user":"\\udc00","item":"a","timestamp":1}\nnull\n{"user":"u","item":"a"}\n{"item":"a","timestamp":1}',
    ),
  ]);
  assert.deepEqual(await badLinesOf({ items, events: [await put('log.jsonl', jsonl)] }), [
    '2: user is neither a string nor a number',
    '3: is not UTF-8 text',
    '4: user is not Unicode',
    '5: is not a JSON object',
    '6: timestamp is missing',
    '7: user id is missing',
  ]);
});

test('the type of an event has at most 64 characters', async () => {
  const items = [await putCatalogue()];
  const rows = ['x'.repeat(64), '😀'.repeat(64), 'x'.repeat(65)].map((type) => `u\ta\t1\t${type}`);
  const events = [await put('log.tsv', `user\titem\ttimestamp\ttype\n${rows.join('\n')}\n`)];
  assert.deepEqual(await badLinesOf({ items, events }), ['4: type is longer than 64 characters']);
});

test('up to skipBad bad lines are left out and named; one more stops the import', async () => {
  const items = await put('items.jsonl', '{"item":"a"}\n{"item"\n{"item":"b"}\n{"item":"a","title":"again"}\n');
  const events = await put('log.tsv', 'user\titem\ttimestamp\nu\ta\t1\nu\tz\t2\nu\tb\t3\n');
  assert.equal((await badLinesOf({ items: [items], events: [events], skipBad: 2 })).length, 3);
  const store = await openStore(':memory:');
  const summary = await importFiles({ store, items: [items], events: [events], skipBad: 3 });
  assert.deepEqual(
    [summary.items, summary.users, summary.events, summary.skipped, summary.unchanged],
    [2, 1, 2, 3, false],
  );
  assert.deepEqual(
    summary.bad.map(({ file, line }) => [file, line]),
    [
      [items, 2],
      [items, 4],
      [events, 3],
    ],
  );
  assert.deepEqual(await allItems(store), [{ id: 'a' }, { id: 'b' }]);
  assert.deepEqual(
    (await store.imports()).map(({ skipped }) => skipped),
    [3],
  );
  await store.close();
});

test('the error names the first bad line in its message and a hundred in its details, and counts all', async () => {
  const store = await openStore(':memory:');
  const items = await put('items.jsonl', 'x\n'.repeat(250));
  await assert.rejects(importFiles({ store, items: [items], skipBad: 3 }), (error: LorekeepError) => {
    assert.equal(error.details.count, 250);
    assert.equal((error.details.bad as BadLine[]).length, 100);
    assert.equal(
      error.message.split('\n').slice(0, 2).join('\n'),
      `250 bad lines (the first ${items}:1), more than the 3 allowed; nothing was imported.\n  250 × is not valid JSON`,
    );
    const [{ cause, count, examples }] = error.details.causes as {
      cause: string;
      count: number;
      examples: BadLine[];
    }[];
    assert.deepEqual([cause, count, examples.map(({ line }) => line)], ['is not valid JSON', 250, [1, 2, 3]]);
    return true;
  });
  await store.close();
});

test('line numbers are right across the blocks of a large file', async () => {
  const line = (i: number) => `u${i},a,${i},"${'text, "" and\n'.repeat(i % 40)}"\r\n`;
  const parts = ['user,item,timestamp,session\r\n'];
  const expected: string[] = [];
  let at = 2;
  for (let i = 0; i < 12_000; i++) {
    if (i % 3000 === 1) {
      expected.push(`${at}: has 2 columns, the header has 4`);
      parts.push('u,a\r\n\r\n');
      at += 2;
    }
    parts.push(line(i));
    at += 1 + (i % 40);
  }
  const content = parts.join('');
  assert.ok(content.length > 3 << 20);
  const items = [await putCatalogue()];
  assert.deepEqual(await badLinesOf({ items, events: [await put('log.csv.gz', gzipSync(content))] }), expected);
});
