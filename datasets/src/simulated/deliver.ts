/**
 * The simulated shop as data like any other: written as files in the layout of the public data sets (`items.jsonl.gz`,
 * `interactions.tsv.gz`), to go through the normal import, or straight into a store. Events are made as they are
 * written; ten million pass through a few megabytes of memory.
 */
import { createWriteStream, existsSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createGzip } from 'node:zlib';
import { type RunContext, sha256, silent, writeDirectoryAtomic } from '@lorekeep/core';
import type { Event, ImportRecord, Item, Store } from '@lorekeep/store';
import { otherShopStored, shopDirectoryExists } from './errors.ts';
import { type ResolvedShopOptions, resolveShopOptions, type SimulatedShopOptions } from './options.ts';
import { type SimulatedShop, simulateShop } from './shop.ts';

/** Raised whenever equal options come to give another shop, so that stored ones are not taken for this one. */
const GENERATOR_VERSION = 1;
const BATCH = 5000;

/** Names a shop by what it is made of, SHA-256. */
export function simulatedFingerprint(options: SimulatedShopOptions = {}): string {
  return sha256(JSON.stringify({ simulated: GENERATOR_VERSION, ...resolveShopOptions(options) }));
}

export interface SimulatedFiles {
  items: string;
  interactions: string;
  /** The options, all defaults filled in, and the fingerprint. */
  description: string;
}

/**
 * Writes `items.jsonl.gz`, `interactions.tsv.gz` and `simulated.json` into a new directory, all at once or not at all.
 * @throws LorekeepError `SIMULATED_DIRECTORY_EXISTS`, `SIMULATED_BAD_OPTION`
 */
export async function writeSimulatedShop(
  directory: string,
  options: SimulatedShopOptions = {},
  context: RunContext = {},
): Promise<SimulatedFiles> {
  const shop = simulateShop(options);
  if (existsSync(directory)) throw shopDirectoryExists(directory);
  await writeDirectoryAtomic(directory, async (temporary) => {
    await writeGzip(join(temporary, 'items.jsonl.gz'), itemLines(shop));
    await writeGzip(join(temporary, 'interactions.tsv.gz'), eventLines(shop, context));
    const description = { simulated: true, fingerprint: simulatedFingerprint(options), options: shop.options };
    await writeFile(join(temporary, 'simulated.json'), `${JSON.stringify(description, null, 2)}\n`);
  });
  return {
    items: join(directory, 'items.jsonl.gz'),
    interactions: join(directory, 'interactions.tsv.gz'),
    description: join(directory, 'simulated.json'),
  };
}

function* itemLines(shop: SimulatedShop): Generator<string> {
  for (const { id, ...rest } of shop.items()) yield `${JSON.stringify({ item: id, ...rest })}\n`;
}

function* eventLines(shop: SimulatedShop, context: RunContext): Generator<string> {
  yield 'user\titem\trating\ttimestamp\tbehavior\tsession\tsurface\tposition\n';
  for (const batch of eventBatches(shop, context)) {
    for (const { user, item, timestamp, type, session, surface = '', position = '' } of batch) {
      yield `${user}\t${item}\t\t${timestamp}\t${type}\t${session}\t${surface}\t${position}\n`;
    }
  }
}

/** Batches, reporting each, and stopping between them when asked to. */
function* eventBatches(shop: SimulatedShop, { progress = silent, signal }: RunContext): Generator<Event[]> {
  const total = shop.options.events;
  let done = 0;
  let batch: Event[] = [];
  for (const event of shop.events()) {
    batch.push(event);
    if (batch.length < BATCH && done + batch.length < total) continue;
    signal?.throwIfAborted();
    yield batch;
    done += batch.length;
    batch = [];
    progress({ stage: 'import', done, total, unit: 'events', note: 'simulated shop' });
  }
}

async function writeGzip(path: string, lines: Iterable<string>): Promise<void> {
  await pipeline(Readable.from(chunks(lines)), createGzip(), createWriteStream(path));
}

/** Lines joined to pieces of 64 kB: one line a write would cost more than making the line. */
function* chunks(lines: Iterable<string>): Generator<string> {
  let chunk = '';
  for (const line of lines) {
    chunk += line;
    if (chunk.length < 1 << 16) continue;
    yield chunk;
    chunk = '';
  }
  yield chunk;
}

export interface SimulatedImport {
  record: ImportRecord;
  /** The very same shop was there already; nothing was done. */
  unchanged: boolean;
}

/**
 * Puts the shop into a store, in one transaction.
 * @throws LorekeepError `SIMULATED_OTHER_SHOP` if the store holds one made with other options, `SIMULATED_BAD_OPTION`
 */
export async function importSimulatedShop(
  store: Store,
  options: SimulatedShopOptions = {},
  context: RunContext = {},
): Promise<SimulatedImport> {
  const resolved: ResolvedShopOptions = resolveShopOptions(options);
  const fingerprint = simulatedFingerprint(resolved);
  const imports = await store.imports();
  const same = imports.find((record) => record.fingerprint === fingerprint);
  if (same !== undefined) return { record: same, unchanged: true };
  const other = imports.find((record) => record.files.length === 1 && record.files[0] === 'simulated');
  if (other !== undefined) throw otherShopStored(other.fingerprint);

  const shop = simulateShop(resolved);
  const record: ImportRecord = {
    fingerprint,
    files: ['simulated'],
    contents: [],
    items: resolved.items,
    events: resolved.events,
    ordinals: false,
    skipped: 0,
    at: Math.floor(Date.now() / 1000),
  };
  await store.importAll(record, async (transaction) => {
    const items: Item[] = [];
    for (const item of shop.items()) {
      items.push(item);
      if (items.length === BATCH) await transaction.putItems(items.splice(0));
    }
    if (items.length > 0) await transaction.putItems(items);
    for (const batch of eventBatches(shop, context)) {
      await transaction.putEvents(batch);
      // Let timers and Ctrl-C through.
      await new Promise((resolve) => setImmediate(resolve));
    }
  });
  return { record, unchanged: false };
}
