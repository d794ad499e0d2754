/**
 * Lorekeep's own cache of models: one folder per model, written atomically and never changed, with
 * a manifest of the SHA-256 of every file. A folder whose files do not match its manifest is not
 * used; the next download replaces it.
 */
import { randomBytes } from 'node:crypto';
import { readdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { sha256OfFile, writeDirectoryAtomic } from '@lorekeep/core';
import { errors } from '../errors.ts';
import { isSafePath } from './model-paths.ts';
import type { FoundModel, SourceRequest } from './source.ts';

const MANIFEST = 'lorekeep.json';
/** Leftovers of killed processes are deleted after this time. */
const LEFTOVER_MS = 7 * 24 * 3600 * 1000;

interface Manifest {
  repo: string;
  /** Where the model came from, for humans: a commit of the hub, or a package of a registry. */
  origin: string;
  /** Path inside the folder → SHA-256. */
  files: Record<string, string>;
}

/** `$LOREKEEP_CACHE`, else `~/.cache/lorekeep`. */
export function defaultCacheDir(): string {
  const { LOREKEEP_CACHE, XDG_CACHE_HOME } = process.env;
  return LOREKEEP_CACHE || join(XDG_CACHE_HOME || join(homedir(), '.cache'), 'lorekeep');
}

/** The folder of a model in the cache, with its files verified. */
export async function findInCache({ repo, cache }: Pick<SourceRequest, 'repo' | 'cache'>): Promise<FoundModel> {
  const directory = folderOf(cache, repo);
  const path = join(directory, MANIFEST);
  const text = await readFile(path, 'utf8').catch((error) => {
    throw error.code === 'ENOENT' ? new Error(`nothing at ${directory}`) : error;
  });
  let manifest: Manifest;
  try {
    manifest = JSON.parse(text);
  } catch (error) {
    throw errors.MODEL_BAD_FILE({ file: path, reason: 'is not JSON' }, error);
  }
  if (typeof manifest?.files !== 'object' || manifest.files === null)
    throw errors.MODEL_BAD_FILE({ file: path, reason: 'lists no files' });
  for (const [file, expected] of Object.entries(manifest.files)) {
    if (!isSafePath(file)) throw errors.MODEL_BAD_PATH({ where: path, path: file });
    const actual = await sha256OfFile(join(directory, file));
    if (actual !== expected) throw errors.MODEL_HASH_MISMATCH({ file: join(directory, file), expected, actual });
  }
  return { directory, hashes: manifest.files };
}

/**
 * Adds a model to the cache atomically. If another process added it first, that copy is used.
 * @param fill writes the files into the folder it is given; returns path → SHA-256 of what it wrote
 */
export async function addToCache(
  { repo, cache, downloads }: Pick<SourceRequest, 'repo' | 'cache' | 'downloads'>,
  origin: string,
  fill: (directory: string) => Promise<Record<string, string>>,
): Promise<string> {
  const directory = folderOf(cache, repo);
  const write = () =>
    writeDirectoryAtomic(directory, async (temporary) => {
      const manifest: Manifest = { repo, origin, files: await fill(temporary) };
      await writeFile(join(temporary, MANIFEST), `${JSON.stringify(manifest, null, 2)}\n`);
    });
  const usable = await findInCache({ repo, cache }).then(
    () => true,
    () => false,
  );
  if (usable) return directory;
  await removeDamaged(directory);
  await deleteLeftovers(cache, /\.(?:tmp|damaged)$/);
  await deleteLeftovers(downloads, /./);
  try {
    await write();
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code;
    // ENOENT: the process that was faster has already deleted the downloaded files.
    if (code !== 'ENOTEMPTY' && code !== 'EEXIST' && code !== 'ENOENT') throw error;
    await findInCache({ repo, cache }).catch(() => {
      throw error;
    });
  }
  return directory;
}

/** Deletes old entries that match. Nothing depends on it, so failures are ignored. */
async function deleteLeftovers(folder: string, pattern: RegExp): Promise<void> {
  for (const name of await readdir(folder).catch(() => [])) {
    const path = join(folder, name);
    const age = Date.now() - (await stat(path).then(({ mtimeMs }) => mtimeMs, Date.now));
    if (pattern.test(name) && age > LEFTOVER_MS) await rm(path, { recursive: true, force: true }).catch(() => {});
  }
}

/** Renames a damaged copy before deleting it, so that no process sees it half deleted. */
async function removeDamaged(directory: string): Promise<void> {
  const aside = `${directory}.${randomBytes(6).toString('hex')}.damaged`;
  try {
    await rename(directory, aside);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return;
    throw error;
  }
  await rm(aside, { recursive: true, force: true });
}

const folderOf = (cache: string, repo: string) => join(cache, repo.replace('/', '--'));
