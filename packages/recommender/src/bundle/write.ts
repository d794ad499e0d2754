/**
 * A trained recommender on disk: a version directory, written beside its place and renamed, never
 * changed afterwards.
 *
 *     manifest.json            what it is, what it was trained on, its metrics, SHA-256 of every other file
 *     towers.safetensors       all parameters by name, the ID table among them
 *     item-ids.json            public ids in the order of the ID table
 *     item-tower-{1,32}.onnx   content [n, contentDim], embeddings [n, inputDim] (zeros for a new item) → inputs, vectors
 *     user-tower-{1,32}.onnx   inputs [n, maxHistory, inputDim] (padded on the right), last [n] → vectors
 *     linear.safetensors       if there is a linear model: the neighbours of each item, and the fold-in map
 *     reranker.safetensors and reranker-{1,32}.onnx, if there is a re-ranker
 *     reranker-new-items-{1,32}.onnx, if it places new items
 *
 * The graphs carry their parameters, so any ONNX runtime can serve them. The ID table stays
 * outside: it grows with the catalogue, and only single rows of it are ever needed.
 */
import { mkdir, stat, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { errorCode, sha256OfFile, writeDirectoryAtomic } from '@lorekeep/core';
import type { Split } from '@lorekeep/evaluation';
import { saveSafetensors } from '@lorekeep/graph';
import { LINEAR_FILE, saveLinear } from '@lorekeep/linear';
import { rerankerFiles, saveReranker } from '@lorekeep/ranking';
import { itemTowerGraph, userTowerGraph, widthsOf } from '@lorekeep/towers';
import { errors } from '../errors.ts';
import type { TrainedRecommender } from '../training/train.ts';
import { type BundleManifest, FORMAT, type LeftOutUsers, MANIFEST } from './manifest.ts';

/** Users with implausibly many events that are named. */
const NAMED_USERS = 100;
/** Rows per run: one request, or bulk work. */
export const BATCHES = [1, 32] as const;
export const PARAMETERS = 'towers.safetensors';
export const ITEM_IDS = 'item-ids.json';
export const itemTowerFile = (batch: number) => `item-tower-${batch}.onnx`;
export const userTowerFile = (batch: number) => `user-tower-${batch}.onnx`;

/**
 * @param path the version directory to make; its last part is the name of the version
 * @param seconds by stage of the training. Default: unknown.
 * @throws LorekeepError `BUNDLE_EXISTS`
 */
export async function writeBundle(
  path: string,
  trained: TrainedRecommender,
  metrics: BundleManifest['metrics'],
  seconds?: Record<string, number>,
): Promise<BundleManifest> {
  if (await exists(path)) throw errors.BUNDLE_EXISTS({ path });
  const { towers, linear, reranker } = trained;
  const manifest = { ...manifestOf(basename(path), trained, metrics), ...(seconds && { seconds }) };
  await writeDirectoryAtomic(path, async (directory) => {
    await mkdir(directory, { recursive: true });
    await saveSafetensors(join(directory, PARAMETERS), towers.parameters, {
      format: String(FORMAT),
      kind: 'towers',
    });
    await writeFile(join(directory, ITEM_IDS), JSON.stringify(trained.split.log.itemIds));
    for (const batch of BATCHES) {
      await writeFile(join(directory, itemTowerFile(batch)), itemTowerGraph(towers, batch).onnx);
      await writeFile(join(directory, userTowerFile(batch)), userTowerGraph(towers, batch).onnx);
    }
    if (linear !== undefined) await saveLinear(join(directory, LINEAR_FILE), linear);
    const parts = reranker?.parts;
    if (parts !== undefined) await saveReranker(directory, manifest.rerankerFiles, parts);
    for (const name of neededFiles(manifest)) manifest.files[name] = await sha256OfFile(join(directory, name));
    await writeFile(join(directory, MANIFEST), `${JSON.stringify(manifest, null, 2)}\n`);
  });
  return manifest;
}

function manifestOf(
  version: string,
  { config, preset, seed, split, towers, linear, reranker, refit, eventRules }: TrainedRecommender,
  metrics: BundleManifest['metrics'],
): BundleManifest {
  const { log, protocol } = split;
  const { input, vector } = widthsOf(config, towers.contentInfo.dim);
  return {
    format: FORMAT,
    kind: 'recommender',
    version,
    createdAt: Date.now() / 1000,
    preset,
    protocol,
    config,
    seed,
    data: {
      fingerprint: log.fingerprint,
      users: log.userIds.length,
      items: log.itemIds.length,
      events: log.items.length,
      deletions: log.deletions ?? 0,
      ...(log.lastArrival === undefined ? {} : { lastArrival: log.lastArrival }),
    },
    ...(eventRules === undefined ? {} : { eventRules }),
    ...(split.leftOut.length === 0 ? {} : { leftOut: leftOutUsers(split) }),
    content: towers.contentInfo,
    towers: { dim: vector, inputDim: input, maxHistory: config.network.maxHistory },
    ...(refit === undefined ? {} : { refit }),
    ...(towers.initialFrom === undefined ? {} : { initialFrom: towers.initialFrom }),
    training: { bestEpoch: towers.bestEpoch, records: towers.records },
    ...(linear === undefined ? {} : { linear: { ...linear.settings, search: linear.search } }),
    ...(reranker === undefined ? {} : { reranker: reranker.report }),
    rerankerFiles: 'reranker',
    metrics,
    files: {},
  };
}

function leftOutUsers({ log: { offsets, userIds }, leftOut, userLimit }: Split): LeftOutUsers {
  const events = (user: number) => offsets[user + 1] - offsets[user];
  const busiest = [...leftOut].sort((a, b) => events(b) - events(a) || a - b).slice(0, NAMED_USERS);
  return {
    limit: userLimit,
    count: leftOut.length,
    users: busiest.map((user) => ({ id: userIds[user], events: events(user) })),
  };
}

/** The files of a bundle besides its manifest. */
export function neededFiles({ linear, reranker, rerankerFiles: name }: BundleManifest): string[] {
  return [
    PARAMETERS,
    ITEM_IDS,
    ...BATCHES.flatMap((batch) => [itemTowerFile(batch), userTowerFile(batch)]),
    ...(linear === undefined ? [] : [LINEAR_FILE]),
    ...(reranker?.used ? rerankerFiles(name, reranker.newItems !== undefined) : []),
  ];
}

async function exists(path: string): Promise<boolean> {
  try {
    await stat(path);
    return true;
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return false;
    throw error;
  }
}
