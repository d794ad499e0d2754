/**
 * The public raw files of Amazon reviews, as small files with their exact keys and quirks. Protocol
 * B of the LEARN paper (that of Recformer) is prepared from them twice: by the import, and by plain
 * loops over the lines.
 */
import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { gzipSync } from 'node:zlib';
import { createRandom } from '@lorekeep/core';
import { type ImportOptions, importFiles } from '@lorekeep/datasets';
import { openStore } from '@lorekeep/store';

const folder = await mkdtemp(join(tmpdir(), 'lorekeep-raw-'));
after(() => rm(folder, { recursive: true, force: true }));

async function put(name: string, records: object[]): Promise<string> {
  const path = join(folder, name);
  await writeFile(path, gzipSync(`${records.map((record) => JSON.stringify(record)).join('\n')}\n`));
  return path;
}

async function imported(options: Omit<ImportOptions, 'store'>) {
  const store = await openStore(':memory:');
  const summary = await importFiles({ ...options, store });
  const items = (await Array.fromAsync(store.items())).flat();
  const events = (await Array.fromAsync(store.events())).flat();
  const users = [...new Set(events.map(({ user }) => user))];
  const histories = await store.histories(users, 1000);
  await store.close();
  return { summary, items, events, histories: new Map(users.map((user, i) => [user, histories[i]])) };
}

const meta2018 = (asin: string, more: object = {}) => ({
  category: ['Industrial & Scientific', 'Filtration', '</span></span></span>'],
  tech1: '',
  description: ['First part.', 'Second part.'],
  fit: '',
  title: `Thing ${asin}`,
  also_buy: ['B000000001', 'B000000002'],
  image: [],
  tech2: '',
  brand: 'Acme',
  feature: ['Washable', 'Blue'],
  rank: ['>#1,234 in Industrial & Scientific'],
  also_view: [],
  main_cat: 'Industrial & Scientific',
  similar_item: '',
  date: '',
  price: '$12.99',
  asin,
  ...more,
});

const review2018 = (reviewerID: string, asin: string, unixReviewTime: number) => ({
  overall: 5,
  verified: true,
  reviewTime: '01 1, 2018',
  reviewerID,
  asin,
  style: { 'Size:': ' Large' },
  reviewerName: 'A Customer',
  reviewText: 'Good.\nVery good.',
  summary: 'Five Stars',
  unixReviewTime,
});

test('amazon2018: quirks of the scraped products are handled, and other keys of reviews are ignored', async () => {
  const { summary, items, events } = await imported({
    items: [
      await put('meta_Quirks.json.gz', [
        meta2018('B1', { title: 'An older scrape' }),
        meta2018('B2', { price: '.a-box-inner{background-color:#fff}#alohaBuyBoxWidget' }),
        meta2018('B3', { price: '$12.99 - $15.00', brand: '', description: [] }),
        meta2018('B1'),
        meta2018('B4', { price: '$1,299.00', title: { broken: true } }),
      ]),
    ],
    events: [await put('Quirks_5.json.gz', [review2018('U1', 'B1', 1514764800), review2018('U1', 'GONE', 1514764801)])],
    format: 'amazon2018',
  });
  assert.deepEqual(
    { ...summary, fingerprint: '', reading: [] },
    {
      addedItems: 0,
      alreadyLive: 0,
      replaced: 0,
      problems: [],
      dryRun: false,
      reading: [],
      grownFiles: [],
      items: 4,
      users: 1,
      events: 1,
      impressions: 0,
      outcomes: {},
      userRecords: 0,
      withoutItem: 1,
      repeatedItems: 1,
      skipped: 0,
      bad: [],
      unchanged: false,
      repeatedFiles: [],
      fingerprint: '',
    },
  );
  const fields = { feature: ['Washable', 'Blue'], main_cat: 'Industrial & Scientific' };
  const categories = ['Industrial & Scientific', 'Filtration', '</span></span></span>'];
  const description = 'First part.\nSecond part.';
  const whole = { brand: 'Acme', categories, description, fields };
  assert.deepEqual(items, [
    { id: 'B2', title: 'Thing B2', ...whole },
    { id: 'B3', title: 'Thing B3', categories, fields },
    { id: 'B1', title: 'Thing B1', ...whole, price: 12.99 },
    { id: 'B4', ...whole, price: 1299 },
  ]);
  assert.deepEqual(events, [{ user: 'U1', item: 'B1', type: 'interaction', timestamp: 1514764800, rating: 5 }]);
});

test('amazon2023: items are parent products, and times are milliseconds', async () => {
  const { items, events } = await imported({
    items: [
      await put('meta_New.jsonl.gz', [
        {
          main_category: 'Industrial & Scientific',
          title: 'Pipette',
          average_rating: 4.5,
          rating_number: 12,
          features: ['Glass'],
          description: [],
          price: null,
          images: [{ thumb: 'x' }],
          videos: [],
          store: 'Labware',
          categories: ['Lab', 'Glass'],
          details: { Brand: 'Other', Weight: '1 kg' },
          parent_asin: 'P1',
          bought_together: null,
        },
        { title: 'Tube', price: '—', store: null, categories: [], parent_asin: 'P2' },
      ]),
    ],
    events: [
      await put('New.jsonl.gz', [
        {
          rating: 4.0,
          title: 'A headline',
          text: 'Fine.',
          images: [],
          asin: 'VARIANT',
          parent_asin: 'P1',
          user_id: 'AE1',
          timestamp: 1588687728923,
          helpful_vote: 0,
          verified_purchase: true,
        },
      ]),
    ],
    format: 'amazon2023',
  });
  assert.deepEqual(items, [
    {
      id: 'P1',
      title: 'Pipette',
      brand: 'Labware',
      categories: ['Lab', 'Glass'],
      fields: { features: ['Glass'], main_category: 'Industrial & Scientific', average_rating: 4.5, rating_number: 12 },
    },
    { id: 'P2', title: 'Tube', categories: [] },
  ]);
  assert.deepEqual(events, [{ user: 'AE1', item: 'P1', type: 'interaction', timestamp: 1588687728.923, rating: 4 }]);
});

test('protocol B: users with more than three reviews of products with metadata, by time, repeats kept', async () => {
  const random = createRandom(7);
  const meta = Array.from({ length: 40 }, (_, i) => meta2018(`B${i}`));
  const reviews = Array.from({ length: 400 }, () =>
    // Times are whole days, as in the files. Therefore many reviews of a user have equal times. A
    // fifth of the reviews is of products without metadata.
    review2018(`U${random.int(80)}`, `B${random.int(50)}`, 1500000000 + 86400 * random.int(5)),
  );
  const expected = new Map<string, string[]>();
  const known = new Set(meta.map(({ asin }) => asin));
  const byTime = reviews.map((review, line) => ({ ...review, line }));
  byTime.sort((a, b) => a.unixReviewTime - b.unixReviewTime || a.line - b.line);
  for (const { reviewerID, asin } of byTime)
    if (known.has(asin)) expected.set(reviewerID, [...(expected.get(reviewerID) ?? []), asin]);
  for (const [user, sequence] of expected) if (sequence.length <= 3) expected.delete(user);

  const { summary, items, histories } = await imported({
    items: [await put('meta_B.json.gz', meta)],
    events: [await put('B_5.json.gz', reviews)],
    format: 'amazon2018',
    minUserEvents: 4,
    minItemEvents: 1,
  });
  assert.ok(expected.size > 10 && expected.size < 80, String(expected.size));
  assert.deepEqual(histories, new Map([...histories.keys()].map((user) => [user, expected.get(user)])));
  assert.equal(histories.size, expected.size);
  assert.equal(summary.withoutItem, reviews.filter(({ asin }) => !known.has(asin)).length);
  // Only products that occur in the sequences are imported.
  assert.deepEqual(new Set(items.map(({ id }) => id)), new Set([...expected.values()].flat()));
});

test('events of unknown items are bad lines, or are skipped with `unknownItems: skip`', async () => {
  const items = [await put('own.jsonl.gz', [{ item: 'a' }])];
  const log = [
    { user: 'u', item: 'a' },
    { user: 'u', item: 'b' },
    { user: '', item: 'b' },
  ];
  const events = [await put('log.jsonl.gz', log)];
  await assert.rejects(
    imported({ items, events }),
    (error: { details?: { count: number } }) => error.details?.count === 2,
  );
  await assert.rejects(imported({ items, events, unknownItems: 'skip' }), { code: 'IMPORT_BAD_LINES' });
  const { summary } = await imported({ items, events, unknownItems: 'skip', skipBad: 1 });
  assert.deepEqual([summary.events, summary.withoutItem, summary.skipped], [1, 1, 1]);
  await assert.rejects(imported({ items, events, unknownItems: 'drop' as never }), { code: 'IMPORT_OPTION' });
});
