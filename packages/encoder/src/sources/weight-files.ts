/**
 * A transformer's weights as safetensors: one file, or shards with an index that maps each weight
 * to its shard.
 */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { sha256, sha256OfFile } from '@lorekeep/core';
import { type Arrays, readSafetensors } from '@lorekeep/graph';
import { errors } from '../errors.ts';
import { readJson } from '../read-json.ts';

const SINGLE = 'model.safetensors';
const INDEX = 'model.safetensors.index.json';

export interface WeightFiles {
  /** For messages. */
  path: string;
  /** File names in the folder, sorted. */
  files: string[];
  /** Weight → the shard that contains it. Undefined for a single file. */
  shards: Map<string, string> | undefined;
}

/**
 * The weight files of a folder, or undefined if it has no safetensors.
 * @throws LorekeepError `MODEL_BAD_FILE` for an invalid index, `MODEL_FILE_MISSING` for a missing
 *   shard
 */
export async function findWeights(folder: string): Promise<WeightFiles | undefined> {
  if (existsSync(join(folder, SINGLE))) return { path: join(folder, SINGLE), files: [SINGLE], shards: undefined };
  const path = join(folder, INDEX);
  if (!existsSync(path)) return undefined;
  const { weight_map: map } = await readJson(path);
  if (typeof map !== 'object' || map === null) throw errors.MODEL_BAD_FILE({ file: path, reason: 'has no weight_map' });
  const shards = new Map<string, string>();
  for (const [name, file] of Object.entries(map)) {
    if (typeof file !== 'string' || !/^[\w-][\w.-]*\.safetensors$/.test(file))
      throw errors.MODEL_BAD_FILE({
        file: path,
        reason: `says "${name}" is in ${JSON.stringify(file)}, which is not a file beside it`,
      });
    shards.set(name, file);
  }
  const files = [...new Set(shards.values())].sort();
  if (files.length === 0) throw errors.MODEL_BAD_FILE({ file: path, reason: 'has an empty weight_map' });
  for (const file of files)
    if (!existsSync(join(folder, file))) throw errors.MODEL_FILE_MISSING({ directory: folder, file });
  return { path, files, shards };
}

/**
 * All weights. Floating-point weights are converted to float32.
 * @throws LorekeepError `SAFETENSORS_*`; `MODEL_BAD_FILE` if a shard lacks a weight that the index
 *   assigns to it
 */
export async function readWeights(folder: string, { files, shards }: WeightFiles): Promise<Arrays> {
  const all: Arrays = {};
  for (const file of files) {
    const { arrays } = await readSafetensors(join(folder, file));
    for (const [name, shard] of shards ?? [])
      if (shard === file && !Object.hasOwn(arrays, name))
        throw errors.MODEL_BAD_FILE({
          file: join(folder, file),
          reason: `has no weights named "${name}", which the index assigns to it`,
        });
    Object.assign(all, arrays);
  }
  return all;
}

/** One hash of all files. For a single file it is the SHA-256 of the file. */
export async function hashOfWeights(folder: string, { files }: WeightFiles): Promise<string> {
  const hashes = await Promise.all(files.map((file) => sha256OfFile(join(folder, file))));
  return hashes.length === 1 ? hashes[0] : sha256(JSON.stringify(files.map((file, i) => [file, hashes[i]])));
}
