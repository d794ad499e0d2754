/** Texts of real catalogues for benches of encoders: short, medium-length and long. */
import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { createRandom } from '@lorekeep/core';
import { simulateShop } from '@lorekeep/datasets';
import { type ItemTemplate, itemText } from '@lorekeep/encoder';
import type { Item } from '@lorekeep/store';
import { defaultData } from './default-data.ts';

export interface TextSample {
  /** The keys of its figures end in it: `items_per_s_fp32_short`. */
  name: string;
  texts: string[];
}

/** Data set, template of its item texts, name of the sample. The second sample is the headline. */
const CATALOGUES: [data: string, template: ItemTemplate, name: string][] = [
  ['amazon18-arts', 'title', 'short'],
  ['amazon18-scientific', 'title-brand-category', 'middle'],
  ['amazon14-office', 'full', 'long'],
];

/**
 * `count` texts, drawn with a fixed seed, of each catalogue that is on this machine. If `data` is
 * given, they are of `data` alone. If there is no catalogue, they are of a simulated shop.
 */
export async function textSamples(data: string | undefined, count: number): Promise<TextSample[]> {
  const samples: TextSample[] = [];
  const add = (name: string, items: Item[], template: ItemTemplate) => {
    const texts = [...new Set(items.map((item) => itemText(item, template)))].filter((text) => text !== '');
    samples.push({ name, texts: createRandom(7).shuffle(texts).slice(0, count) });
  };
  if (data !== undefined) add('middle', await itemsOf(data), 'title-brand-category');
  else
    for (const [set, template, name] of CATALOGUES) {
      const folder = defaultData(set);
      if (folder !== undefined) add(name, await itemsOf(folder), template);
    }
  if (samples.length === 0)
    add('middle', [...simulateShop({ events: 1000, items: 4 * count }).items()], 'title-brand-category');
  return samples;
}

async function itemsOf(directory: string): Promise<Item[]> {
  const path = join(directory, 'items.jsonl.gz');
  if (!existsSync(path)) return [];
  const lines = gunzipSync(await readFile(path))
    .toString()
    .trim()
    .split('\n');
  return lines.map((line) => {
    const { item: id, ...fields } = JSON.parse(line) as Omit<Item, 'id'> & { item: string };
    return { id, ...fields };
  });
}
