/**
 * The cache that the Hugging Face libraries (Python, JavaScript) keep on this machine. It names its
 * files by their hashes (SHA-256 or git's blob hash), so a model can be verified without knowing it
 * in advance.
 */
import { readFile, realpath } from 'node:fs/promises';
import { homedir } from 'node:os';
import { basename, join } from 'node:path';
import { errors } from '../errors.ts';
import { hashOfFile, isFileHash } from './file-hash.ts';
import { chooseModelFiles } from './model-files.ts';
import { pathsIn } from './model-paths.ts';
import type { FoundModel } from './source.ts';

/** The newest snapshot of the model in the user's Hugging Face cache, with its files verified. */
export async function findInHubCache(repo: string): Promise<FoundModel> {
  const folder = join(hubCache(), `models--${repo.replace('/', '--')}`);
  const commit = await readFile(join(folder, 'refs', 'main'), 'utf8').catch(() => undefined);
  if (commit === undefined) throw new Error(`nothing at ${folder}`);
  const snapshot = join(folder, 'snapshots', basename(commit.trim()));
  const { files, missing } = chooseModelFiles(pathsIn(snapshot));
  if (missing.length > 0) throw new Error(`${snapshot} has no ${missing.join(' and no ')}`);
  const hashes: Record<string, string> = {};
  for (const file of files) {
    const path = await realpath(join(snapshot, file));
    const expected = basename(path);
    if (!isFileHash(expected)) throw new Error(`${path} is not named by its hash and cannot be verified`);
    const actual = await hashOfFile(path, expected);
    if (actual !== expected) throw errors.MODEL_HASH_MISMATCH({ file: path, expected, actual });
    hashes[file] = actual;
  }
  return { directory: snapshot, hashes };
}

function hubCache(): string {
  const { HF_HUB_CACHE, HUGGINGFACE_HUB_CACHE, HF_HOME, XDG_CACHE_HOME } = process.env;
  const home = HF_HOME || join(XDG_CACHE_HOME || join(homedir(), '.cache'), 'huggingface');
  return HF_HUB_CACHE || HUGGINGFACE_HUB_CACHE || join(home, 'hub');
}
