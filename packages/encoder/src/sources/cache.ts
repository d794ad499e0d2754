/**
 * Lorekeep's own cache of models: one folder a model, put there all at once and never changed, with a manifest of every
 * file's SHA-256. A folder whose files no longer match is not used, and makes room when the model is fetched again.
 */
import { randomBytes } from 'node:crypto';
import { readdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { sha256OfFile, writeDirectoryAtomic } from '@lorekeep/core';
import { errors } from '../errors.ts';
import { type FoundModel, isSafePath, type SourceRequest } from './resolve.ts';

const MANIFEST = 'lorekeep.json';
/** What a killed process left behind is swept up after this. */
const LEFTOVER_MS = 7 * 24 * 3600 * 1000;

interface Manifest {
  repo: string;
  /** Where it came from, for people: a commit of the hub, a package of a registry. */
  origin: string;
  /** Path inside the folder → SHA-256. */
  files: Record<string, string>;
}

/** The folder of a model that lies in the cache unharmed. */
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
    throw errors.MODEL_BAD_FILE({ file: path, reason: 'names no files' });
  for (const [file, expected] of Object.entries(manifest.files)) {
    if (!isSafePath(file)) throw errors.MODEL_BAD_PATH({ where: path, path: file });
    const actual = await sha256OfFile(join(directory, file));
    if (actual !== expected) throw errors.MODEL_HASH_MISMATCH({ file: join(directory, file), expected, actual });
  }
  return { directory, hashes: manifest.files };
}

/**
 * Puts a model into the cache, whole or not at all. Where another process was faster, its copy is taken.
 * @param fill writes the files into the folder it is given
 * @param files path → SHA-256 of what `fill` writes
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
  const broken = await findInCache({ repo, cache }).then(
    () => false,
    () => true,
  );
  if (!broken) return directory;
  await setAside(directory);
  await sweep(cache, /\.(?:tmp|damaged)$/);
  await sweep(downloads, /./);
  try {
    await write();
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code;
    // ENOENT: the files to be put in were swept up by the process that was faster.
    if (code !== 'ENOTEMPTY' && code !== 'EEXIST' && code !== 'ENOENT') throw error;
    await findInCache({ repo, cache }).catch(() => {
      throw error;
    });
  }
  return directory;
}

/** Removes what matches and is old. Nothing depends on it, so nothing is said where it cannot be done. */
async function sweep(folder: string, leftover: RegExp): Promise<void> {
  for (const name of await readdir(folder).catch(() => [])) {
    const path = join(folder, name);
    const age = Date.now() - (await stat(path).then(({ mtimeMs }) => mtimeMs, Date.now));
    if (leftover.test(name) && age > LEFTOVER_MS) await rm(path, { recursive: true, force: true }).catch(() => {});
  }
}

/** A damaged copy leaves under another name first, so that nobody sees it half deleted. */
async function setAside(directory: string): Promise<void> {
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
