/**
 * The shop that `bench serve` serves, made once and kept: a generated catalogue with three events per
 * item and a model of the preset `learn` with vectors of 64 dimensions. Every part has its full size:
 * all items in the linear model, the index and the tables of the re-ranker, and the networks of the
 * default. Two steps are shortened, which changes what the model knows and not what a request costs:
 * the towers train for one epoch, and the content vectors are generated (`groupVectors`) and stored as
 * those of the language model, which then encodes new items for real.
 *
 * A second workspace has the towers alone over the same data. It is what the peer can serve.
 */
import { existsSync } from 'node:fs';
import { cp, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { DEFAULT_MODEL, DEFAULT_TEMPLATE, openEncoder, templateFor, textHash } from '@lorekeep/encoder';
import type { Store } from '@lorekeep/store';
import { openWorkspace } from '@lorekeep/workspace';
import { groupVectors } from '../../data/grouped-events.ts';
import { answer } from '../../measure/child-answer.ts';
import { runChild } from '../../measure/child-process.ts';
import { keptWorkspace } from '../../paths.ts';
import { writeShop } from '../catalogue-scale/data.ts';

const EVENTS_PER_ITEM = 3;
const SEED = 42;
const DIM = 64;
/** What a service reads of a workspace. */
const SERVED = ['lorekeep.sqlite', 'published', 'encoders'];

interface ShopWork {
  /** Of the workspace; its files lie beside it while they are imported. */
  dir: string;
  items: number;
  /** The towers alone, over the data of this workspace. */
  towersOf?: string;
}

export interface Shops {
  /** The default: linear model, re-ranker and towers. */
  full: string;
  towers: string;
}

/** Both workspaces, which are made if they are not there. */
export async function keptShops(items: number, log: (line: string) => void): Promise<Shops> {
  const full = keptWorkspace(`serve-${items}`);
  const towers = keptWorkspace(`serve-${items}-towers`);
  if (!isPublished(full)) {
    log(`making the shop of ${items} items (once)`);
    await runChild(new URL(import.meta.url), { dir: full, items } satisfies ShopWork);
  }
  if (!isPublished(towers)) {
    log('training the towers alone (once)');
    await runChild(new URL(import.meta.url), { dir: towers, items, towersOf: full } satisfies ShopWork);
  }
  return { full, towers };
}

const isPublished = (dir: string): boolean => existsSync(join(dir, 'published', 'current'));

/** A copy to serve: a bench may write into it. */
export async function copyToServe(dir: string, into: string): Promise<string> {
  for (const name of SERVED)
    if (existsSync(join(dir, name))) await cp(join(dir, name), join(into, name), { recursive: true });
  return into;
}

if (process.argv[1] === import.meta.filename)
  await answer<ShopWork, { trainSeconds: number }>(async ({ dir, items, towersOf }) => {
    // Under another name until it is whole.
    const unfinished = `${dir}-unfinished`;
    await rm(unfinished, { recursive: true, force: true });
    const trainSeconds = await (towersOf === undefined
      ? makeShop(unfinished, items)
      : trainTowers(unfinished, towersOf));
    await rm(dir, { recursive: true, force: true });
    await rename(unfinished, dir);
    return { trainSeconds };
  });

async function makeShop(dir: string, items: number): Promise<number> {
  const files = `${dir}-files`;
  await writeShop(files, items, items * EVENTS_PER_ITEM);
  await using workspace = await openWorkspace(dir, { create: true });
  await workspace.importDirectory(files);
  await rm(files, { recursive: true });
  await storeVectors(workspace.store, items);
  await workspace.encode({ model: DEFAULT_MODEL, template: DEFAULT_TEMPLATE });
  const { seconds } = await workspace.train({ config: { network: { dim: DIM }, training: { epochs: 1 } } });
  await workspace.publish();
  return seconds;
}

async function trainTowers(dir: string, full: string): Promise<number> {
  await copyToServe(full, dir);
  await rm(join(dir, 'published'), { recursive: true });
  await using workspace = await openWorkspace(dir);
  const alone = { linear: { neighboursPerItem: 0 }, reranker: { enabled: false } };
  const config = { network: { dim: DIM }, training: { epochs: 0 }, ...alone };
  const { seconds } = await workspace.train({ config });
  await workspace.publish();
  return seconds;
}

/** Generated vectors under the texts of the items, as if the language model had made them. */
async function storeVectors(store: Store, items: number): Promise<void> {
  const encoder = await openEncoder(DEFAULT_MODEL);
  try {
    const { dim, id } = encoder;
    const template = templateFor(DEFAULT_TEMPLATE, encoder);
    const vectors = groupVectors(items, dim, SEED);
    for await (const batch of store.items({ batchSize: 1000 })) {
      const own = new Float32Array(batch.length * dim);
      batch.forEach((item, at) => {
        const row = Number(item.id.slice(1));
        const vector = vectors.subarray(row * dim, (row + 1) * dim);
        const norm = Math.hypot(...vector);
        for (let k = 0; k < dim; k++) own[at * dim + k] = vector[k] / norm;
      });
      const hashes = batch.map((item) => textHash(item, template));
      await store.putEmbeddings(id, dim, hashes, own);
    }
  } finally {
    await encoder.close();
  }
}
