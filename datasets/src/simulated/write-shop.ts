/**
 * The simulated shop as files in the layout of the public data sets (`items.jsonl.gz`,
 * `interactions.tsv.gz`), which the normal import reads. Events are made as they are written, so
 * ten million pass through a few megabytes of memory.
 */
import { createWriteStream, existsSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createGzip } from 'node:zlib';
import { type RunContext, writeDirectoryAtomic } from '@lorekeep/core';
import { errors } from '../errors.ts';
import { eventBatches } from './event-batches.ts';
import { simulatedFingerprint } from './fingerprint.ts';
import type { SimulatedShopOptions } from './options.ts';
import { type SimulatedShop, simulateShop } from './shop.ts';

export interface SimulatedFiles {
  items: string;
  interactions: string;
  /** The options, with defaults filled in, and the fingerprint. */
  description: string;
}

/**
 * Writes `items.jsonl.gz`, `interactions.tsv.gz` and `simulated.json` into a new directory, all at
 * once or not at all.
 * @throws LorekeepError `SIMULATED_DIRECTORY_EXISTS`, `SIMULATED_BAD_OPTION`; or `signal.reason`
 */
export async function writeSimulatedShop(
  directory: string,
  options: SimulatedShopOptions = {},
  context: RunContext = {},
): Promise<SimulatedFiles> {
  const shop = simulateShop(options);
  if (existsSync(directory)) throw errors.SIMULATED_DIRECTORY_EXISTS({ directory });
  await writeDirectoryAtomic(directory, async (temporary) => {
    const files = filesIn(temporary);
    await writeGzip(files.items, itemLines(shop));
    await writeGzip(files.interactions, eventLines(shop, context));
    const description = { simulated: true, fingerprint: simulatedFingerprint(options), options: shop.options };
    await writeFile(files.description, `${JSON.stringify(description, null, 2)}\n`);
  });
  return filesIn(directory);
}

function filesIn(directory: string): SimulatedFiles {
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
  yield 'user\titem\trating\ttimestamp\tbehavior\tsession\tsurface\tposition\trequest\n';
  for (const batch of eventBatches(shop, context)) {
    for (const { user, item, timestamp, type, session, surface = '', position = '', request } of batch) {
      yield `${user}\t${item}\t\t${timestamp}\t${type}\t${session}\t${surface}\t${position}\t${request}\n`;
    }
  }
}

async function writeGzip(path: string, lines: Iterable<string>): Promise<void> {
  await pipeline(Readable.from(chunks(lines)), createGzip(), createWriteStream(path));
}

/**
 * Joins lines to pieces of 64 KiB, because one write per line would cost more than making the line.
 */
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
