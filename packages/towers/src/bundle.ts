/**
 * A trained model on disk: a version directory, written beside its place and renamed, never changed afterwards.
 *
 *     manifest.json            what it is, what it was trained on, its metrics, SHA-256 of every other file
 *     towers.safetensors       all parameters by name, the ID table among them
 *     item-ids.json            public ids in the order of the ID table
 *     item-tower-{1,32}.onnx   content [n, contentDim], embeddings [n, inputDim] (zeros for a new item) → inputs, vectors
 *     user-tower-{1,32}.onnx   inputs [n, maxHistory, inputDim] (padded on the right), last [n] → vectors
 *     linear.safetensors       where a linear model was solved: each item's neighbours, and the map that folds new items in
 *     second-stage.safetensors and second-stage-{1,32}.onnx, where there is one: second-stage/files.ts
 *
 * The graphs carry their parameters, so anything that runs ONNX can serve them. The ID table stays outside: it grows with
 * the catalogue, and only single rows of it are ever needed.
 */
import { mkdir, readFile, stat, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { errorCode, sha256OfFile, writeDirectoryAtomic } from '@lorekeep/core';
import { compileGraph, inference, saveSafetensors, type TensorSpec, tf } from '@lorekeep/graph';
import { isUserParameter, pick, usesNetwork } from './encode.ts';
import { bundleCorrupt, bundleExists, bundleFormat, bundleMissing } from './errors.ts';
import { centreContent, comparable, itemInputs, itemTower, userVectors, widthsOf } from './model.ts';
import { STAGE_FILES, saveSecondStage } from './second-stage/files.ts';
import { LINEAR, saveLinear } from './solved/file.ts';
import type { TrainedTowers } from './train.ts';
import type { BundleManifest } from './types.ts';

export const FORMAT = 2;
/** Rows a run: one request, or bulk work. */
export const BATCHES = [1, 32] as const;
export const MANIFEST = 'manifest.json';
export const PARAMETERS = 'towers.safetensors';
export const ITEM_IDS = 'item-ids.json';
export const itemTowerFile = (batch: number) => `item-tower-${batch}.onnx`;
export const userTowerFile = (batch: number) => `user-tower-${batch}.onnx`;

/**
 * @param path the version directory to make; its last part is the version's name
 * @throws LorekeepError `BUNDLE_EXISTS`
 */
export async function writeBundle(
  path: string,
  trained: TrainedTowers,
  metrics: BundleManifest['metrics'],
): Promise<BundleManifest> {
  if (await exists(path)) throw bundleExists(path);
  const { corpus, config, contentInfo, preset, seed, parameters, bestEpoch, records, linear, secondStage } = trained;
  const { input, vector } = widthsOf(config, contentInfo.dim);
  const manifest: BundleManifest = {
    format: FORMAT,
    kind: 'towers',
    version: basename(path),
    createdAt: Date.now() / 1000,
    preset,
    protocol: trained.split.protocol,
    config: { ...config },
    seed,
    data: {
      fingerprint: corpus.fingerprint,
      users: corpus.userIds.length,
      items: corpus.itemIds.length,
      events: corpus.items.length,
    },
    content: contentInfo,
    towers: { dim: vector, inputDim: input, maxHistory: config.maxHistory },
    ...(trained.refit === undefined ? {} : { refit: trained.refit }),
    ...(trained.initialFrom === undefined ? {} : { initialFrom: trained.initialFrom }),
    training: { bestEpoch, records },
    ...(linear === undefined ? {} : { linear: { ...linear.settings, search: linear.search } }),
    ...(secondStage === undefined ? {} : { secondStage: secondStage.report }),
    metrics,
    files: {},
  };
  await writeDirectoryAtomic(path, async (directory) => {
    await mkdir(directory, { recursive: true });
    await saveSafetensors(join(directory, PARAMETERS), parameters, { format: String(FORMAT), kind: 'towers' });
    await writeFile(join(directory, ITEM_IDS), JSON.stringify(corpus.itemIds));
    for (const batch of BATCHES) {
      await writeFile(join(directory, itemTowerFile(batch)), itemGraph(trained, batch).onnx);
      await writeFile(join(directory, userTowerFile(batch)), userGraph(trained, batch).onnx);
    }
    if (linear !== undefined) await saveLinear(join(directory, LINEAR), linear);
    const parts = secondStage?.parts;
    if (parts !== undefined) await saveSecondStage(directory, parts.signals, parts.network);
    const names = neededFiles(manifest);
    for (const name of names) manifest.files[name] = await sha256OfFile(join(directory, name));
    await writeFile(join(directory, MANIFEST), `${JSON.stringify(manifest, null, 2)}\n`);
  });
  return manifest;
}

/** What a bundle consists of besides its manifest. */
export function neededFiles({ linear, secondStage }: BundleManifest): string[] {
  return [
    PARAMETERS,
    ITEM_IDS,
    ...BATCHES.flatMap((batch) => [itemTowerFile(batch), userTowerFile(batch)]),
    ...(linear === undefined ? [] : [LINEAR]),
    ...(secondStage?.used ? STAGE_FILES : []),
  ];
}

function itemGraph({ config, contentInfo, parameters }: TrainedTowers, batch: number) {
  const inputs: Record<string, TensorSpec> = {};
  if (config.content) inputs.content = { shape: [batch, contentInfo.dim] };
  if (config.id) inputs.embeddings = { shape: [batch, widthsOf(config, contentInfo.dim).input] };
  const wanted = (name: string) => name !== 'id/table' && (usesNetwork(config) || !isUserParameter(name));
  return compileGraph(
    (given) => {
      const content = given.content && centreContent(given.content, given['content/mean'], given['content/whitening']);
      const read = itemInputs(given, content, given.embeddings, config, inference);
      return {
        inputs: tf.clone(read),
        vectors: comparable(itemTower(given, read, content, config, inference), config),
      };
    },
    inputs,
    { name: 'item tower', constants: pick(parameters, wanted) },
  );
}

function userGraph({ config, contentInfo, parameters }: TrainedTowers, batch: number) {
  const { maxHistory: length } = config;
  const { input } = widthsOf(config, contentInfo.dim);
  return compileGraph(
    (given) => ({
      vectors: comparable(userVectors(given, given.inputs, given.last, config, inference), config),
    }),
    { inputs: { shape: [batch, length, input] }, last: { shape: [batch], dtype: 'int32' } },
    { name: 'user tower', constants: pick(parameters, isUserParameter) },
  );
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

/**
 * The manifest alone, without looking at the other files.
 *
 * @throws LorekeepError `BUNDLE_MISSING`, `BUNDLE_CORRUPT` (not a manifest), `BUNDLE_FORMAT` (of another format version)
 */
export async function readManifest(path: string): Promise<BundleManifest> {
  let text: string;
  try {
    text = await readFile(join(path, MANIFEST), 'utf8');
  } catch (error) {
    if (errorCode(error) === 'ENOENT' || errorCode(error) === 'ENOTDIR') throw bundleMissing(path, MANIFEST);
    throw error;
  }
  let manifest: Partial<BundleManifest> | null;
  try {
    manifest = JSON.parse(text);
  } catch {
    throw bundleCorrupt(path, `${MANIFEST} is not JSON`);
  }
  if (manifest === null || typeof manifest !== 'object' || manifest.kind !== 'towers')
    throw bundleCorrupt(path, `${MANIFEST} does not describe towers`);
  if (manifest.format !== FORMAT) throw bundleFormat(path, manifest.format, FORMAT);
  const { towers, content, files, metrics } = manifest;
  const complete =
    [towers?.dim, towers?.inputDim, towers?.maxHistory, content?.dim].every(Number.isInteger) &&
    typeof files === 'object' &&
    typeof metrics === 'object';
  if (!complete) throw bundleCorrupt(path, `${MANIFEST} is incomplete`);
  return manifest as BundleManifest;
}
