/**
 * Builds a publication: every item of the catalogue goes through encoder and item tower, an index
 * is built over the vectors, and its recall is measured against an exact scan.
 */
import { copyFile, link, mkdir, readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { checksumsOf, gatherRows, newVersion, noProgress, type RunContext, writeDirectoryAtomic } from '@lorekeep/core';
import {
  catalogueVectors,
  DEFAULT_TEMPLATE,
  encodeCatalogue,
  type ItemTemplate,
  type TextEncoder,
  textHash,
} from '@lorekeep/encoder';
import { popularityOf } from '@lorekeep/evaluation';
import { namedArray, saveSafetensors } from '@lorekeep/graph';
import { type InteractionLog, recogniseRatings, type Store } from '@lorekeep/store';
import type { IndexKind, VectorIndex } from '@lorekeep/vector-index';
import { createVectorTable, openIndexAdapter } from '@lorekeep/vector-index';
import { openBundle } from '../bundle/load.ts';
import { isSearchable, type ServedModel } from '../bundle/served-model.ts';
import { createTextModel, textMean } from '../bundle/text-model.ts';
import { trainedRows } from '../bundle/trained-rows.ts';
import { errors } from '../errors.ts';
import {
  bundleFolder,
  FORMAT_WITHOUT_MODEL,
  KEPT_VERSIONS,
  makeLive,
  PUBLICATION_FORMAT,
  type PublicationManifest,
  type PublishedItems,
  publications,
} from './publication.ts';

/** Items that go through encoder and tower together. */
const BATCH = 1024;
/** Users (or items) whose nearest neighbours are compared with an exact scan. */
const RECALL_QUERIES = 200;
const RECALL_WANTED = 0.99;
/** Search breadths, tried in turn until one reaches that recall. */
const BREADTHS = [64, 128, 256, 512];

export interface PublishOptions extends RunContext {
  workspace: string;
  /** The trained model to publish. Default: none; the texts take its place. */
  bundleDir?: string;
  store: Store;
  /** The encoder that the model was trained with. */
  encoder: TextEncoder;
  /** How the text of an item is made, without a model. Default: that of the encoder package. */
  template?: ItemTemplate;
  /** Default `'usearch'`. */
  indexKind?: IndexKind;
  /** CPU threads per operation of the model. Default: all cores. */
  threads?: number;
  /** Publications that stay on disk, the new one included. Default 3. */
  keep?: number;
}

/**
 * Publishes a trained model, or the text vectors alone, for the catalogue as it is now, and makes it
 * live. If it fails or is stopped, the live version stays live and nothing is left behind.
 *
 * @throws LorekeepError `CATALOGUE_EMPTY`, `ENCODER_MISMATCH`, `VECTOR_NOT_FINITE`,
 *   `INDEX_ADAPTER_MISSING`, and what opening the bundle throws
 */
export async function publish(options: PublishOptions): Promise<PublicationManifest> {
  const { workspace, bundleDir, store, encoder, progress = noProgress, signal } = options;
  const { indexKind = 'usearch', keep = KEPT_VERSIONS } = options;
  // A missing adapter is reported before the work, not after it.
  await (await (await openIndexAdapter(indexKind)).create({ dim: 1 })).close();
  const { items: count, events } = await store.counts();
  if (count === 0) throw errors.CATALOGUE_EMPTY();
  const { bundle, mean, template, model } = await openedModel(options);
  try {
    const deletions = await store.deletions();
    const { items, inputs, vectors, rows } = await adaptCatalogue({ ...options, bundle, template, count });
    const rules = await recogniseRatings(store);
    const log = await store.interactionLog();
    countUsers(items, log, bundle.manifest?.config.events.maxUserEvents ?? 'auto');

    const createdAt = new Date();
    const version = newVersion(createdAt);
    const directory = join(publications(workspace).root, version);
    let manifest: PublicationManifest | undefined;
    await writeDirectoryAtomic(directory, async (building) => {
      const index = await buildIndex({ kind: indexKind, dim: bundle.dim, rows, vectors, progress, signal });
      const measured = await measureRecall(
        index,
        vectors,
        rows,
        await sampleQueries(bundle, items, inputs, log, vectors),
      );
      progress({
        stage: 'publish',
        done: rows.length,
        total: rows.length,
        unit: 'items',
        note: `index recall@10 ${measured.recallAt10.toFixed(4)}`,
      });
      await index.save(join(building, `index.${indexKind}`));
      await index.close();
      await saveSafetensors(join(building, 'items.safetensors'), {
        inputs: namedArray([items.ids.length, bundle.inputDim], inputs),
        ...(mean === undefined ? {} : { mean: namedArray([mean.length], mean) }),
      });
      await writeFile(join(building, 'items.json'), JSON.stringify(items));
      if (bundleDir !== undefined) await linkTree(bundleDir, join(building, bundleFolder(PUBLICATION_FORMAT)));
      signal?.throwIfAborted();
      manifest = {
        format: model === null ? FORMAT_WITHOUT_MODEL : PUBLICATION_FORMAT,
        kind: 'publication',
        version,
        createdAt: createdAt.getTime() / 1000,
        model,
        encoder: { id: encoder.id, name: encoder.name, dim: encoder.dim, isLanguageModel: encoder.isLanguageModel },
        template,
        data: { items: items.ids.length, events, rules, deletions },
        index: { kind: indexKind, dim: bundle.dim, size: rows.length, ...measured },
        files: await checksumsOf(building),
      };
      await writeFile(join(building, 'manifest.json'), `${JSON.stringify(manifest, null, 2)}\n`);
    });
    await makeLive(workspace, version, keep);
    return manifest!;
  } finally {
    await bundle.close();
  }
}

/** The bundle, or what stands for it if there is none. */
async function openedModel({
  bundleDir,
  store,
  encoder,
  template,
  threads,
  progress,
  signal,
}: PublishOptions): Promise<{
  bundle: ServedModel;
  /** Of the text vectors; only without a bundle. */
  mean?: Float32Array;
  template: ItemTemplate;
  model: string | null;
}> {
  if (bundleDir === undefined) {
    const how = { template: template ?? DEFAULT_TEMPLATE, progress, signal };
    const mean = await textMean({ store, encoder, ...how });
    return { bundle: createTextModel(mean), mean, template: how.template, model: null };
  }
  const bundle = await openBundle(bundleDir, { threads });
  const { content, version } = bundle.manifest;
  if (content.encoder === encoder.id) return { bundle, template: content.template as ItemTemplate, model: version };
  await bundle.close();
  throw errors.ENCODER_MISMATCH({ expected: content.encoder, actual: encoder.id });
}

interface AdaptOptions extends PublishOptions {
  bundle: ServedModel;
  template: ItemTemplate;
  count: number;
}

/**
 * The whole catalogue through encoder and item tower. `rows` are those with a vector, `vectors`
 * theirs.
 */
async function adaptCatalogue({
  store,
  encoder,
  bundle,
  template,
  count,
  progress = noProgress,
  signal,
}: AdaptOptions) {
  await encodeCatalogue({ store, encoder, template, progress, signal });
  const trainedRow = trainedRows(bundle, await store.deletedItems(bundle.manifest?.data.deletions ?? 0));
  const items: PublishedItems = { ids: [], texts: [], events: [] };
  const inputs: Float32Array[] = [];
  const table = createVectorTable(bundle.dim, count);
  for await (const batch of store.items({ batchSize: BATCH })) {
    signal?.throwIfAborted();
    const content = await catalogueVectors({ store, encoder, template }, batch);
    const idRows = Int32Array.from(batch, ({ id }) => trainedRow.get(id) ?? -1);
    const adapted = await bundle.adaptItems(content, idRows);
    inputs.push(adapted.inputs);
    batch.forEach((item, at) => {
      const row = items.ids.push(item.id) - 1;
      const text = textHash(item, template);
      items.texts.push(text);
      const vector = adapted.vectors.subarray(at * bundle.dim, (at + 1) * bundle.dim);
      if (!isSearchable(bundle, { text, idRow: idRows[at], vector })) return;
      if (!vector.every(Number.isFinite))
        throw errors.VECTOR_NOT_FINITE({ what: `the item ${JSON.stringify(item.id)}`, id: item.id });
      table.put(row, vector);
    });
    progress({ stage: 'publish', done: items.ids.length, total: count, unit: 'items' });
  }
  return { items, inputs: concatenate(inputs), rows: table.keys(), vectors: table.vectors() };
}

function concatenate(parts: Float32Array[]): Float32Array {
  const whole = new Float32Array(parts.reduce((length, part) => length + part.length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}

function countUsers(items: PublishedItems, log: InteractionLog, maxUserEvents: number | 'auto'): void {
  const popularity = popularityOf(log, maxUserEvents);
  const counts = new Map(log.itemIds.map((id, row) => [id, popularity[row]]));
  items.events = items.ids.map((id) => counts.get(id) ?? 0);
}

interface BuildOptions extends RunContext {
  kind: IndexKind;
  dim: number;
  rows: Uint32Array;
  vectors: Float32Array;
}

async function buildIndex({
  kind,
  dim,
  rows,
  vectors,
  progress = noProgress,
  signal,
}: BuildOptions): Promise<VectorIndex> {
  const adapter = await openIndexAdapter(kind);
  const index = await adapter.create({ dim, capacity: rows.length, ef: BREADTHS[0] });
  for (let from = 0; from < rows.length; from += 4 * BATCH) {
    signal?.throwIfAborted();
    const to = Math.min(rows.length, from + 4 * BATCH);
    await index.add(rows.subarray(from, to), vectors.subarray(from * dim, to * dim));
    progress({ stage: 'index', done: to, total: rows.length, unit: 'items' });
  }
  return index;
}

/**
 * Queries for the index: vectors of users spread evenly over the log, or of items if there are no
 * users.
 */
async function sampleQueries(
  bundle: ServedModel,
  items: PublishedItems,
  inputs: Float32Array,
  log: InteractionLog,
  vectors: Float32Array,
): Promise<Float32Array[]> {
  const rowOf = new Map(items.ids.map((id, row) => [id, row]));
  const histories: Float32Array[] = [];
  const users = log.userIds.length;
  for (let at = 0; at < Math.min(users, RECALL_QUERIES); at++) {
    const user = Math.floor((at * users) / Math.min(users, RECALL_QUERIES));
    const history = log.items.subarray(log.offsets[user], log.offsets[user + 1]).slice(-bundle.maxHistory);
    // An item may have arrived since the catalogue was read.
    const known = Array.from(history, (row) => rowOf.get(log.itemIds[row])).filter((row) => row !== undefined);
    if (known.length > 0) histories.push(gatherRows(inputs, bundle.inputDim, known));
  }
  const source = histories.length > 0 ? await bundle.encodeUsers(histories) : vectors;
  const count = source.length / bundle.dim;
  const wanted = Math.min(count, RECALL_QUERIES);
  return Array.from({ length: wanted }, (_, at) => {
    const row = Math.floor((at * count) / wanted);
    return source.slice(row * bundle.dim, (row + 1) * bundle.dim);
  }).filter((query) => query.every(Number.isFinite) && query.some((value) => value !== 0));
}

async function measureRecall(
  index: VectorIndex,
  vectors: Float32Array,
  rows: Uint32Array,
  queries: Float32Array[],
): Promise<{ ef: number; recallAt10: number; queries: number }> {
  const table = createVectorTable(index.dim, rows.length, rows, vectors);
  const truth = queries.map((query) => table.scan(query, 10).keys);
  const wanted = truth.reduce((sum, keys) => sum + keys.length, 0);
  let recallAt10 = 1;
  let ef = BREADTHS[0];
  for (ef of BREADTHS) {
    let hits = 0;
    for (let at = 0; at < queries.length; at++) {
      const found = new Set((await index.search(queries[at], 10, { ef })).keys);
      hits += truth[at].filter((key) => found.has(key)).length;
    }
    recallAt10 = wanted === 0 ? 1 : hits / wanted;
    if (recallAt10 >= RECALL_WANTED) break;
  }
  return { ef, recallAt10, queries: queries.length };
}

/** Files of a bundle never change, so hard links serve; another disk gets copies. */
async function linkTree(from: string, to: string): Promise<void> {
  await mkdir(to, { recursive: true });
  for (const entry of await readdir(from, { withFileTypes: true })) {
    const source = join(from, entry.name);
    const target = join(to, entry.name);
    if (entry.isDirectory()) await linkTree(source, target);
    else await link(source, target).catch(() => copyFile(source, target));
  }
}
