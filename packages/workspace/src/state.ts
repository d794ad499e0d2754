/**
 * The open workspace as the functions of this package see it. A workspace is one folder with all
 * data of one shop:
 *
 *     lorekeep.sqlite       catalogue, events, embeddings, settings
 *     models/<version>/     trained models; `models/latest` names the newest
 *     published/<version>/  what the service serves; `published/current` names the live one
 *     encoders/             fitted states of lexical encoders
 *     work/                 checkpoints of unfinished trainings
 *     services/             one file per running service
 *     jobs/                 definitions, runs and work of jobs
 */
import { constants, existsSync } from 'node:fs';
import { access, mkdir, rm, rmdir, stat } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { errorCode, systemError } from '@lorekeep/core';
import { openStore, type Store } from '@lorekeep/store';
import { errors } from './errors.ts';

export const STORE_FILE = 'lorekeep.sqlite';

export interface WorkspaceState {
  /** Absolute path. */
  dir: string;
  store: Store;
  modelsDir: string;
  workDir: string;
  encodersDir: string;
  /** See `OpenWorkspaceOptions`. */
  endpointUrl: string | undefined;
  /** The folder had no store before it was opened. */
  isNew: boolean;
  /** Nothing can be written: the store is open for reading only. */
  isReadOnly: boolean;
}

/** How a workspace is opened. */
export interface OpenWorkspaceOptions {
  /** Create the folder and its store if there is none. Default false: `WORKSPACE_MISSING`. */
  create?: boolean;
  /**
   * If the folder cannot be written, open it for reading only; steps that write then fail with
   * `STORE_READ_ONLY`. Default false: opening such a folder fails.
   */
  allowReadOnly?: boolean;
  /**
   * Base address of the embeddings endpoint, for workspaces encoded by one. It takes precedence
   * over the address that the workspace remembers, because servers move. Default: the remembered
   * address.
   */
  endpointUrl?: string;
}

/** @throws LorekeepError `WORKSPACE_MISSING`, `PATH_…`, `STORE_…` */
export async function openState(
  path: string,
  { create = false, allowReadOnly = false, endpointUrl }: OpenWorkspaceOptions,
): Promise<WorkspaceState> {
  const dir = resolve(path);
  const file = join(dir, STORE_FILE);
  const isNew = !(await exists(dir, file));
  if (isNew && !create) throw errors.WORKSPACE_MISSING({ dir });
  if (isNew) {
    // On a read-only disk the recursive form says that the folder is missing; the plain one knows more.
    await mkdir(dir, { recursive: true })
      .catch(() => mkdir(dir))
      .catch((error) => {
        throw systemError(error, dir);
      });
  }
  const isReadOnly = allowReadOnly && !(await canWrite(dir, file));
  return {
    dir,
    store: await openStore(file, { readOnly: isReadOnly }),
    modelsDir: join(dir, 'models'),
    workDir: join(dir, 'work'),
    encodersDir: join(dir, 'encoders'),
    endpointUrl,
    isNew,
    isReadOnly,
  };
}

/** @throws LorekeepError `PATH_FORBIDDEN`, `PATH_NOT_A_FOLDER`: it cannot even be looked for */
async function exists(dir: string, file: string): Promise<boolean> {
  try {
    await stat(file);
    return true;
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return false;
    throw systemError(error, dir);
  }
}

async function canWrite(...paths: string[]): Promise<boolean> {
  try {
    for (const path of paths) await access(path, constants.W_OK);
    return true;
  } catch {
    return false;
  }
}

/**
 * Closes the store. If the workspace is new and still empty, for example after a failed import,
 * removes it again, unless another connection has it open: an import that runs there is not counted
 * yet.
 */
export async function closeState({ dir, store, isNew }: WorkspaceState): Promise<void> {
  const { items, users } = await store.counts();
  await store.close();
  if (!isNew || items + users > 0) return;
  // The last connection that closes removes the write-ahead log.
  if (existsSync(join(dir, `${STORE_FILE}-wal`))) return;
  for (const suffix of ['', '-wal', '-shm']) await rm(join(dir, `${STORE_FILE}${suffix}`), { force: true });
  await rmdir(dir).catch(() => {}); // The folder contains other files of the user.
}
