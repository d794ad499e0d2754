/**
 * A saved recommender, loaded: ONNX graphs and tables, nothing of the training code. Every file is
 * checked against the manifest's SHA-256 before it is used.
 */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { errorCode, findDamage, gatherRows } from '@lorekeep/core';
import { createSession, type GraphSession, namedArray, readSafetensors, threadsFor } from '@lorekeep/graph';
import { createCandidateSource, LINEAR_FILE, type LinearModel, readLinear } from '@lorekeep/linear';
import { loadTables, newItemGraphs, openSavedReranker } from '@lorekeep/ranking';
import { errors } from '../errors.ts';
import type { BundleManifest } from './manifest.ts';
import { readManifest } from './read-manifest.ts';
import type { ServedModel } from './served-model.ts';
import { BATCHES, ITEM_IDS, itemTowerFile, neededFiles, PARAMETERS, userTowerFile } from './write.ts';

export interface LoadOptions {
  /** Threads per operation. Default: all cores. */
  threads?: number;
  /** Events will move columns of the linear model (`readLinear`). Default false. */
  live?: boolean;
}

/** A loaded bundle. */
export interface Bundle extends ServedModel {
  readonly manifest: BundleManifest;
}

/**
 * @param path a version directory that `writeBundle` made
 * @throws LorekeepError `BUNDLE_MISSING`, `BUNDLE_CORRUPT`, `BUNDLE_FORMAT`
 */
export async function openBundle(path: string, { threads, live }: LoadOptions = {}): Promise<Bundle> {
  const manifest = await readManifest(path);
  await checkFiles(path, manifest);
  const { dim, inputDim, maxHistory } = manifest.towers;
  const itemIds = JSON.parse(await readFile(join(path, ITEM_IDS), 'utf8')) as string[];
  const table = (await readSafetensors(join(path, PARAMETERS))).arrays['id/table']?.data as Float32Array | undefined;
  const linear = manifest.linear && (await readLinear(join(path, LINEAR_FILE), manifest.linear, { live }));
  const itemTowers: GraphSession[] = [];
  const userTowers: GraphSession[] = [];
  for (const batch of BATCHES) {
    const own = { threads: threadsFor(batch, threads) };
    itemTowers.push(await createSession(join(path, itemTowerFile(batch)), own));
    userTowers.push(await createSession(join(path, userTowerFile(batch)), own));
  }
  const reranker = await openRerankerOf(path, manifest, linear, threads);
  let closed = false;

  return {
    manifest,
    source: 'towers',
    dim,
    inputDim,
    maxHistory,
    itemIds,
    ...(linear === undefined ? {} : { linear }),
    ...(reranker === undefined ? {} : { reranker }),
    async adaptItems(content, idRows) {
      if (closed) throw errors.RECOMMENDER_CLOSED();
      checkItems(content, idRows, manifest.content.dim, itemIds.length);
      return adapt(itemTowers, manifest, table, content, idRows);
    },
    async encodeUsers(histories) {
      if (closed) throw errors.RECOMMENDER_CLOSED();
      checkHistories(histories, inputDim);
      return encode(userTowers, manifest, histories);
    },
    async close() {
      closed = true;
      const parts = [...itemTowers, ...userTowers, ...(reranker ? [reranker.reranker] : [])];
      await Promise.all(parts.map((part) => part.close()));
    },
  };
}

async function checkFiles(path: string, manifest: BundleManifest): Promise<void> {
  const needed = neededFiles(manifest);
  const unlisted = needed.find((name) => manifest.files[name] === undefined);
  if (unlisted !== undefined) throw errors.BUNDLE_CORRUPT({ path, problem: `its manifest does not list ${unlisted}` });
  const damage = await findDamage(path, Object.fromEntries(needed.map((name) => [name, manifest.files[name]])));
  if (damage === undefined) return;
  const { file, expected, actual, cause } = damage;
  if (errorCode(cause) === 'ENOENT') throw errors.BUNDLE_MISSING({ path, file });
  if (actual === undefined) throw cause;
  throw errors.BUNDLE_CORRUPT({ path, problem: `the checksum of ${file} does not match`, file, expected, actual });
}

async function openRerankerOf(
  path: string,
  { reranker: report, rerankerFiles: name }: BundleManifest,
  linear: LinearModel | undefined,
  threads: number | undefined,
): Promise<Bundle['reranker']> {
  if (linear === undefined || !report?.used) return undefined;
  const { statistics, newItems: tables } = await loadTables(path, name, linear);
  const source = createCandidateSource(statistics);
  const reranker = await openSavedReranker(path, name, statistics, source.includesHistory, { threads });
  const { towerWeight, newItems } = report;
  return {
    source,
    reranker,
    towerWeight,
    statistics,
    ...(newItems &&
      tables && {
        newItems: {
          graphs: newItemGraphs(path, name),
          ...tables,
          offset: newItems.offset,
          rareUsers: newItems.rareUsers,
        },
      }),
  };
}

function checkItems(content: Float32Array, idRows: Int32Array, contentDim: number, known: number): void {
  const invalid = (name: string, problem: string) => errors.RECOMMENDER_INPUT_INVALID({ name, problem });
  const count = idRows.length;
  if (content.length !== count * contentDim)
    throw invalid('content', `holds ${content.length} numbers for ${count} items of dimension ${contentDim}`);
  for (const row of idRows) if (row < -1 || row >= known) throw invalid('idRows', `names the row ${row} of ${known}`);
}

function checkHistories(histories: readonly Float32Array[], inputDim: number): void {
  histories.forEach(({ length }, user) => {
    if (length > 0 && length % inputDim === 0) return;
    const problem = `holds ${length} numbers, not one or more rows of ${inputDim}`;
    throw errors.RECOMMENDER_INPUT_INVALID({ name: `the history of user ${user}`, problem });
  });
}

/**
 * How `count` rows are cut into runs: the large batch while more than one row is left, else the
 * small one.
 */
function* runs(count: number): Generator<{ variant: number; batch: number; first: number; taken: number }> {
  for (let first = 0; first < count; ) {
    const variant = count - first > 1 ? 1 : 0;
    const batch = BATCHES[variant];
    const taken = Math.min(batch, count - first);
    yield { variant, batch, first, taken };
    first += taken;
  }
}

async function adapt(
  itemTowers: readonly GraphSession[],
  { towers: { dim, inputDim }, content: { dim: contentDim } }: BundleManifest,
  table: Float32Array | undefined,
  content: Float32Array,
  idRows: Int32Array,
) {
  const usesContent = 'content' in itemTowers[0].inputs;
  const result = { inputs: new Float32Array(idRows.length * inputDim), vectors: new Float32Array(idRows.length * dim) };
  for (const { variant, batch, first, taken } of runs(idRows.length)) {
    const feeds: Record<string, ReturnType<typeof namedArray>> = {};
    if (usesContent) {
      const rows = new Float32Array(batch * contentDim);
      rows.set(content.subarray(first * contentDim, (first + taken) * contentDim));
      feeds.content = namedArray([batch, contentDim], rows);
    }
    if (table !== undefined) {
      const rows = new Float32Array(batch * inputDim);
      gatherRows(table, inputDim, idRows.subarray(first, first + taken), rows);
      feeds.embeddings = namedArray([batch, inputDim], rows);
    }
    const { inputs, vectors } = await itemTowers[variant].run(feeds);
    result.inputs.set((inputs.data as Float32Array).subarray(0, taken * inputDim), first * inputDim);
    result.vectors.set((vectors.data as Float32Array).subarray(0, taken * dim), first * dim);
  }
  return result;
}

async function encode(
  userTowers: readonly GraphSession[],
  { towers: { dim, inputDim, maxHistory } }: BundleManifest,
  histories: readonly Float32Array[],
): Promise<Float32Array> {
  const result = new Float32Array(histories.length * dim);
  for (const { variant, batch, first, taken } of runs(histories.length)) {
    const inputs = new Float32Array(batch * maxHistory * inputDim);
    const last = new Int32Array(batch);
    for (let row = 0; row < taken; row++) {
      const recent = histories[first + row].subarray(-maxHistory * inputDim);
      inputs.set(recent, row * maxHistory * inputDim);
      last[row] = recent.length / inputDim - 1;
    }
    const { vectors } = await userTowers[variant].run({
      inputs: namedArray([batch, maxHistory, inputDim], inputs),
      last: namedArray([batch], last),
    });
    result.set((vectors.data as Float32Array).subarray(0, taken * dim), first * dim);
  }
  return result;
}
