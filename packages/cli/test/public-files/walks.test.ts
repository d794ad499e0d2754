/** Files as they are downloaded or exported, with at most one option each, on the way to recommendations. */
import assert from 'node:assert/strict';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { lorekeep } from '../command.ts';

const USERS = 120;
const LENGTH = 6;
const ITEMS = 40;
const START = 1_700_000_000;

/** Each item leads to the next one, so what is recommended is known. */
const itemOf = (user: number, step: number) => (user + step) % ITEMS;
const walks = Array.from({ length: USERS * LENGTH }, (_, at) => {
  const [user, step] = [Math.floor(at / LENGTH), at % LENGTH];
  return { user, item: itemOf(user, step), time: START + user * 86_400 + step * 60 };
});

let dir: string;
before(async () => {
  dir = await mkdtemp(join(tmpdir(), 'lorekeep-public-'));
  const config = { network: { dim: 8, hidden: 8 }, linear: { neighboursPerItem: 20 } };
  await writeFile(join(dir, 'quick.json'), JSON.stringify(config));
});
after(() => rm(dir, { recursive: true }));

/** Runs the commands of a new user, and returns the ids that are recommended. */
async function walk(
  name: string,
  files: Record<string, string | Buffer>,
  words: string[],
  user: string,
): Promise<string[]> {
  await mkdir(join(dir, name));
  for (const [file, content] of Object.entries(files)) await writeFile(join(dir, name, file), content);
  const run = async (...command: string[]) => {
    const { code, last, stderr } = await lorekeep([...command, '--workspace', `${name}-shop`, '--json'], dir);
    assert.equal(code, 0, `${command.join(' ')}: ${stderr} ${JSON.stringify(last)}`);
    return last;
  };
  const inFolder = words.map((word) => (Object.hasOwn(files, word) ? join(name, word) : word));
  const imported = await run('import', ...inFolder);
  assert.deepEqual([imported.counts.events, imported.counts.users, imported.skipped], [walks.length, USERS, 0]);
  await run('encode', '--model', 'lexical');
  await run('train', '--preset', 'linear', '--config', 'quick.json');
  await run('publish');
  const { source, items } = await run('recommend', '--user', user, '-k', '3');
  assert.equal(source, 'linear');
  return items.map(({ id }: { id: string }) => id);
}

/** The item after the last one of a user. */
const next = (user: number) => itemOf(user, LENGTH);

test('MovieLens 1M: two .dat files without a header, in Latin-1', async () => {
  const movies = Array.from({ length: ITEMS }, (_, n) => `${n + 1}::Café ${n} (199${n % 10})::Drama|Comedy\n`).join('');
  const ratings = walks
    .map(({ user, item, time }) => `${user + 1}::${item + 1}::${4 + (item % 2)}::${time}\n`)
    .join('');
  const files = { 'movies.dat': Buffer.from(movies, 'latin1'), 'ratings.dat': ratings };
  const found = await walk('ml', files, ['--items', 'movies.dat', '--events', 'ratings.dat'], '8');
  assert.equal(found[0], String(next(7) + 1));
});

test('Shopify: products with variants, and orders of several lines', async () => {
  const products = Array.from({ length: ITEMS }, (_, n) => {
    const options = n % 2 === 0 ? ['Size,S'] : ['Title,Default Title'];
    const rows = [
      `thing-${n},Thing ${n},"<p>A ""nice"" thing, number ${n}</p>",Acme,Lamp,"home, light",true,${options},sku-${n},"${n}.90",https://x/${n}.jpg,active`,
    ];
    if (n % 2 === 0) rows.push(`thing-${n},,,,,,,,M,sku-${n}-m,29.90,,`, `thing-${n},,,,,,,,,,,https://x/${n}-2.jpg,`);
    return rows.join('\n');
  });
  const orders = walks.map(({ user, item, time }, at) => {
    const first = at % LENGTH === 0;
    const created = new Date(time * 1000).toISOString().replace('T', ' ').replace(/\..*/, ' +0000');
    return `#${1000 + user},ann${user}@shop.example,${first ? 'paid' : ''},${first ? created : ''},${created},1,Thing ${item},9.90,sku-${item},true,${first ? 5000 + user : ''}`;
  });
  const files = {
    'products_export.csv': `Handle,Title,Body (HTML),Vendor,Type,Tags,Published,Option1 Name,Option1 Value,Variant SKU,Variant Price,Image Src,Status\n${products.join('\n')}\n`,
    'orders_export.csv': `Name,Email,Financial Status,Paid at,Created at,Lineitem quantity,Lineitem name,Lineitem price,Lineitem sku,Lineitem requires shipping,Id\n${orders.join('\n')}\n`,
  };
  const words = ['--items', 'products_export.csv', '--events', 'orders_export.csv'];
  const found = await walk('shopify', files, words, 'ann7@shop.example');
  assert.ok(found.includes(`sku-${next(7)}`), found.join());
});

test('Google Analytics 4: the export to BigQuery as JSON lines, without a catalogue', async () => {
  const event = (event_name: string, user: number, time: number, items: object[]) =>
    JSON.stringify({
      event_date: '20231114',
      event_timestamp: `${time}000000`,
      event_name,
      event_params: [{ key: 'ga_session_id', value: { int_value: '17' } }],
      user_id: null,
      user_pseudo_id: `${user}.5`,
      items,
    });
  const lines = walks.flatMap(({ user, item, time }) => [
    event('page_view', user, time, []),
    event('view_item', user, time, [{ item_id: `i${item}`, item_name: `Thing ${item}`, price: 3.5 }]),
  ]);
  const words = ['--events', 'events_20231114.json', '--unknown-items', 'add'];
  const found = await walk('ga4', { 'events_20231114.json': `${lines.join('\n')}\n` }, words, '7.5');
  assert.equal(found[0], `i${next(7)}`);
});
