/** A workspace from a backup. Files are copied, never linked: the backup stays as it is. */
import { constants } from 'node:fs';
import { copyFile, mkdir, readdir } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { type RunContext, systemError } from '@lorekeep/core';
import { errors } from '../errors.ts';
import { BACKUP_FILES, type BackupManifest, checkFiles, readBackup } from './manifest.ts';
import { exists, makeFolder } from './new-folder.ts';

/** A workspace that was made from a backup. */
export interface RestoreResult {
  /** The workspace, as an absolute path. */
  dir: string;
  manifest: BackupManifest;
  seconds: number;
}

/**
 * Makes the new workspace `dir` from a backup. What was copied is compared with the checksums of the
 * backup before the workspace appears.
 *
 * @throws LorekeepError `BACKUP_MISSING`, `BACKUP_FORMAT_UNKNOWN`, `BACKUP_DAMAGED`,
 *   `RESTORE_TARGET_EXISTS`, `DISK_FULL`, `PATH_…`; `signal.reason`
 * @example
 * await restoreWorkspace('/backups/shop-2026-12-01', 'shop');
 */
export async function restoreWorkspace(
  backup: string,
  dir: string,
  { progress, signal }: RunContext = {},
): Promise<RestoreResult> {
  const [from, to] = [resolve(backup), resolve(dir)];
  const started = performance.now();
  const manifest = await readBackup(from);
  if ((await exists(to)) && !(await isEmptyFolder(to))) throw errors.RESTORE_TARGET_EXISTS({ dir: to });
  const names = Object.keys(manifest.files);
  await makeFolder(to, async (directory) => {
    for (const [done, name] of names.entries()) {
      signal?.throwIfAborted();
      const target = join(directory, name);
      await mkdir(dirname(target), { recursive: true });
      await copyFile(join(from, BACKUP_FILES, name), target, constants.COPYFILE_FICLONE).catch((error) => {
        if (error.code === 'ENOENT')
          throw errors.BACKUP_DAMAGED({ dir: from, file: name, problem: 'is missing' }, error);
        throw systemError(error, to);
      });
      progress?.({ stage: 'restore', done: done + 1, total: names.length, unit: 'files' });
    }
    await checkFiles(from, directory, manifest);
  });
  return { dir: to, manifest, seconds: (performance.now() - started) / 1000 };
}

/** A rename replaces an empty folder. */
async function isEmptyFolder(path: string): Promise<boolean> {
  return (await readdir(path).catch(() => ['a file'])).length === 0;
}
