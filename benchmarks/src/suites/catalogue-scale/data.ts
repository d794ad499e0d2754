/**
 * The files of a generated shop of any size: items whose titles tell their group, and events of users
 * that mostly stay in one group (`grouped-events.ts`). Written line by line, so memory stays small.
 */
import { createWriteStream } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createRandom } from '@lorekeep/core';
import { groupedHistories } from '../../data/grouped-events.ts';

const GROUPS = 1000;
const WORDS_OF_GROUP = 12;
const WORDS_OF_TITLE = 4;
const SEED = 42;
/** Lines that are written at once. */
const BLOCK = 10_000;

export async function writeShop(folder: string, items: number, events: number): Promise<void> {
  await mkdir(folder, { recursive: true });
  await write(join(folder, 'items.csv'), itemLines(items));
  await write(join(folder, 'interactions.csv'), eventLines(items, events));
}

async function write(path: string, lines: Generator<string>): Promise<void> {
  await pipeline(Readable.from(blocks(lines)), createWriteStream(path));
}

function* blocks(lines: Generator<string>): Generator<string> {
  let block: string[] = [];
  for (const line of lines) {
    block.push(line);
    if (block.length < BLOCK) continue;
    yield `${block.join('\n')}\n`;
    block = [];
  }
  yield `${block.join('\n')}\n`;
}

function* itemLines(items: number): Generator<string> {
  const random = createRandom(SEED);
  yield 'item_id,title,category';
  for (let item = 0; item < items; item++) {
    const group = item % GROUPS;
    const words = Array.from({ length: WORDS_OF_TITLE }, () =>
      word(group * WORDS_OF_GROUP + random.int(WORDS_OF_GROUP)),
    );
    yield `i${item},${words.join(' ')} ${word(1_000_000 + item)},${word(500_000 + group)}`;
  }
}

function* eventLines(items: number, events: number): Generator<string> {
  const { offsets, items: rows } = groupedHistories(items, events, SEED + 1);
  yield 'user_id,item_id,timestamp';
  for (let user = 0; user + 1 < offsets.length; user++)
    for (let at = offsets[user]; at < offsets[user + 1]; at++) yield `u${user},i${rows[at]},${1_700_000_000 + at}`;
}

const SYLLABLES = ['ba', 'de', 'fi', 'go', 'hu', 'ka', 'le', 'mi', 'no', 'pu', 'ra', 'se', 'ti', 'vo', 'wu', 'za'];

/** A word that can be spoken, different for every number. */
function word(number: number): string {
  let text = '';
  for (let rest = number + SYLLABLES.length; rest > 0; rest = Math.floor(rest / SYLLABLES.length))
    text += SYLLABLES[rest % SYLLABLES.length];
  return text;
}
