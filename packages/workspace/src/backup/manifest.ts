/**
 * A backup is a folder:
 *
 *     backup.json   what it contains, with the size and SHA-256 of every file
 *     workspace/    the files of the workspace
 *
 * A folder, not an archive: a model that did not change is a hard link on the same disk, `rsync` and
 * every backup program see single files, and a single file can be checked and taken out.
 */
import { readdir, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { errorCode, findDamage } from '@lorekeep/core';
import { errors } from '../errors.ts';

export const BACKUP_FORMAT = 1;
export const BACKUP_MANIFEST = 'backup.json';
/** Where a backup has the files of the workspace. */
export const BACKUP_FILES = 'workspace';

/** What a backup contains. */
export interface BackupManifest {
  format: typeof BACKUP_FORMAT;
  kind: 'backup';
  /** Unix seconds: the backup has everything that was acknowledged before. */
  createdAt: number;
  /** The publication that was live, and the newest model; `null` if there was none. */
  published: string | null;
  model: string | null;
  counts: { items: number; users: number; events: number };
  /** Path in `workspace/`, with `/` → size and SHA-256. */
  files: Record<string, { bytes: number; sha256: string }>;
}

/**
 * Reads what a backup contains, without a check of its files.
 * @throws LorekeepError `BACKUP_MISSING`, `BACKUP_FORMAT_UNKNOWN`
 */
export async function readBackup(dir: string): Promise<BackupManifest> {
  let manifest: Partial<BackupManifest>;
  try {
    manifest = JSON.parse(await readFile(join(dir, BACKUP_MANIFEST), 'utf8'));
  } catch (error) {
    throw errors.BACKUP_MISSING({ dir }, error);
  }
  if (manifest?.kind !== 'backup' || manifest.format !== BACKUP_FORMAT || typeof manifest.files !== 'object')
    throw errors.BACKUP_FORMAT_UNKNOWN({ dir, format: manifest?.format });
  const escaping = Object.keys(manifest.files).find(
    (file) => file.split(/[\\/]/).includes('..') || /^[\\/]/.test(file),
  );
  if (escaping !== undefined) throw errors.BACKUP_DAMAGED({ dir, file: escaping, problem: 'is outside the backup' });
  return manifest as BackupManifest;
}

/**
 * Reads every file of a backup and compares it with the manifest.
 * @throws LorekeepError `BACKUP_DAMAGED`, and what `readBackup` throws
 */
export async function verifyBackup(dir: string): Promise<BackupManifest> {
  const manifest = await readBackup(dir);
  const root = join(dir, BACKUP_FILES);
  await checkFiles(dir, root, manifest);
  const extra = (await filesIn(root)).find((file) => manifest.files[file] === undefined);
  if (extra !== undefined) throw errors.BACKUP_DAMAGED({ dir, file: extra, problem: 'is not in its manifest' });
  return manifest;
}

/**
 * @param root where the files are
 * @throws LorekeepError `BACKUP_DAMAGED`
 */
export async function checkFiles(dir: string, root: string, { files }: BackupManifest): Promise<void> {
  const sums = Object.fromEntries(Object.entries(files).map(([file, { sha256 }]) => [file, sha256]));
  const damage = await findDamage(root, sums);
  if (damage === undefined) return;
  const { file, actual, cause } = damage;
  const isMissing = errorCode(cause) === 'ENOENT';
  const problem = isMissing ? 'is missing' : actual === undefined ? 'cannot be read' : 'has another checksum';
  throw errors.BACKUP_DAMAGED({ dir, file, problem }, cause);
}

/** All files below a folder, as relative paths with `/`. */
export async function filesIn(root: string, below = ''): Promise<string[]> {
  const found: string[] = [];
  for (const entry of await readdir(join(root, below), { withFileTypes: true })) {
    const path = below === '' ? entry.name : `${below}/${entry.name}`;
    if (entry.isDirectory()) found.push(...(await filesIn(root, path)));
    else if (entry.isFile()) found.push(path);
  }
  return found;
}

export async function sizeOf(path: string): Promise<number> {
  return (await stat(path)).size;
}
