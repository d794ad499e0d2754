/**
 * Property: a catalogue and a log that are written in any of many ways mean the same, or are
 * refused. What is meant is made first; the files are written from it by code that shares nothing
 * with the import.
 */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createRandom } from '@lorekeep/core';
import { importFiles } from '@lorekeep/datasets';
import { openStore } from '@lorekeep/store';
import { allEvents, allItems, put } from '../import/harness.ts';

const pad = (n: number, width = 2) => String(n).padStart(width, '0');
const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];

/** Ways to write a whole second. */
const TIMES: Record<string, (seconds: number) => string> = {
  s: String,
  ms: (s) => `${s}000`,
  us: (s) => `${s}000000`,
  ns: (s) => `${s}000000000`,
  float: (s) => `${s}.0`,
  iso: (s) => new Date(s * 1000).toISOString(),
  blank: (s) => new Date(s * 1000).toISOString().slice(0, 19).replace('T', ' '),
  offset: (s) => `${new Date((s - 18_000) * 1000).toISOString().slice(0, 19).replace('T', ' ')} -0500`,
  comma: (s) => `${new Date(s * 1000).toISOString().slice(0, 19).replace('T', ' ')},000`,
  digits: (s) => new Date(s * 1000).toISOString().replace(/\D/g, '').slice(0, 14),
  rfc2822: (s) => new Date(s * 1000).toUTCString(),
  dmy: (s) => {
    const d = new Date(s * 1000);
    return `${pad(d.getUTCDate())}/${pad(d.getUTCMonth() + 1)}/${d.getUTCFullYear()} ${d.toISOString().slice(11, 19)}`;
  },
  mdy12: (s) => {
    const d = new Date(s * 1000);
    const hour = d.getUTCHours();
    const clock = `${hour % 12 === 0 ? 12 : hour % 12}${d.toISOString().slice(13, 19)} ${hour < 12 ? 'AM' : 'PM'}`;
    return `${d.getUTCMonth() + 1}/${d.getUTCDate()}/${d.getUTCFullYear()} ${clock}`;
  },
  ctime: (s) => {
    const d = new Date(s * 1000);
    return `${d.toUTCString().slice(0, 3)} ${MONTHS[d.getUTCMonth()]} ${pad(d.getUTCDate())} ${d.toISOString().slice(11, 19)} +0000 ${d.getUTCFullYear()}`;
  },
};

const IDS: Record<string, (n: number) => string> = {
  plain: (n) => `i${n}`,
  number: (n) => String(100 + n),
  zeros: (n) => pad(n, 6),
  accents: (n) => `Crème ${n}`,
  long: (n) => `1234567890123456${n % 10}${Math.floor(n / 10)}`,
};
/** How the log writes the ids of the catalogue. */
const SPELLINGS: Record<string, (id: string) => string> = {
  same: (id) => id,
  blanks: (id) => ` ${id} `,
  nfd: (id) => id.normalize('NFD'),
};

const PRICES: Record<string, (cents: number) => string> = {
  plain: (cents) => (cents / 100).toFixed(2),
  euro: (cents) => `${new Intl.NumberFormat('de-DE', { minimumFractionDigits: 2 }).format(cents / 100)} €`,
  dollar: (cents) => `$${new Intl.NumberFormat('en-US', { minimumFractionDigits: 2 }).format(cents / 100)}`,
  code: (cents) => `${(cents / 100).toFixed(2)} EUR`,
};
const MISSING = ['', 'nan', 'NULL', 'None', '\\N', 'N/A', 'undefined'];
const SEPARATORS = ['|', ' > ', ';', ', '];
const CATEGORIES = ['Home', 'Lamps', 'Tents', 'Garden & Co', 'Toys'];
const NAMES = [
  ['user_id', 'item_id', 'timestamp'],
  ['CustomerID', 'productCode', 'order_date'],
  ['visitorid', 'itemid', 'event_timestamp'],
  ['buyer', 'sku', 'purchased_at'],
];

const quote = (cell: string) => (/[",\n]/.test(cell) ? `"${cell.replaceAll('"', '""')}"` : cell);
const csv = (rows: string[][]) => `${rows.map((row) => row.map(quote).join(',')).join('\n')}\n`;

test('what is stored is what was meant, however it is written', async () => {
  const random = createRandom(20);
  const pick = <T>(list: readonly T[]): T => list[random.int(list.length)];
  for (let round = 0; round < 60; round++) {
    const [timeName, idName, spelling, priceName] = [TIMES, IDS, SPELLINGS, PRICES].map((table) =>
      pick(Object.keys(table)),
    );
    const [user, item, time] = pick(NAMES);
    const separator = pick(SEPARATORS);
    const what = `${round}: ${timeName} ${idName} ${spelling} ${priceName} ${separator} ${user}`;
    const count = 8;
    const catalogue = Array.from({ length: count }, (_, n) => {
      const cents = n === 0 ? 123_456 : n === 1 ? 1250 : n % 3 === 0 ? undefined : 100 + random.int(500_000);
      // Two entries each, so that the column shows what divides them.
      const first = n % CATEGORIES.length;
      return {
        id: IDS[idName](n),
        cents,
        categories: [CATEGORIES[first], CATEGORIES[(first + 1) % CATEGORIES.length]],
      };
    });
    const log = Array.from({ length: 30 }, (_, i) => ({
      user: `u${random.int(6)}`,
      item: catalogue[random.int(count)].id,
      // The 28th of a month, at times, so that dates show their order.
      timestamp:
        Date.UTC(
          2023,
          random.int(12),
          i === 0 ? 28 : 1 + random.int(28),
          random.int(24),
          random.int(60),
          random.int(60),
        ) / 1000,
      rating: i % 4 === 0 ? undefined : 1 + random.int(5),
    }));
    const items = await put(
      'items.csv',
      csv([
        ['id', 'price', 'categories'],
        ...catalogue.map(({ id, cents, categories }) => [
          id,
          cents === undefined ? pick(MISSING) : PRICES[priceName](cents),
          categories.join(separator),
        ]),
      ]),
    );
    const events = await put(
      'log.csv',
      csv([
        [user, item, time, 'rating'],
        ...log.map((event) => [
          event.user,
          SPELLINGS[spelling](event.item),
          TIMES[timeName](event.timestamp),
          event.rating === undefined ? pick(MISSING) : String(event.rating),
        ]),
      ]),
    );
    const store = await openStore(':memory:');
    await importFiles({ store, items: [items], events: [events] }).catch((error) => assert.fail(`${what}: ${error}`));
    const found = await allItems(store);
    assert.deepEqual(
      found.map(({ id, price, categories }) => ({ id, price, categories })),
      catalogue.map(({ id, cents, categories }) => ({
        id: id.normalize('NFC'),
        price: cents === undefined ? undefined : cents / 100,
        categories,
      })),
      what,
    );
    assert.deepEqual(
      (await allEvents(store)).map((event) => [event.user, event.item, event.timestamp, event.rating]),
      log.map((event) => [event.user, event.item.normalize('NFC'), event.timestamp, event.rating]),
      what,
    );
    await store.close();
  }
});
