import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { gzipSync, zstdCompressSync } from 'node:zlib';
import { DuckDBInstance } from '@duckdb/node-api';
import { createRandom, type LorekeepError } from '@lorekeep/core';
import { type Event, type Item, openStore, type Store } from '@lorekeep/store';
import { type BadLine, datasetDirectory, type ImportOptions, importFiles } from '../src/index.ts';

const folder = await mkdtemp(join(tmpdir(), 'lorekeep-datasets-'));
after(() => rm(folder, { recursive: true, force: true }));

let files = 0;
/** Writes a file under a fresh folder and gives its path. */
async function put(name: string, content: string | Uint8Array): Promise<string> {
  const directory = join(folder, String(files++));
  await mkdir(directory);
  await writeFile(join(directory, name), content);
  return join(directory, name);
}

const code = (expected: string) => (error: unknown) => {
  assert.equal((error as { code?: string }).code, expected, String(error));
  return true;
};
const allItems = async (store: Store) => (await Array.fromAsync(store.items())).flat();
const allEvents = async (store: Store) => (await Array.fromAsync(store.events())).flat();
const NOTHING = { items: 0, users: 0, events: 0 };

async function imported(options: Omit<ImportOptions, 'store'>): Promise<{ items: Item[]; events: Event[] }> {
  const store = await openStore(':memory:');
  await importFiles({ ...options, store });
  const found = { items: await allItems(store), events: await allEvents(store) };
  await store.close();
  return found;
}

/** The bad lines an import stops at, as `line: reason`; nothing may have been written. */
async function refused(options: Omit<ImportOptions, 'store'>): Promise<string[]> {
  const store = await openStore(':memory:');
  let bad: BadLine[] = [];
  await assert.rejects(importFiles({ ...options, store }), (error: LorekeepError) => {
    code('IMPORT_BAD_LINES')(error);
    bad = error.details.bad as BadLine[];
    const { count } = error.details;
    const first = `${bad[0].file}:${bad[0].line}`;
    assert.ok(
      error.message.startsWith(count === 1 ? `1 bad line (${first})` : `${count} bad lines (the first ${first})`),
    );
    return true;
  });
  assert.deepEqual(await store.counts(), NOTHING);
  assert.deepEqual(await store.imports(), []);
  await store.close();
  return bad.map(({ line, reason }) => `${line}: ${reason}`);
}

const catalogue = () => put('items.jsonl', '{"item":"a"}\n{"item":"b"}\n{"item":"c"}\n');

describe('formats', () => {
  const items: Item[] = [
    {
      id: 'a,1',
      title: 'A "quoted"\nlamp',
      brand: 'Lux',
      categories: ['Home', 'Lamps'],
      description: 'tall',
      price: 12.5,
      fields: { color: 'red' },
    },
    { id: 'ü2', title: 'Bowl', categories: ['Home'] },
  ];
  const events: Event[] = [
    { user: 'u1', item: 'ü2', type: 'click', timestamp: 10, rating: 4.5, surface: 'home', session: 's', position: 3 },
    { user: 'u2', item: 'a,1', type: 'interaction', timestamp: 11.25 },
  ];
  const eventHeader = ['user', 'item', 'timestamp', 'type', 'rating', 'surface', 'session', 'position'];
  const cells = [
    ['u1', 'ü2', '10', 'click', '4.5', 'home', 's', '3'],
    ['u2', 'a,1', '11.25', '', '', '', '', ''],
  ];
  const quote = (cell: string) => `"${cell.replaceAll('"', '""')}"`;
  const csv = (rows: string[][]) => `${rows.map((row) => row.map(quote).join(',')).join('\r\n')}\r\n`;
  const itemRows = [
    ['item_id', 'title', 'brand', 'categories', 'description', 'price', 'color'],
    ['a,1', 'A "quoted"\nlamp', 'Lux', 'Home|Lamps', 'tall', '12.50', 'red'],
    ['ü2', 'Bowl', '', 'Home', '', '', ''],
  ];

  test('CSV with quotes, TSV, JSON lines, packed or not, all give the same', async () => {
    const jsonl = `${items.map(({ id, fields, ...rest }) => JSON.stringify({ item: id, ...rest, ...fields })).join('\n')}\n`;
    const eventJsonl = events.map((event) => JSON.stringify(event)).join('\n');
    const tsv = [eventHeader, ...cells].map((row) => row.join('\t')).join('\n');
    const pairs = [
      ['items.csv', csv(itemRows), 'events.csv', csv([eventHeader, ...cells])],
      ['items.jsonl', jsonl, 'events.tsv', tsv],
      ['items.ndjson.gz', gzipSync(jsonl), 'events.jsonl.gz', gzipSync(eventJsonl)],
      ['items.json.zst', zstdCompressSync(jsonl), 'events.tsv.zst', zstdCompressSync(tsv)],
      ['items.csv', `\ufeff${csv(itemRows)}`, 'events.tsv.gz', gzipSync(`\ufeff${tsv}`)],
    ] as const;
    for (const [itemName, itemContent, eventName, eventContent] of pairs) {
      const found = await imported({
        items: [await put(itemName, itemContent)],
        events: [await put(eventName, eventContent)],
      });
      assert.deepEqual(found, { items, events }, itemName);
    }
  });

  test('Parquet, written by DuckDB, gives the same', async () => {
    const instance = await DuckDBInstance.create(':memory:');
    const connection = await instance.connect();
    const itemFile = await put('items.parquet', '');
    const eventFile = await put('events.parquet', '');
    await connection.run(`COPY (SELECT * FROM (VALUES
      ('a,1', 'A "quoted"' || chr(10) || 'lamp', 'Lux', ['Home', 'Lamps'], 'tall', 12.5::DOUBLE, 'red'),
      ('ü2', 'Bowl', NULL, ['Home'], NULL, NULL, NULL)) AS t(item, title, brand, categories, description, price, color)
      ) TO '${itemFile}' (FORMAT parquet)`);
    await connection.run(`COPY (SELECT * FROM (VALUES
      ('u1', 'ü2', TIMESTAMP '1970-01-01 00:00:10', 'click', 4.5::FLOAT, 'home', 's', 3),
      ('u2', 'a,1', TIMESTAMP '1970-01-01 00:00:11.25', NULL, NULL, NULL, NULL, NULL))
      AS t(user, item, timestamp, type, rating, surface, session, position)) TO '${eventFile}' (FORMAT parquet)`);
    assert.deepEqual(await imported({ items: [itemFile], events: [eventFile] }), { items, events });

    await connection.run(`COPY (SELECT * FROM (VALUES ('a', 1.0::DOUBLE), ('b', 'nan'::DOUBLE), ('a', 2.0), (NULL, 1.0))
      AS t(item, price)) TO '${itemFile}' (FORMAT parquet)`);
    await connection.run(`COPY (SELECT * FROM (VALUES ('u', 'a', 1.0::DOUBLE), ('u', 'x', 1.0), ('u', 'a', 'inf'::DOUBLE))
      AS t(user, item, timestamp)) TO '${eventFile}' (FORMAT parquet)`);
    assert.deepEqual(await refused({ items: [itemFile], events: [eventFile] }), [
      '2: price "nan" is not a number',
      `3: item id "a" was already given at ${itemFile}:1`,
      '4: item id is missing',
      '2: item "x" is not in the catalogue',
      '3: timestamp "inf" is neither Unix seconds nor ISO 8601',
    ]);
    await connection.run(`COPY (SELECT 'u' AS user, ['a'] AS item) TO '${eventFile}' (FORMAT parquet)`);
    const store = await openStore(':memory:');
    await assert.rejects(importFiles({ store, items: [itemFile], events: [eventFile] }), code('IMPORT_COLUMN_TYPE'));
    await store.close();
    connection.closeSync();
    instance.closeSync();
  });

  test('columns go by many names, or by the one given', async () => {
    const items = await put(
      'items.jsonl',
      '{"parent_asin":"a","asin":"z","name":"N","genres":["x"]}\n{"parent_asin":"b"}',
    );
    const events = await put('events.csv', 'reviewerID,asin,overall,unixReviewTime\nu,a,5,7\n');
    const found = await imported({ items: [items], events: [events] });
    assert.deepEqual(found.items[0], { id: 'a', title: 'N', categories: ['x'], fields: { asin: 'z' } });
    assert.deepEqual(found.events, [{ user: 'u', item: 'a', type: 'interaction', timestamp: 7, rating: 5 }]);

    const recbole = await put('events.tsv', 'user_id:token\titem_id:token\ttimestamp:float\nu\ta\t3\n');
    assert.equal((await imported({ items: [items], events: [recbole] })).events[0].timestamp, 3);

    const odd = await put('events.tsv', 'who\twhat\titem\twhen\nu\tb\tignored\t3\n');
    const columns = { user: 'who', item: 'what', timestamp: 'when' };
    assert.deepEqual((await imported({ items: [items], events: [odd], columns })).events, [
      { user: 'u', item: 'b', type: 'interaction', timestamp: 3 },
    ]);
    const store = await openStore(':memory:');
    const wrong = { store, items: [items], events: [odd], columns: { ...columns, rating: 'nowhere' } };
    await assert.rejects(importFiles(wrong), code('IMPORT_MISSING_COLUMN'));
    await store.close();
  });

  test('categories, prices, ids and further fields in the shapes that data sets have', async () => {
    const lines = [
      {
        item: 1,
        categories: [
          ['A', 'B'],
          ['A', 'C'],
        ],
        price: '$1,299.00',
        tags: ['x', 2],
        deep: { no: 1 },
        empty: '',
      },
      { item: '2', categories: 'A > B & C', price: 3, year: 1999, sold: true },
      { item: '3', categories: '["A","B"]', description: ['one', 'two'], title: 7 },
      { item: '4', categories: [], price: '', brand: null },
    ];
    const text = `${lines.map((line) => JSON.stringify(line)).join('\n')}\n{"item":12345678901234567890}`;
    assert.deepEqual((await imported({ items: [await put('items.jsonl', text)] })).items, [
      { id: '1', categories: ['A', 'B', 'C'], price: 1299, fields: { tags: ['x', '2'] } },
      { id: '2', categories: ['A', 'B & C'], price: 3, fields: { year: 1999, sold: true } },
      { id: '3', title: '7', categories: ['A', 'B'], description: 'one\ntwo' },
      { id: '4', categories: [] },
      { id: '12345678901234567890' },
    ]);
  });

  test('times are seconds, milliseconds, ISO 8601, or else the order of lines', async () => {
    const items = [await catalogue()];
    const times = [
      '0',
      '1357430400',
      '1357430400123',
      '2013-01-06',
      '2013-01-06T00:00:00+02:00',
      '2013-01-06 00:00:00 UTC',
    ];
    const file = await put('events.tsv', `user\titem\ttime\n${times.map((time) => `u\ta\t${time}`).join('\n')}`);
    assert.deepEqual(
      (await imported({ items, events: [file] })).events.map((event) => event.timestamp),
      [0, 1357430400, 1357430400.123, 1357430400, 1357423200, 1357430400],
    );
    const untimed = [await put('events.csv', 'user,item\nu,b\nu,a\n'), await put('events.csv', 'user,item\nv,c\n')];
    const found = await imported({ items, events: untimed });
    assert.deepEqual(
      found.events.map(({ item, timestamp }) => [item, timestamp]),
      [
        ['b', 0],
        ['a', 1],
        ['c', 2],
      ],
    );
  });
});

describe('bad lines', () => {
  const JUNK = Buffer.from([0x7b, 0x22, 0xff, 0xfe, 0x22, 0x7d, 0x0a]);

  test('in a JSON catalogue, each by its line', async () => {
    const content = Buffer.concat([
      Buffer.from('\ufeff{"item":"a"}\r\n\n   \r\n{"item":\n[1]\n{"title":"x"}\n{"item":""}\n{"item":true}\n'),
      JUNK,
      Buffer.from(`{"item":"${'x'.repeat(257)}"}\n{"item":"a"}\n{"item":"b","price":"cheap"}\n`),
      Buffer.from('{"item":"c","categories":5}\n{"item":"\\ud800"}\n{"item":"d","price":1e999}\n{"item":"ö"}'),
    ]);
    for (const file of [await put('items.jsonl', content), await put('items.jsonl.gz', gzipSync(content))]) {
      const found = await refused({ items: [file] });
      assert.match(found[0], /^4: is not valid JSON: /);
      assert.deepEqual(found.slice(1), [
        '5: is not a JSON object',
        '6: item id is missing',
        '7: item id is empty',
        '8: item id is neither a string nor a number',
        '9: is not UTF-8 text',
        '10: item id is longer than 256 characters',
        `11: item id "a" was already given at ${file}:1`,
        '12: price "cheap" is not a number',
        '13: categories is not a list of strings',
        '14: item id is not Unicode',
        '15: price Infinity is not a number',
      ]);
    }
  });

  test('in CSV events, each by the line its record starts on', async () => {
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
      'u,a,1,good,,', // 13
      'u,a,1,inf,,', // 14
      'u,a,1,,-1,', // 15
      'u,a,1,,1.5,', // 16
      'u,a,1,,,"x"y', // 17
      'u,a,1,,,"a', // 18
      '', // 19
      'b","too many"', // 20
      `${'é'.repeat(257)},a,1,,,`, // 21
      'u,a,2013-02-30,,,', // 22
      'u,a,1,5,0,5" pipe', // 23
    ].join('\r\n');
    assert.deepEqual(await refused({ items: [await catalogue()], events: [await put('log.csv', content)] }), [
      '5: has 3 columns, the header has 6',
      '6: user id is empty',
      '7: user id is empty',
      '8: item "nope" is not in the catalogue',
      '9: item id is empty',
      '10: timestamp is missing',
      '11: timestamp "yesterday" is neither Unix seconds nor ISO 8601',
      '12: timestamp "nan" is neither Unix seconds nor ISO 8601',
      '13: rating "good" is not a finite number',
      '14: rating "inf" is not a finite number',
      '15: position "-1" is not an integer ≥ 0',
      '16: position "1.5" is not an integer ≥ 0',
      '17: has text after a closing quote',
      '18: has 7 columns, the header has 6',
      '21: user id is longer than 256 characters',
      '22: timestamp "2013-02-30" is neither Unix seconds nor ISO 8601',
    ]);
  });

  test('in TSV and JSON events, beside bytes that are not UTF-8', async () => {
    const items = [await catalogue()];
    const tsv = Buffer.concat([
      Buffer.from('\nuser\titem\ttimestamp\nu\ta\t1\n\t\t\n'),
      Buffer.from([0x75, 0xff, 0x09, 0x61, 0x09, 0x31, 0x0a]),
      Buffer.from('ü"\ta\t2\nu\ta\t3\t4\n'),
    ]);
    assert.deepEqual(await refused({ items, events: [await put('log.tsv', tsv)] }), [
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
    assert.deepEqual(await refused({ items, events: [await put('log.jsonl', jsonl)] }), [
      '2: user is neither a string nor a number',
      '3: is not UTF-8 text',
      '4: user is not Unicode',
      '5: is not a JSON object',
      '6: timestamp is missing',
      '7: user id is missing',
    ]);
  });

  test('up to skipBad are left out and named, one more stops the import', async () => {
    const items = await put('items.jsonl', '{"item":"a"}\n{"item"\n{"item":"b"}\n{"item":"a","title":"again"}\n');
    const events = await put('log.tsv', 'user\titem\ttimestamp\nu\ta\t1\nu\tz\t2\nu\tb\t3\n');
    assert.equal((await refused({ items: [items], events: [events], skipBad: 2 })).length, 3);
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

  test('the first is named in the message, a hundred in the details, all are counted', async () => {
    const store = await openStore(':memory:');
    const items = await put('items.jsonl', 'x\n'.repeat(250));
    await assert.rejects(importFiles({ store, items: [items], skipBad: 3 }), (error: LorekeepError) => {
      assert.equal(error.details.count, 250);
      assert.equal((error.details.bad as BadLine[]).length, 100);
      assert.equal(
        error.message,
        `250 bad lines (the first ${items}:1), more than the 3 allowed; nothing was imported.`,
      );
      return true;
    });
    await store.close();
  });

  test('lines are counted right across blocks of a large file', async () => {
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
    const items = [await catalogue()];
    assert.deepEqual(await refused({ items, events: [await put('log.csv.gz', gzipSync(content))] }), expected);
  });
});

describe('files that cannot be imported at all', () => {
  const cases: [string, string, () => Promise<Omit<ImportOptions, 'store'>>][] = [
    ['a missing file', 'IMPORT_FILE_MISSING', async () => ({ items: [join(folder, 'nowhere.csv')] })],
    ['a folder', 'IMPORT_FILE_UNREADABLE', async () => ({ items: [folder], format: 'csv' })],
    ['an unknown extension', 'IMPORT_UNKNOWN_FORMAT', async () => ({ items: [await put('items.xlsx', 'x')] })],
    ['an empty table', 'IMPORT_NO_HEADER', async () => ({ items: [await put('items.csv', '\n\n')] })],
    [
      'a table without header',
      'IMPORT_MISSING_COLUMN',
      async () => ({ items: [await put('items.csv', 'B01,Lamp\n')] }),
    ],
    [
      'two columns of a name',
      'IMPORT_DUPLICATE_COLUMN',
      async () => ({ items: [await put('i.csv', 'item,a,a\nx,1,2\n')] }),
    ],
    ['an empty catalogue', 'IMPORT_EMPTY_CATALOGUE', async () => ({ items: [await put('items.jsonl', '')] })],
    ['a catalogue of a header', 'IMPORT_EMPTY_CATALOGUE', async () => ({ items: [await put('items.csv', 'item\n')] })],
    ['no file at all', 'IMPORT_EMPTY_CATALOGUE', async () => ({})],
    [
      'an unclosed quote',
      'IMPORT_UNCLOSED_QUOTE',
      async () => ({ items: [await put('i.csv', 'item,title\na,"x\nb,y\n')] }),
    ],
    [
      'a half gzip',
      'IMPORT_FILE_UNREADABLE',
      async () => ({ items: [await put('i.csv.gz', gzipSync('item\na\n').subarray(0, 20))] }),
    ],
    ['a broken Parquet', 'IMPORT_FILE_UNREADABLE', async () => ({ items: [await put('i.parquet', 'PAR1 no PAR1')] })],
    [
      'a file without lines',
      'IMPORT_LINE_TOO_LONG',
      async () => ({ items: [await put('i.tsv', 'x'.repeat(17 << 20))] }),
    ],
    [
      'events without users',
      'IMPORT_MISSING_COLUMN',
      async () => ({ items: [await catalogue()], events: [await put('e.tsv', 'item\ttime\na\t1\n')] }),
    ],
    [
      'an unknown field',
      'IMPORT_OPTION',
      async () => ({ items: [await catalogue()], columns: { colour: 'x' } as object }),
    ],
    ['a negative limit', 'IMPORT_OPTION', async () => ({ items: [await catalogue()], skipBad: -1 })],
    [
      'no room for staging',
      'IMPORT_STAGING',
      async () => ({ items: [await catalogue()], temporaryDirectory: join(folder, 'no') }),
    ],
  ];
  for (const [what, expected, options] of cases) {
    test(`${what} is ${expected}`, async () => {
      const store = await openStore(':memory:');
      await assert.rejects(importFiles({ ...(await options()), store }), code(expected));
      assert.deepEqual(await store.counts(), NOTHING);
      await store.close();
    });
  }
});

describe('again, more, and never half', () => {
  test('the same content again changes nothing, under other names too', async () => {
    const store = await openStore(':memory:');
    const events = 'user\titem\ttimestamp\nu\ta\t1\n';
    const first = await importFiles({ store, items: [await catalogue()], events: [await put('log.tsv', events)] });
    const again = await importFiles({
      store,
      items: [await catalogue()],
      events: [await put('other.tsv', events)],
      skipBad: 5,
    });
    assert.equal(again.repeatedFiles.length, 1);
    assert.deepEqual(again, { ...first, unchanged: true, repeatedFiles: again.repeatedFiles });
    assert.deepEqual(await store.counts(), { items: 3, users: 1, events: 1 });
    await store.close();
  });

  test('other files add: items are replaced as a whole, events appended, ordinals go on', async () => {
    const store = await openStore(':memory:');
    await importFiles({
      store,
      items: [await catalogue()],
      events: [await put('log.tsv', 'user\titem\nu\ta\nu\tb\n')],
    });
    const more = await put('items.jsonl', '{"item":"d"}\n{"item":"a","title":"A"}\n');
    await importFiles({ store, items: [more], events: [await put('log.tsv', 'user\titem\nu\tc\nu\td\n')] });
    await importFiles({ store, events: [await put('log.tsv', 'user\titem\nu\ta\n')] });
    assert.deepEqual(
      (await allItems(store)).map(({ id, title }) => [id, title]),
      [
        ['a', 'A'],
        ['b', undefined],
        ['c', undefined],
        ['d', undefined],
      ],
    );
    assert.deepEqual(await store.histories(['u'], 9), [['a', 'b', 'c', 'd', 'a']]);
    await store.close();
  });

  test('an events file imported before adds nothing beside a changed catalogue, whose items are replaced', async () => {
    const store = await openStore(':memory:');
    const log = 'who\titem\ttimestamp\nu\ta\t1\nv\tb\t2\nu\tz\t3\n';
    const events = await put('log.tsv', log);
    const columns = { user: 'who' };
    const first = await importFiles({ store, items: [await catalogue()], events: [events], columns, skipBad: 1 });
    assert.deepEqual(first.repeatedFiles, []);
    const titled = await put('items.jsonl', '{"item":"a","title":"A"}\n{"item":"d"}\n');
    const grown = await put('new.tsv', 'who\titem\ttimestamp\nw\td\t3\n');
    const copy = await put('copy.tsv', log);
    const second = await importFiles({
      store,
      items: [titled],
      events: [copy, grown, grown],
      // What only the catalogue calls otherwise does not make the log another one; nor are its bad lines read again.
      columns: { ...columns, title: 'title' },
    });
    assert.deepEqual(second.repeatedFiles, [copy, grown]);
    assert.deepEqual([second.items, second.users, second.events, second.skipped], [2, 1, 1, 0]);
    assert.equal(second.unchanged, false);
    assert.deepEqual((await store.getItems(['a']))[0], { id: 'a', title: 'A' });
    assert.deepEqual(
      (await allEvents(store)).map(({ user }) => user),
      ['u', 'v', 'w'],
    );
    const edited = await put('items.jsonl', '{"item":"a","title":"AA"}');
    const third = await importFiles({ store, items: [edited], events: [events, grown], columns });
    assert.deepEqual([third.items, third.events, third.repeatedFiles], [1, 0, [events, grown]]);
    assert.deepEqual(await store.counts(), { items: 4, users: 3, events: 3 });
    // A column named for items is looked for as ever.
    await assert.rejects(
      importFiles({
        store,
        items: [edited, await put('x.jsonl', '{"item":"x"}')],
        events: [events],
        columns: { ...columns, price: 'cost' },
      }),
      code('IMPORT_MISSING_COLUMN'),
    );
    await store.close();
  });

  test('the same file read in another way is another file', async () => {
    const store = await openStore(':memory:');
    const events = await put('log.tsv', 'user\titem\tother\ttimestamp\nu\ta\tb\t1\n');
    await importFiles({ store, items: [await catalogue()], events: [events] });
    const again = await importFiles({ store, events: [events], columns: { item: 'other' } });
    assert.deepEqual([again.events, again.repeatedFiles], [1, []]);
    assert.deepEqual(await store.histories(['u'], 9), [['a', 'b']]);
    await store.close();
  });

  test('a repeated file counts for the k-core and is not written again', async () => {
    const store = await openStore(':memory:');
    const log = await put('log.tsv', 'user\titem\ttimestamp\nu\ta\t1\nv\ta\t2\nw\tb\t3\n');
    const options = { store, events: [log], minItemEvents: 2 };
    await importFiles({ ...options, items: [await catalogue()] });
    const titled = await put('items.jsonl', '{"item":"a","title":"A"}\n{"item":"b","title":"B"}\n');
    const same = await importFiles({ ...options, items: [titled] });
    assert.deepEqual([same.items, same.users, same.events, same.repeatedFiles], [1, 0, 0, [log]]);
    assert.deepEqual(await allItems(store), [{ id: 'a', title: 'A' }]);
    const more = await put('more.tsv', 'user\titem\ttimestamp\nx\tb\t4\n');
    const grown = await importFiles({ ...options, items: [titled], events: [log, more] });
    assert.deepEqual([grown.items, grown.users, grown.events], [2, 1, 1]);
    assert.deepEqual(
      (await allEvents(store)).map(({ user }) => user),
      ['u', 'v', 'x'],
    );
    await store.close();
  });

  test('two imports of one log at once, each beside its own catalogue, add it once', async () => {
    const store = await openStore(join(folder, 'at-once.db'));
    const events = [await put('log.tsv', 'user\titem\ttimestamp\nu\ta\t1\n')];
    const titled = await put('items.jsonl', '{"item":"a","title":"A"}\n');
    const both = await Promise.all([
      importFiles({ store, items: [await catalogue()], events }),
      importFiles({ store, items: [titled], events }),
    ]);
    assert.deepEqual(both.map(({ events, repeatedFiles }) => [events, repeatedFiles.length]).sort(), [
      [0, 1],
      [1, 0],
    ]);
    assert.deepEqual(await store.counts(), { items: 3, users: 1, events: 1 });
    await store.close();
  });

  test('events with and without time stamps do not come into one store', async () => {
    const untimed = await put('untimed.tsv', 'user\titem\nu\ta\nu\tb\n');
    const blank = await put('blank.tsv', 'user\titem\ttimestamp\nv\tc\t\n');
    // Explicit small numbers, the places in each user's history, are time stamps.
    const small = await put('small.tsv', 'user\titem\ttimestamp\nu\ta\t0\nu\tb\t1\nv\ta\t0\n');
    const real = await put('real.tsv', 'user\titem\ttimestamp\nu\tc\t1700000000\n');
    const items = [await catalogue()];
    const fresh = async (...events: string[]) => {
      const store = await openStore(':memory:');
      for (const file of events) await importFiles({ store, items, events: [file] });
      return store;
    };
    const refusedBy = async (store: Store, file: string, ordinals: boolean) => {
      const before = [await store.counts(), (await store.imports()).length];
      const more = await put('items.jsonl', '{"item":"new"}');
      await assert.rejects(importFiles({ store, items: [more], events: [file] }), (error: LorekeepError) => {
        code('IMPORT_TIMES_MIXED')(error);
        assert.deepEqual(error.details, { files: [file], ordinals });
        return error.kind === 'usage';
      });
      assert.deepEqual([await store.counts(), (await store.imports()).length], before);
      await store.close();
    };
    await refusedBy(await fresh(real), untimed, true);
    await refusedBy(await fresh(small), blank, true);
    await refusedBy(await fresh(untimed, blank), real, false);
    await refusedBy(await fresh(untimed), small, false);

    const live = await fresh(untimed);
    await live.appendEvents([{ user: 'u', item: 'c', type: 'view', timestamp: 1.7e9 }]);
    await refusedBy(live, blank, true);

    const times = await fresh(small, real);
    assert.deepEqual(await times.histories(['u'], 9), [['a', 'b', 'c']]);
    // No events to add, no times to mix.
    await importFiles({ store: times, items: [await put('items.jsonl', '{"item":"d"}')] });
    const nobody = await put('nobody.tsv', 'user\titem\n');
    assert.equal((await importFiles({ store: times, events: [nobody] })).events, 0);
    await times.close();
  });

  test('a data folder names its files', async () => {
    const items = await put('items.jsonl.gz', gzipSync('{"item":"a"}'));
    const directory = join(items, '..');
    await assert.rejects(datasetDirectory(directory), code('IMPORT_DIRECTORY'));
    await writeFile(join(directory, 'interactions.tsv.gz'), '');
    await writeFile(join(directory, 'SOURCE.md'), '');
    const found = await datasetDirectory(directory);
    assert.deepEqual(found, { items: [items], events: [join(directory, 'interactions.tsv.gz')] });
    await writeFile(join(directory, 'events.csv'), '');
    await assert.rejects(datasetDirectory(directory), code('IMPORT_DIRECTORY'));
    await assert.rejects(datasetDirectory(join(directory, 'no')), code('IMPORT_FILE_MISSING'));
  });

  test('the k-core is what removing one by one leaves', async () => {
    const random = createRandom(11).int;
    const log: [string, string, string][] = [];
    for (let i = 0; i < 1500; i++) {
      const type = random(6) === 0 ? 'impression' : 'view';
      log.push([`u${Math.floor(random(150) ** 2 / 150)}`, `i${Math.floor(random(120) ** 2 / 120)}`, type]);
    }
    const itemIds = [...Array(120).keys()].map((i) => `i${i}`);
    const items = [await put('items.csv', `item\n${itemIds.join('\n')}`)];
    const events = [await put('log.csv', `user,item,type\n${log.map((row) => row.join()).join('\n')}`)];
    for (const [k, m] of [
      [5, 6],
      [3, 0],
      [0, 6],
      [1, 1],
    ]) {
      let core = log.filter(([, , type]) => type !== 'impression');
      for (let before = -1; before !== core.length; ) {
        before = core.length;
        for (const [column, least] of [
          [0, k],
          [1, m],
        ]) {
          core = core.filter((row) => core.filter((other) => other[column] === row[column]).length >= least);
        }
      }
      const users = new Set(core.map(([user]) => user));
      const kept = new Set(core.map(([, item]) => item));
      assert.ok(core.length > 0 && users.size > 5);
      const found = await imported({ items, events, minUserEvents: k, minItemEvents: m });
      assert.deepEqual(
        found.events.map(({ user, item, type }) => [user, item, type]),
        log.filter(([user, item]) => users.has(user) && kept.has(item)),
      );
      assert.deepEqual(
        found.items.map(({ id }) => id),
        m > 0 ? itemIds.filter((id) => kept.has(id)) : itemIds,
      );
    }
    const store = await openStore(':memory:');
    await assert.rejects(importFiles({ store, items, events, minUserEvents: 5000 }), code('IMPORT_NOTHING_LEFT'));
    await store.close();
  });

  /** Enough lines for the import to be stopped in the middle. */
  const large = async () => {
    const lines = Array.from({ length: 60_000 }, (_, i) => `u${i % 900}\ta\t${i}`);
    return { items: [await catalogue()], events: [await put('log.tsv', `user\titem\ttimestamp\n${lines.join('\n')}`)] };
  };

  test('stopped while reading, checking or writing: rejects with the reason, nothing is left', async () => {
    const files = await large();
    const temporaryDirectory = join(folder, 'staging');
    await mkdir(temporaryDirectory);
    for (const stop of ['lines', 'items', 'events'] as const) {
      const store = await openStore(join(folder, `stopped-${stop}.db`));
      const controller = new AbortController();
      const progress = ({ unit, done }: { unit: string; done: number }) => {
        if (unit === stop && (done > 10_000 || unit !== 'lines')) controller.abort(new Error('enough'));
      };
      await assert.rejects(
        importFiles({ ...files, store, temporaryDirectory, progress, signal: controller.signal }),
        (error: Error) => error.message === 'enough',
      );
      assert.deepEqual(await store.counts(), NOTHING);
      assert.deepEqual(await readdir(temporaryDirectory), []);
      assert.equal((await importFiles({ ...files, store })).events, 60_000);
      await store.close();
    }
  });

  test('killed while writing: nothing is left, and the next import does it all', async () => {
    const files = await large();
    const path = join(folder, 'killed.db');
    const script = fileURLToPath(new URL('import-child.ts', import.meta.url));
    const child = spawn(process.execPath, [script, path, folder, files.items[0], files.events[0]], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    child.stdout.once('data', () => child.kill('SIGKILL'));
    const [, signal] = await once(child, 'exit');
    assert.equal(signal, 'SIGKILL');
    const store = await openStore(path);
    assert.deepEqual(await store.counts(), NOTHING);
    assert.deepEqual(await store.imports(), []);
    assert.equal((await importFiles({ ...files, store })).unchanged, false);
    assert.deepEqual(await store.counts(), { items: 3, users: 900, events: 60_000 });
    await store.close();
  });
});
