/**
 * Versioned artefacts: models and publications. A folder holds one directory per version and a file
 * that names the version in use. A version is written under another name, flushed and renamed, and
 * never changes afterwards; only then does the pointer move. A process that is killed at any moment
 * leaves the version in use untouched.
 */
import { randomBytes } from 'node:crypto';
import { readdir, readFile, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { errorCode } from './errors.ts';
import { sha256OfFile, writeFileAtomic } from './files.ts';

export interface ArtefactFolder {
  /** The folder of all versions. */
  root: string;
  /** Name of the file in it that names the version in use. */
  pointer: string;
}

/** A version that was left unfinished for this long belongs to a killed process. */
const ABANDONED_MS = 24 * 3600 * 1000;
const UNFINISHED = '.tmp';

/** The time in UTC and six random digits: versions sort by age. */
export function newVersion(now: Date = new Date()): string {
  return `${now.toISOString().replace(/[-:.]/g, '')}-${randomBytes(3).toString('hex')}`;
}

/** Finished versions, oldest first; none if the folder does not exist. */
export async function versionsIn({ root }: ArtefactFolder): Promise<string[]> {
  const entries = await readdir(root, { withFileTypes: true }).catch((error) => {
    if (errorCode(error) === 'ENOENT') return [];
    throw error;
  });
  return entries
    .filter((entry) => entry.isDirectory() && !entry.name.endsWith(UNFINISHED))
    .map(({ name }) => name)
    .sort();
}

/**
 * The version in use; `undefined` before the first. It may be damaged: check that it is a plain
 * name.
 */
export async function currentVersion({ root, pointer }: ArtefactFolder): Promise<string | undefined> {
  try {
    return (await readFile(join(root, pointer), 'utf8')).trim();
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return undefined;
    throw error;
  }
}

/** Makes a finished version the one in use. */
export async function setCurrentVersion({ root, pointer }: ArtefactFolder, version: string): Promise<void> {
  await writeFileAtomic(join(root, pointer), `${version}\n`);
}

/** Whether a text can name a version: no path leads out of the folder. */
export const isVersionName = (text: string): boolean => /^[\w.-]+$/.test(text) && !text.startsWith('.');

/**
 * Removes all versions but the newest `keep` and the one in use, and what killed processes left
 * behind.
 */
export async function pruneVersions(folder: ArtefactFolder, keep: number): Promise<void> {
  const current = await currentVersion(folder);
  const others = (await versionsIn(folder)).filter((version) => version !== current);
  const doomed = others.reverse().slice(keep - (current === undefined ? 0 : 1));
  for (const name of await readdir(folder.root)) {
    if (!name.endsWith(UNFINISHED)) continue;
    if (Date.now() - (await stat(join(folder.root, name))).mtimeMs > ABANDONED_MS) doomed.push(name);
  }
  for (const name of doomed) await rm(join(folder.root, name), { recursive: true, force: true });
}

/** SHA-256 of every file below a directory, by relative path with `/`. */
export async function checksumsOf(directory: string): Promise<Record<string, string>> {
  const files: Record<string, string> = {};
  for (const entry of await readdir(directory, { recursive: true, withFileTypes: true })) {
    if (!entry.isFile()) continue;
    const path = join(entry.parentPath, entry.name);
    files[path.slice(directory.length + 1).replaceAll('\\', '/')] = await sha256OfFile(path);
  }
  return files;
}

export interface DamagedFile {
  file: string;
  expected: string;
  /** `undefined` if the file cannot be read. */
  actual?: string;
  cause?: unknown;
}

/** The first file that is missing or not what was written; `undefined` if all are. */
export async function findDamage(
  directory: string,
  files: Readonly<Record<string, string>>,
): Promise<DamagedFile | undefined> {
  for (const [file, expected] of Object.entries(files)) {
    try {
      const actual = await sha256OfFile(join(directory, file));
      if (actual !== expected) return { file, expected, actual };
    } catch (cause) {
      return { file, expected, cause };
    }
  }
  return undefined;
}
