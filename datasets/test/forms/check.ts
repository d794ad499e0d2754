/** Shops in drawn forms, written, imported, and compared with what was meant. */
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { DuckDBInstance } from '@duckdb/node-api';
import { createRandom, errorCode, type Random } from '@lorekeep/core';
import { importFiles } from '@lorekeep/datasets';
import { openStore } from '@lorekeep/store';
import { createShop, type Meant, pick } from './meant.ts';
import { createDialect, type Dialect, ENCODINGS, write } from './write.ts';

export interface Tally {
  files: number;
  equal: number;
  /** Equal but for optional values that the import names and leaves out. */
  told: number;
  /** Files refused, by code. */
  refused: Record<string, number>;
  /** Stored values differ from what was meant, and nothing says so. */
  different: string[];
}

/**
 * @param files two for each shop: its catalogue and its log
 * @param folder for the files; those of shops that differ stay in it
 */
export async function checkForms(files: number, seed: number, folder: string, onShop?: (tally: Tally) => void) {
  const random = createRandom(seed);
  const instance = await DuckDBInstance.create(':memory:');
  const connection = await instance.connect();
  const tally: Tally = { files: 0, equal: 0, told: 0, refused: {}, different: [] };
  for (let n = 0; tally.files < files; n++) {
    const place = join(folder, `${seed}-${n}`);
    await mkdir(place);
    const dialects = [drawDialect(random), drawDialect(random)];
    const wide = dialects.every(({ encoding }) => encoding !== 'windows-1252');
    const shop = createShop(random, wide);
    const [items, events] = [
      await write(join(place, 'items'), shop.items, dialects[0], connection),
      await write(join(place, 'events'), shop.events, dialects[1], connection),
    ];
    const header = {
      ...(hasHeader(dialects[0]) ? {} : { items: shop.items.names }),
      ...(hasHeader(dialects[1]) ? {} : { events: shop.events.names }),
    };
    const what = JSON.stringify({ n, forms: shop.forms, dialects });
    tally.files += 2;
    const store = await openStore(':memory:');
    try {
      const options = { items: [items], events: [events], skipBad: shop.events.malformed };
      const summary = await importFiles({ ...options, store, ...(Object.keys(header).length > 0 ? { header } : {}) });
      const stored: Stored = {
        items: (await Array.fromAsync(store.items())).flat(),
        events: (await Array.fromAsync(store.events())).flat(),
      };
      const told = new Set(
        summary.problems.filter(({ effect }) => effect === 'value').map(({ cause }) => cause.split(' ')[0]),
      );
      const difference = differenceOf(shop.meant, stored, told);
      if (difference !== undefined) tally.different.push(`${difference} ${what}`);
      else if (told.size > 0) tally.told += 2;
      else tally.equal += 2;
    } catch (error) {
      const code = errorCode(error);
      if (!/^IMPORT_/.test(code)) throw error;
      tally.refused[code] = (tally.refused[code] ?? 0) + 2;
      if (process.env.SHOW === code) console.log(what, String(error), '\n');
    } finally {
      await store.close();
    }
    onShop?.(tally);
  }
  connection.closeSync();
  instance.closeSync();
  return tally;
}

const drawDialect = (random: Random) => createDialect(random, pick(random, ENCODINGS));
const hasHeader = ({ format, withHeader }: Dialect) => format !== 'table' || withHeader;

interface Stored {
  items: { id: string; title?: string; price?: number; categories?: string[] }[];
  events: { user: string; item: string; timestamp: number; type: string; rating?: number }[];
}

/** The first difference, which the import does not tell; undefined if there is none. */
function differenceOf(meant: Meant, stored: Stored, told: ReadonlySet<string>): string | undefined {
  if (stored.items.length !== meant.items.length) return `${stored.items.length} items, not ${meant.items.length}`;
  const byId = new Map(stored.items.map((item) => [item.id, item]));
  for (const item of meant.items) {
    const found = byId.get(item.id);
    if (found === undefined) return `no item ${item.id}`;
    for (const field of ['title', 'price', 'categories'] as const) {
      if (JSON.stringify(found[field]) === JSON.stringify(item[field])) continue;
      if (found[field] === undefined && told.has(field)) continue;
      return `${field} of ${item.id}: ${JSON.stringify(found[field])}, not ${JSON.stringify(item[field])}`;
    }
  }
  const keyOf = (user: string, item: string, type?: string, rating?: number, seconds?: number) =>
    JSON.stringify([user, item, type, rating, seconds === undefined ? undefined : Math.round(seconds * 100)]);
  const timed = meant.events.some(({ seconds }) => seconds !== undefined);
  const expected = meant.events.map((e) => keyOf(e.user, e.item, e.type, e.rating, e.seconds)).sort();
  const found = stored.events
    .map((e) => keyOf(e.user, e.item, e.type, e.rating, timed ? e.timestamp : undefined))
    .sort();
  if (found.length !== expected.length) return `${found.length} events, not ${expected.length}`;
  const at = expected.findIndex((key, i) => key !== found[i]);
  return at < 0 ? undefined : `event ${found[at]}, not ${expected[at]}`;
}
