/**
 * Lorekeep's own cache of models: one folder a model, put there all at once and never changed, with a manifest of every
 * file's SHA-256. A folder whose files no longer match is not used, and makes room when the model is fetched again.
 */
import { randomBytes } from 'node:crypto';
import { readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { sha256OfFile, writeDirectoryAtomic } from '@lorekeep/core';
import { modelBadFile, modelHashMismatch } from './errors.ts';
import type { SourceRequest } from './sources.ts';

const MANIFEST = 'lorekeep.json';

interface Manifest {
  repo: string;
  /** Where it came from, for people: a commit of the hub, a package of a registry. */
  origin: string;
  /** Path inside the folder → SHA-256. */
  files: Record<string, string>;
}

/** The folder of a model that lies in the cache unharmed. */
export async function findInCache({ repo, cache }: Pick<SourceRequest, 'repo' | 'cache'>): Promise<string> {
  const directory = folderOf(cache, repo);
  const path = join(directory, MANIFEST);
  const text = await readFile(path, 'utf8').catch((error) => {
    throw error.code === 'ENOENT' ? new Error(`nothing at ${directory}`) : error;
  });
  let manifest: Manifest;
  try {
    manifest = JSON.parse(text);
  } catch (error) {
    throw modelBadFile(path, 'is not JSON', error);
  }
  for (const [file, expected] of Object.entries(manifest.files)) {
    const actual = await sha256OfFile(join(directory, file));
    if (actual !== expected) throw modelHashMismatch(join(directory, file), expected, actual);
  }
  return directory;
}

/**
 * Puts a model into the cache, whole or not at all. Where another process was faster, its copy is taken.
 * @param fill writes the files into the folder it is given
 * @param files path → SHA-256 of what `fill` writes
 */
export async function addToCache(
  { repo, cache }: Pick<SourceRequest, 'repo' | 'cache'>,
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
  try {
    await write();
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code;
    if (code !== 'ENOTEMPTY' && code !== 'EEXIST') throw error;
    await findInCache({ repo, cache });
  }
  return directory;
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
