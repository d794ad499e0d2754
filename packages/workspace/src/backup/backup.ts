/**
 * A backup of a workspace in use. Order makes it consistent: first the models and publications, which
 * never change, then one moment of the store, then everything else. The store is therefore never older
 * than the publication that is live, as after every restart of a service.
 */
import { constants } from 'node:fs';
import { copyFile, link, mkdir, readdir, rm, writeFile } from 'node:fs/promises';
import { dirname, join, relative, resolve } from 'node:path';
import { currentVersion, errorCode, type RunContext, sha256OfFile, systemError } from '@lorekeep/core';
import { openStore, snapshotStore } from '@lorekeep/store';
import { errors } from '../errors.ts';
import { STORE_FILE } from '../state.ts';
import { BACKUP_FILES, BACKUP_FORMAT, BACKUP_MANIFEST, type BackupManifest, filesIn, sizeOf } from './manifest.ts';
import { exists, makeFolder } from './new-folder.ts';

/** Folders of versions, whose files never change: they are linked. */
const VERSIONED = [
  { name: 'models', pointer: 'latest' },
  { name: 'published', pointer: 'current' },
] as const;
/** Checkpoints of unfinished trainings, and records of running services. */
const LEFT_OUT = new Set(['work', 'services']);
/** A backup starts again if a version that it copies is pruned meanwhile. */
const ATTEMPTS = 5;

/** A backup that was made. */
export interface BackupResult {
  /** Absolute path. */
  dir: string;
  manifest: BackupManifest;
  bytes: number;
  seconds: number;
}

/**
 * Copies a workspace, which may be served and written meanwhile, into the new folder `target`. It
 * appears when it is complete.
 *
 * @param dir the workspace
 * @throws LorekeepError `WORKSPACE_MISSING`, `BACKUP_TARGET_EXISTS`, `BACKUP_INSIDE_WORKSPACE`,
 *   `STORE_…`, `DISK_FULL`, `PATH_…`; `signal.reason`
 * @example
 * const { manifest, bytes } = await backupWorkspace('shop', '/backups/shop-2026-12-01');
 */
export async function backupWorkspace(
  dir: string,
  target: string,
  { progress, signal }: RunContext = {},
): Promise<BackupResult> {
  const [from, to] = [resolve(dir), resolve(target)];
  const started = performance.now();
  if (!(await exists(join(from, STORE_FILE)))) throw errors.WORKSPACE_MISSING({ dir: from });
  if (await exists(to)) throw errors.BACKUP_TARGET_EXISTS({ target: to });
  if (!relative(from, to).startsWith('..')) throw errors.BACKUP_INSIDE_WORKSPACE({ dir: from, target: to });
  let manifest: BackupManifest | undefined;
  await makeFolder(to, async (directory) => {
    const files = join(directory, BACKUP_FILES);
    await mkdir(files);
    const createdAt = Date.now() / 1000;
    const live = await copyVersions(from, files, signal);
    await snapshotStore(join(from, STORE_FILE), join(files, STORE_FILE), {
      signal,
      progress: (done, total) => progress?.({ stage: 'backup', done, total, unit: 'pages' }),
    });
    await copyOthers(from, files, signal);
    const counts = await countsOf(join(files, STORE_FILE));
    manifest = {
      ...{ format: BACKUP_FORMAT, kind: 'backup', createdAt },
      ...{ published: live.published ?? null, model: live.models ?? null, counts },
      files: await describe(files, signal),
    };
    await writeFile(join(directory, BACKUP_MANIFEST), `${JSON.stringify(manifest, undefined, 1)}\n`);
  });
  const bytes = Object.values(manifest!.files).reduce((sum, file) => sum + file.bytes, 0);
  return { dir: to, manifest: manifest!, bytes, seconds: (performance.now() - started) / 1000 };
}

/** @returns the version in use of each folder */
async function copyVersions(from: string, to: string, signal: AbortSignal | undefined) {
  const live: Partial<Record<'models' | 'published', string>> = {};
  // Publications first: the model of a publication is in its own folder.
  for (const { name, pointer } of [...VERSIONED].reverse()) {
    const root = join(from, name);
    for (let attempt = 1; ; attempt++) {
      const version = await currentVersion({ root, pointer });
      if (version === undefined) break;
      for (const file of await filesIn(root).catch(ignoreMissing)) {
        signal?.throwIfAborted();
        if (!isLeftOut(file) && file !== pointer)
          await linkFile(join(root, file), join(to, name, file)).catch(ignoreMissing);
      }
      // Versions that were pruned in between are partial.
      if (await exists(join(root, version))) {
        await removePartial(root, join(to, name));
        await mkdir(join(to, name), { recursive: true });
        await writeFile(join(to, name, pointer), `${version}\n`);
        live[name] = version;
        break;
      }
      if (attempt === ATTEMPTS) throw errors.BACKUP_RESTLESS({ dir: from });
    }
  }
  return live;
}

/** Removes copies of versions that do not exist any more. */
async function removePartial(root: string, copied: string): Promise<void> {
  for (const name of await readdir(copied).catch(ignoreMissing))
    if (!(await exists(join(root, name)))) await rm(join(copied, name), { recursive: true, force: true });
}

async function copyOthers(from: string, to: string, signal: AbortSignal | undefined): Promise<void> {
  for (const entry of await readdir(from, { withFileTypes: true })) {
    const { name } = entry;
    if (LEFT_OUT.has(name) || VERSIONED.some((one) => one.name === name)) continue;
    const files = entry.isDirectory() ? await filesIn(from, name).catch(ignoreMissing) : entry.isFile() ? [name] : [];
    for (const file of files) {
      signal?.throwIfAborted();
      // Of a database, only what the online backup makes is whole.
      if (isLeftOut(file) || /\.sqlite(-\w+)?$/.test(file)) continue;
      await copy(join(from, file), join(to, file)).catch(ignoreMissing);
    }
  }
}

/** Files that are being written under a temporary name. */
const isLeftOut = (file: string) => file.split('/').some((part) => part.endsWith('.tmp'));

async function linkFile(from: string, to: string): Promise<void> {
  await mkdir(dirname(to), { recursive: true });
  try {
    await link(from, to);
  } catch (error) {
    if (errorCode(error) === 'ENOENT' || errorCode(error) === 'EEXIST') return;
    await copy(from, to);
  }
}

/** Shares blocks where the file system can. */
async function copy(from: string, to: string): Promise<void> {
  await mkdir(dirname(to), { recursive: true });
  await copyFile(from, to, constants.COPYFILE_FICLONE).catch((error) => {
    throw errorCode(error) === 'ENOENT' ? error : systemError(error, to);
  });
}

function ignoreMissing(error: unknown): string[] {
  if (errorCode(error) !== 'ENOENT') throw error;
  return [];
}

async function describe(root: string, signal: AbortSignal | undefined): Promise<BackupManifest['files']> {
  const files: BackupManifest['files'] = {};
  for (const file of (await filesIn(root)).sort()) {
    signal?.throwIfAborted();
    files[file] = { bytes: await sizeOf(join(root, file)), sha256: await sha256OfFile(join(root, file)) };
  }
  return files;
}

async function countsOf(file: string): Promise<BackupManifest['counts']> {
  // Opened for writing: a connection that only reads would leave files beside it.
  const store = await openStore(file, { create: false });
  try {
    return await store.counts();
  } finally {
    await store.close();
  }
}
