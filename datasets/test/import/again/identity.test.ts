/**
 * Fingerprints, contents and stored results of imports are pinned: a store that was filled by an
 * earlier version must recognise the same files, so a change of these values is a change of
 * behaviour.
 */
import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { sha256 } from '@lorekeep/core';
import { type ImportOptions, importFiles } from '@lorekeep/datasets';
import { openStore } from '@lorekeep/store';

const folder = await mkdtemp(join(tmpdir(), 'lorekeep-identity-'));
after(() => rm(folder, { recursive: true, force: true }));

const FILES = {
  'items.csv': [
    'item_id,title,category,price,color',
    'a,"A ""tall""\nlamp",Home|Lamps,"$1,299.00",red',
    'b,Bowl,Home > Bowls,3,',
  ],
  'items.jsonl': [
    '{"item":12345678901234567890,"name":"Long"}',
    '{"item":"ü","categories":[["A","B"],["A"]],"tags":["x",2]}',
  ],
  'log.tsv': [
    'user\titem\ttimestamp\ttype\trating',
    'u1\ta\t1709290800\tclick\t4.5',
    'u1\tb\t2024-03-01T12:00:00+01:00\t\t',
    'u2\tx\t1\t\t',
    'u2\ta\t1709290800123\timpression\t',
  ],
  'untimed.jsonl': [
    '{"user":7,"item":"ü","page":"home","pos":3}',
    '{"user":"v","item":"12345678901234567890","session":"s"}',
  ],
  'renamed.csv': ['who,what,when', 'u,a,3', 'v,a,4', 'w,b,5'],
  'meta.json': ['{"asin":"B1","title":"Old"}', '{"asin":"B1","title":"New","price":"$1.00 - $2.00","category":["X"]}'],
  'reviews.json': [
    '{"reviewerID":"U","asin":"B1","overall":5,"unixReviewTime":1}',
    '{"reviewerID":"U","asin":"GONE","unixReviewTime":2}',
  ],
};
const paths = {} as Record<keyof typeof FILES, string>;
for (const [name, lines] of Object.entries(FILES)) {
  paths[name as keyof typeof FILES] = join(folder, name);
  await writeFile(join(folder, name), `${lines.join('\n')}\n`);
}

const CASES: [name: string, options: Omit<ImportOptions, 'store'>, expected: object][] = [
  [
    'CSV and TSV with one bad line skipped',
    { items: [paths['items.csv']], events: [paths['log.tsv']], skipBad: 1 },
    {
      items: 2,
      users: 2,
      events: 3,
      withoutItem: 0,
      repeatedItems: 0,
      skipped: 1,
      unchanged: false,
      fingerprint: '736f7f11f625479f9611f54ca207dbd1993460c69b02e22c879ca9642d23405e',
      record: {
        items: 2,
        events: 3,
        ordinals: false,
        skipped: 1,
        contents: ['900939f75f426536d6a159f2be3afc674ad2f62abafe977b0bc126c8653fe9a9'],
      },
      bad: [4],
      repeated: 0,
      stored: '444c525ea12cd05f4960db3c0ae1b8fe4840869d3bee1500cf16d6d8abb7dffd',
    },
  ],
  [
    'JSON lines without timestamps',
    { items: [paths['items.jsonl']], events: [paths['untimed.jsonl']] },
    {
      items: 2,
      users: 2,
      events: 2,
      withoutItem: 0,
      repeatedItems: 0,
      skipped: 0,
      unchanged: false,
      fingerprint: 'e61e6b5b1d0b3d0afd8630495ee9bd244330341fe61381a21444085298f7ef20',
      record: {
        items: 2,
        events: 2,
        ordinals: true,
        skipped: 0,
        contents: ['ca46f35545fd4b3b10ad48dc88a02bc19395f0eafbca1cce2c2284df5c3b3226'],
      },
      bad: [],
      repeated: 0,
      stored: 'ef89a73712d7c81917809022d826ae3b2d93e8cbed102ba0b81b73b66970c0ff',
    },
  ],
  [
    'named columns and a core',
    {
      items: [paths['items.csv']],
      events: [paths['renamed.csv'], paths['renamed.csv']],
      columns: { timestamp: 'when', user: 'who', item: 'what', title: 'color' },
      minItemEvents: 2,
    },
    {
      items: 2,
      users: 3,
      events: 3,
      withoutItem: 0,
      repeatedItems: 0,
      skipped: 0,
      unchanged: false,
      fingerprint: '483c6884a54cec54e911121005345ebd8d3192a971353ef505b9844767271e22',
      record: {
        items: 2,
        events: 3,
        ordinals: false,
        skipped: 0,
        contents: ['efd7c9a4f94651180c1d0d6623b97728ab390930f4c9e1132c53205f3462decf'],
      },
      bad: [],
      repeated: 1,
      stored: '137083916d0d630a93eb796b863751775d60dffc604e0e76fb9435fe6f624c20',
    },
  ],
  [
    'raw Amazon files',
    { items: [paths['meta.json']], events: [paths['reviews.json']], format: 'amazon2018' },
    {
      items: 1,
      users: 1,
      events: 1,
      withoutItem: 1,
      repeatedItems: 1,
      skipped: 0,
      unchanged: false,
      fingerprint: 'dd545f51bc356e1916fc5d2616f72a6c2e7d4f6a5cdc685c435c6f974dcf1c3f',
      record: {
        items: 1,
        events: 1,
        ordinals: false,
        skipped: 0,
        contents: ['c5d7a16c8daa4e9cd9fb36cb50f7956c36c7ad1a290fe80eba83b6b663fb6ce6'],
      },
      bad: [],
      repeated: 0,
      stored: '7b4e87ebf0d6ce1669b7c24fdf3b1cc6310afdcd6450aa09792d367b9096949a',
    },
  ],
];

for (const [name, options, expected] of CASES) {
  test(`the result of an import stays the same: ${name}`, async () => {
    const store = await openStore(':memory:');
    // What later versions report beside these is not part of the identity.
    const {
      bad,
      repeatedFiles,
      reading,
      problems,
      grownFiles,
      addedItems,
      dryRun,
      impressions,
      outcomes,
      userRecords,
      replaced,
      alreadyLive,
      ...summary
    } = await importFiles({ ...options, store });
    const [{ at: _, files: __, fingerprint, ...record }] = await store.imports();
    assert.equal(fingerprint, summary.fingerprint);
    const items = (await Array.fromAsync(store.items())).flat();
    const events = (await Array.fromAsync(store.events())).flat();
    const stored = sha256(JSON.stringify([items, events]));
    await store.close();
    const found = {
      ...summary,
      record,
      bad: bad.map(({ line }) => line),
      repeated: repeatedFiles.length,
      stored,
    };
    assert.deepEqual(found, expected);
  });
}
